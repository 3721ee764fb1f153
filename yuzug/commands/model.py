"""The options that choose a model, and the analyzer that they ask for."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.parser import Parser
from yuzug.errors import PersonError

if TYPE_CHECKING:
    from yuzug.models import Person
    from yuzug.pipeline import Analyzer


def model_options(command: Parser) -> None:
    """``--model`` and ``--classes``, as every command that reads faces has them."""
    command.option("--model", metavar="M")
    command.option("--classes", metavar="N", type=number_or_name)


def number_or_name(word: str) -> int | str:
    """A head of somebody's own checkpoint may have any name."""
    return int(word) if word.isdecimal() else word


def analyzer_of(options: Namespace, *, detects: bool) -> Analyzer:
    """The analyzer that these options ask for; without ``detects`` no detector is sought."""
    from yuzug.models import DEFAULT_MODEL
    from yuzug.pipeline import Analyzer

    return Analyzer.load(options.model or DEFAULT_MODEL, options.classes, crops_only=not detects)


def person_option(command: Parser) -> None:
    """``--person``."""
    command.option("--person", metavar="ME.json", type=Path)


def person_of(options: Namespace) -> Person | None:
    """The person in the file of ``--person``; None without it.

    Raises:
        PersonError: ``person.invalid`` where the file cannot be read or holds none.
    """
    from yuzug.models import Person
    from yuzug.models.person import MOST_BYTES

    if options.person is None:
        return None
    try:
        with options.person.open("rb") as file:
            said = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PersonError(
            "person.invalid",
            must="--person must be a file that `yuzug teach` wrote",
            got=f"{options.person}: {error.strerror}",
            do="check its name",
        ) from error
    return Person.from_json(said)

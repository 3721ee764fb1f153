"""Options that several commands share, and what they ask for."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.emotions import Language
from yuzug.errors import OptionError, PersonError
from yuzug.texts import text
from yuzug.texts.causes import caused

if TYPE_CHECKING:
    from yuzug.lab.evaluation.evaluate import Labelled
    from yuzug.models import Person
    from yuzug.pipeline import Analyzer
    from yuzug.recommender import Loaded


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
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PersonError(
            "person.invalid",
            must="--person must be a file that `yuzug teach` wrote",
            got=f"{options.person}: {error.strerror}",
            do="check its name",
        ) from error
    return Person.from_json(data)


def loaded_of(folder: Path | None, lang: Language) -> Loaded:
    """Ours, or somebody's own; its faults are named, and what is right in it is used.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder.
    """
    from yuzug.recommender import load_own

    loaded = load_own(folder)
    for finding in loaded.findings:
        complain(text("cli.fault", lang, folder=folder, finding=finding.of(lang)))
    return loaded


def data_options(command: Parser) -> None:
    """The data, ``--split``, ``--labels`` and ``--map``."""
    command.option("data", metavar="DATA", type=Path)
    command.option("--split", metavar="S")
    command.option("--labels", choices=("label", "votes"), default="label")
    command.option("--map", metavar="A=B,...")


def labelled(analyzer: Analyzer, options: Namespace) -> Labelled:
    """The faces that these options ask for.

    Raises:
        ImageError: for the first picture that cannot be read.
        OptionError: ``option.invalid`` for a mapping that does not fit, or where no face has a
            label of the model.
    """
    from yuzug.lab.evaluation.evaluate import labelled_faces

    return labelled_faces(
        analyzer,
        options.data,
        split=options.split,
        labels=options.labels,
        mapping=mapping_of(options.map),
    )


def mapping_of(words: str | None) -> dict[str, str]:
    """The pairs of ``--map A=B,C=D``.

    Raises:
        OptionError: ``option.invalid`` where they are none.
    """
    pairs = [pair.split("=") for pair in words.split(",")] if words else []
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise caused(OptionError, "data.mapping", "mapping_pairs", words=repr(words))
    return dict(pairs)

"""The options that choose a model, and the analyzer that they ask for."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from yuzug.commands.parser import Parser

if TYPE_CHECKING:
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

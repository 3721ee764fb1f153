"""The options that choose labelled faces to measure on, and the faces that they ask for."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.parser import Parser
from yuzug.errors import OptionError

if TYPE_CHECKING:
    from yuzug.lab.evaluation.evaluate import Labelled
    from yuzug.pipeline import Analyzer


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
        raise OptionError(
            "data.mapping",
            must="a mapping must be pairs of labels",
            got=repr(words),
            do="write it as anger=angry,joy=happy",
        )
    return dict(pairs)

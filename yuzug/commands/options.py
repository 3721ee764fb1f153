"""The options that choose labelled faces to measure on, and the faces that they ask for."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from yuzug.commands.parser import Parser
from yuzug.errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from yuzug.lab.data.faceset import FaceSet
    from yuzug.pipeline import Analyzer


class Labelled(NamedTuple):
    """The faces of a split, of which those in the mask ``known`` (N,) have a label of the model;
    the name of the split, and the labels of the data that were renamed."""

    faces: FaceSet
    known: NDArray[np.bool_]
    split: str
    mapping: dict[str, str]


def data_options(command: Parser) -> None:
    """The data, ``--split``, ``--labels`` and ``--map``."""
    command.option("data", metavar="DATA", type=Path)
    command.option("--split", metavar="S", default="validation")
    command.option("--labels", choices=("label", "votes"), default="label")
    command.option("--map", metavar="A=B,...")


def labelled(analyzer: Analyzer, options: Namespace) -> Labelled:
    """The faces that these options ask for.

    Raises:
        ImageError: for the first picture that cannot be read.
        OptionError: ``option.invalid`` for a mapping that does not fit, or where no face has a
            label of the model.
    """
    from yuzug.lab.data.faceset import read
    from yuzug.lab.data.training_data import part_rows
    from yuzug.lab.evaluation.evaluate import renamed
    from yuzug.lab.evaluation.predictions import truth_of

    mapping = _mapping(options.map)
    names = analyzer.classifier.head.labels
    faces = read(options.data, analyzer.classifier.checkpoint.card.preprocessing.detail_px)
    split = options.split if (faces.splits != "").any() else "all"
    if split != "all":  # data without splits is measured whole
        faces = faces.take(part_rows(faces, split))
    faces = renamed(faces, mapping, names)
    known, _ = truth_of(faces, names, options.labels)
    return Labelled(faces, known, split, mapping)


def _mapping(words: str | None) -> dict[str, str]:
    pairs = [pair.split("=") for pair in words.split(",")] if words else []
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise OptionError(
            "option.invalid",
            must="a mapping must be pairs of labels",
            got=repr(words),
            do="write it as anger=angry,joy=happy",
        )
    return dict(pairs)

"""Evaluate a model on labelled faces, by the pipeline that serves users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from yuzug.analysis import Face
from yuzug.lab.data.faceset import FaceSet, LabelSource, read
from yuzug.lab.data.labels import named_by
from yuzug.lab.data.training_data import measured_split, part_rows
from yuzug.lab.evaluation.corruptions import Curve
from yuzug.lab.evaluation.intervals import Bounds, confusion_intervals
from yuzug.lab.evaluation.metrics import (
    ClassScores,
    calibrated_error,
    confusion,
    expected_calibration_error,
    per_class,
)
from yuzug.lab.evaluation.predictions import predictions_of, read_crops, truth_of
from yuzug.models.card import Metrics
from yuzug.pipeline import Analyzer


class Confused(BaseModel):
    """Two labels of which one was read for the other, ``n`` times in ``of``."""

    model_config = ConfigDict(frozen=True)

    truth: str
    read: str
    n: int
    of: int


class Evaluation(BaseModel):
    """The summary that ``yuzug evaluate`` prints; shares in [0, 1]."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    model: str
    classes: int
    data: str
    split: str
    labels: LabelSource
    n: int
    n_dropped: int
    """Faces without a label of this set: others, ties, faces that nobody could name."""
    coverage: float
    sure_accuracy: float | None
    accuracy: float
    balanced_accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    ece: float
    ece_before_temperature: float
    ece_if_calibrated: Bounds
    """Mean and 97.5 % quantile of the ECE that chance alone gives on so many faces."""
    intervals: dict[str, Bounds]
    """95 % bootstrap intervals of accuracy, balanced_accuracy and macro_f1."""
    per_class: dict[str, ClassScores]
    confusion: tuple[tuple[int, ...], ...]
    """Counts: row the truth, column what was read, in the order of ``per_class``."""
    most_confused: tuple[Confused, ...]
    mapping: dict[str, str]
    """The data's labels that were renamed before comparing."""
    robustness: tuple[Curve, ...] | None = None
    """Accuracy on worse pictures; null where that was not asked for."""

    def metrics(self) -> Metrics:
        """The part that stands in a card."""
        values = {name: getattr(self, name) for name in Metrics.model_fields}
        known = {name: one.model_dump() for name, one in self.per_class.items() if one.support}
        return Metrics.model_validate(values | {"per_class": known})


class Labelled(NamedTuple):
    """The faces of a split, named by the labels of a model.

    Those in the mask ``known`` (N,) have a label of the model; ``mapping`` holds the labels of the
    data that were renamed.
    """

    faces: FaceSet
    known: NDArray[np.bool_]
    split: str
    mapping: dict[str, str]


def labelled_faces(
    analyzer: Analyzer,
    data: Path,
    *,
    split: str | None = None,
    labels: LabelSource = "label",
    mapping: Mapping[str, str] | None = None,
) -> Labelled:
    """Read the faces of one split with their labels by the model's names.

    Args:
        split: "validation", else "test", unless given; data without splits is read whole, as is
            any for "all".
        mapping: new names of labels; other names of emotions are known without it. Votes are
            for emotions and keep their names.

    Raises:
        ImageError: for the first picture that cannot be read.
        OptionError: ``data.mapping`` for a mapping that does not fit, ``data.labels`` where no face
            has a label of the model.
    """
    names = analyzer.labels
    faces = read(data, analyzer.classifier.checkpoint.card.preprocessing.detail_px)
    measured = measured_split(faces)
    chosen = split or measured or "all"
    if chosen != "all":
        faces = faces.take(part_rows(faces, chosen))
    faces, renamings = named_by(names, faces, labels, mapping or {})
    known, _ = truth_of(faces, names, labels)
    return Labelled(faces, known, chosen, renamings)


def evaluate(
    analyzer: Analyzer, faces: FaceSet, *, data: str, split: str, labels: LabelSource
) -> Evaluation:
    """Read every face of the set as a crop and compare with its label or its majority vote."""
    (found,) = read_crops((analyzer,), faces.images)
    return compare(analyzer, faces, found, data=data, split=split, labels=labels)


def compare(
    analyzer: Analyzer,
    faces: FaceSet,
    every: Sequence[Face],
    *,
    data: str,
    split: str,
    labels: LabelSource,
) -> Evaluation:
    """What was read in each face of the set against its label or its majority vote.

    Raises:
        OptionError: ``option.invalid`` where no face has a label of the head.
    """
    names = analyzer.labels
    predictions = predictions_of(analyzer, faces, every, labels)
    truth, right, sure = predictions.truth, predictions.right, predictions.sure
    classes = per_class(truth, predictions.predicted, names)
    present = [one for one in classes.values() if one.support]
    weights = np.array([one.support for one in present], float) / max(1, len(truth))

    table = confusion(truth, predictions.predicted, names)

    def macro(field: str) -> float:
        return round(float(np.mean([getattr(one, field) for one in present])), 4)

    def weighted(field: str) -> float:
        return round(float(weights @ [getattr(one, field) for one in present]), 4)

    return Evaluation(
        model=analyzer.model,
        classes=analyzer.classes,
        data=data,
        split=split,
        labels=labels,
        n=len(truth),
        n_dropped=len(faces) - len(truth),
        coverage=round(float(sure.mean()), 4),
        sure_accuracy=round(float(right[sure].mean()), 4) if sure.any() else None,
        accuracy=round(float(right.mean()), 4),
        balanced_accuracy=macro("recall"),
        macro_precision=macro("precision"),
        macro_recall=macro("recall"),
        macro_f1=macro("f1"),
        weighted_precision=weighted("precision"),
        weighted_recall=weighted("recall"),
        weighted_f1=weighted("f1"),
        ece=expected_calibration_error(predictions.confidence, right),
        ece_before_temperature=expected_calibration_error(predictions.confidence_before, right),
        ece_if_calibrated=calibrated_error(predictions.confidence),
        intervals=confusion_intervals(table),
        per_class=classes,
        confusion=tuple(tuple(int(n) for n in row) for row in table),
        most_confused=_most_confused(table, names),
        mapping={},
    )


def _most_confused(
    table: NDArray[np.int64], names: Sequence[str], count: int = 5
) -> tuple[Confused, ...]:
    wrong = table.copy()
    np.fill_diagonal(wrong, 0)
    pairs = np.dstack(np.unravel_index(np.argsort(-wrong, axis=None), wrong.shape))[0]
    return tuple(
        Confused(truth=names[i], read=names[j], n=int(wrong[i, j]), of=int(table[i].sum()))
        for i, j in pairs[:count].tolist()
        if wrong[i, j]
    )

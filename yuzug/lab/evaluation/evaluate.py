"""A model measured on a labelled set, through the very pipeline that serves people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from yuzug.analysis import Face
from yuzug.errors import OptionError
from yuzug.lab.data.faceset import FaceSet
from yuzug.lab.evaluation.corruptions import Curve
from yuzug.lab.evaluation.intervals import Interval, intervals
from yuzug.lab.evaluation.measure import confusion, expected_calibration_error, per_class
from yuzug.lab.evaluation.predictions import Labels, read_crops, reads_of
from yuzug.models.card import ClassMetrics, Metrics
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
    labels: Labels
    n: int
    n_dropped: int
    """Faces without a label of this set: others, ties, faces that nobody could name."""
    coverage: float
    sure_accuracy: float
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
    intervals: dict[str, Interval]
    """95 % bootstrap intervals of accuracy, balanced_accuracy and macro_f1."""
    per_class: dict[str, ClassMetrics]
    confusion: tuple[tuple[int, ...], ...]
    """Counts: row the truth, column what was read, in the order of ``per_class``."""
    most_confused: tuple[Confused, ...]
    mapping: dict[str, str]
    """The data's labels that were renamed before comparing."""
    robustness: tuple[Curve, ...] | None = None
    """Accuracy on worse pictures; null where that was not asked for."""

    def metrics(self) -> Metrics:
        """The part that stands in a card."""
        return Metrics(**{name: getattr(self, name) for name in Metrics.model_fields})


def renamed(faces: FaceSet, mapping: Mapping[str, str], names: Sequence[str]) -> FaceSet:
    """The faces with labels of other data called by the model's ``names``.

    Raises:
        OptionError: ``option.invalid`` for a label that no face has or that the model lacks.
    """
    had = sorted(set(faces.labels.tolist()))
    for which, given, known in (
        ("start from labels of the data", mapping, had),
        ("lead to labels of the head", mapping.values(), names),
    ):
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise OptionError(
                "option.invalid",
                must=f"a mapping must {which}",
                got=", ".join(unknown),
                do=f"choose among {', '.join(known)}",
            )
    return replace(
        faces, labels=np.array([mapping.get(str(one), str(one)) for one in faces.labels])
    )


def evaluate(
    analyzer: Analyzer, faces: FaceSet, *, data: str, split: str, labels: Labels
) -> Evaluation:
    """Read every face of the set as a crop and compare with its label or its majority vote."""
    (read,) = read_crops((analyzer,), faces.images)
    return compare(analyzer, faces, read, data=data, split=split, labels=labels)


def compare(
    analyzer: Analyzer,
    faces: FaceSet,
    every: Sequence[Face],
    *,
    data: str,
    split: str,
    labels: Labels,
) -> Evaluation:
    """What was read in each face of the set against its label or its majority vote.

    Raises:
        OptionError: ``option.invalid`` where no face has a label of the head.
    """
    names = analyzer.classifier.head.labels
    reads = reads_of(analyzer, faces, every, labels)
    truth, right, sure = reads.truth, reads.right, reads.sure
    classes = per_class(truth, reads.read, names)
    present = [one for one in classes.values() if one.support]
    weights = np.array([one.support for one in present], float) / max(1, len(truth))

    table = confusion(truth, reads.read, names)

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
        sure_accuracy=round(float(right[sure].mean()) if sure.any() else 0.0, 4),
        accuracy=round(float(right.mean()), 4),
        balanced_accuracy=macro("recall"),
        macro_precision=macro("precision"),
        macro_recall=macro("recall"),
        macro_f1=macro("f1"),
        weighted_precision=weighted("precision"),
        weighted_recall=weighted("recall"),
        weighted_f1=weighted("f1"),
        ece=expected_calibration_error(reads.confidence, right),
        ece_before_temperature=expected_calibration_error(reads.confidence_before, right),
        intervals=intervals(table),
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

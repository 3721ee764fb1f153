"""A model measured on a labelled set, through the very pipeline that serves people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from tqdm import tqdm

from yuzug.analysis import Face
from yuzug.lab.faceset import FaceSet
from yuzug.lab.measure import expected_calibration_error, per_class
from yuzug.models.card import ClassMetrics, Metrics
from yuzug.pipeline import Analyzer

_BATCH = 128

Labels = Literal["label", "votes"]


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
    per_class: dict[str, ClassMetrics]

    def metrics(self) -> Metrics:
        """The part that stands in a card."""
        return Metrics(**{name: getattr(self, name) for name in Metrics.model_fields})


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
    """What was read in each face of the set against its label or its majority vote."""
    names = analyzer.classifier.head.labels
    given = faces.majority() if labels == "votes" else faces.labels
    known = np.isin(given, names)
    truth = given[known]
    read = [face for face, is_known in zip(every, known, strict=True) if is_known]
    predicted = np.array([face.emotion for face in read])
    sure = np.array([face.sure for face in read])
    confidence = np.array([face.confidence for face in read], np.float32)
    right = predicted == truth
    classes = per_class(truth, predicted, names)
    present = [one for one in classes.values() if one.support]
    weights = np.array([one.support for one in present], float) / max(1, len(truth))

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
        n_dropped=int((~known).sum()),
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
        ece=expected_calibration_error(confidence, right),
        per_class=classes,
    )


def read_crops(analyzers: Sequence[Analyzer], images: NDArray[np.uint8]) -> tuple[list[Face], ...]:
    """Every grey crop (N, S, S) uint8 read as ``yuzug analyze --crops`` reads it, in batches.

    The analyzers are label sets of one checkpoint, so the expensive part runs once for all.
    """
    first = analyzers[0]
    faces: tuple[list[Face], ...] = tuple([] for _ in analyzers)
    steps = range(0, len(images), _BATCH)
    for start in tqdm(steps, desc="reading", unit="batch", disable=None):
        photos = [np.repeat(grey[..., None], 3, axis=2) for grey in images[start : start + _BATCH]]
        located = [first.whole_picture(photo) for photo in photos]
        features = first.classify(located).features
        for analyzer, found in zip(analyzers, faces, strict=True):
            readings = analyzer.classifier.readings(features)
            found += [
                analyzer.face(place, reading, reading.top, None)
                for place, reading in zip(located, readings, strict=True)
            ]
    return faces

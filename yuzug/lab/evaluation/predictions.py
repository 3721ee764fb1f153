"""Predictions for every face of a labelled set, by the pipeline that serves users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray
from tqdm import tqdm

from yuzug.analysis import Face
from yuzug.errors import OptionError
from yuzug.lab.data.faceset import FaceSet, LabelSource
from yuzug.pipeline import Analyzer
from yuzug.texts.causes import caused

_BATCH = 128


@dataclass(frozen=True)
class Predictions:
    """Labels and predictions of the faces whose label is one of the model's, on axis 0.

    ``files`` (N,) says where each face came from, ``images`` is uint8 (N, S, S); ``truth`` and
    ``predicted`` (N,) are names; ``probabilities`` (N, C) float32 stand in the order of ``names``;
    ``confidence`` (N,) is that of the prediction, ``confidence_before`` what it would be without
    the fitted temperature; ``sure`` (N,) bool.
    """

    names: tuple[str, ...]
    files: NDArray[np.str_]
    images: NDArray[np.uint8]
    truth: NDArray[np.str_]
    predicted: NDArray[np.str_]
    probabilities: NDArray[np.float32]
    confidence: NDArray[np.float32]
    confidence_before: NDArray[np.float32]
    sure: NDArray[np.bool_]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which predictions are the label."""
        return np.asarray(self.predicted == self.truth, bool)

    def write(self, folder: Path) -> None:
        """Write ``predictions.csv`` and ``predictions.parquet``, a row for each face."""
        columns = {
            "file": self.files,
            "label": self.truth,
            "prediction": self.predicted,
            "confidence": self.confidence.round(4),
            "sure": self.sure,
        } | {f"p_{name}": self.probabilities[:, i].round(4) for i, name in enumerate(self.names)}
        table = pa.table({name: pa.array(values) for name, values in columns.items()})
        pq.write_table(table, folder / "predictions.parquet")
        pyarrow.csv.write_csv(table, folder / "predictions.csv")


def truth_of(
    faces: FaceSet, names: Sequence[str], labels: LabelSource
) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """Which faces (N,) have one of these labels, and the labels (M,) of those that have.

    Raises:
        OptionError: ``option.invalid`` where none has.
    """
    given = faces.targets(labels)
    known = np.isin(given, names)
    if not known.any():
        labels_here = ", ".join(sorted(set(given.tolist()) - {""}))
        if labels == "votes" and not labels_here:
            raise caused(OptionError, "data.labels", "votes_none", names=", ".join(names))
        raise caused(
            OptionError,
            "data.labels",
            "labels_unknown" if labels == "label" else "votes_unknown",
            names=", ".join(names),
            given=labels_here or "–",
        )
    return known, given[known]


def predictions_of(
    analyzer: Analyzer, faces: FaceSet, every: Sequence[Face], labels: LabelSource
) -> Predictions:
    """The prediction for each face of the set beside its label or its majority vote.

    Raises:
        OptionError: ``option.invalid`` where no face has a label of the head.
    """
    names = analyzer.labels
    known, truth = truth_of(faces, names, labels)
    chosen = [face for face, is_known in zip(every, known, strict=True) if is_known]
    predicted = np.array([face.emotion for face in chosen], str)
    shares = np.array([[one.probabilities[name] for name in names] for one in chosen], np.float32)
    files = np.arange(len(faces)).astype(str) if faces.files is None else faces.files
    return Predictions(
        names=names,
        files=files[known],
        images=faces.images[known],
        truth=truth,
        predicted=predicted,
        probabilities=shares.reshape(len(chosen), len(names)),
        confidence=np.array([face.confidence for face in chosen], np.float32),
        confidence_before=_before_temperature(
            chosen, predicted, names, analyzer.classifier.head.temperature
        ),
        sure=np.array([face.sure for face in chosen], bool),
    )


def _before_temperature(
    read: Sequence[Face],
    predicted: NDArray[np.str_],
    names: Sequence[str],
    temperature: float,
) -> NDArray[np.float32]:
    """The confidence that each reading would have without the fitted temperature.

    softmax(z) is softmax(z / T) to the power of T, made to sum to 1 again.
    """
    shares = np.array([[face.probabilities[name] for name in names] for face in read], np.float64)
    sharp = shares.reshape(len(read), len(names)) ** temperature
    sharp /= np.maximum(sharp.sum(axis=1, keepdims=True), 1e-12)
    columns = [list(names).index(str(name)) for name in predicted]
    return np.asarray(sharp[np.arange(len(read)), columns], np.float32)


def read_crops(analyzers: Sequence[Analyzer], images: NDArray[np.uint8]) -> tuple[list[Face], ...]:
    """Every grey crop (N, S, S) uint8 read as ``yuzug analyze --crops`` reads it, in batches.

    The analyzers are label sets of one checkpoint, so the expensive part runs once for all.
    """
    first = analyzers[0]
    faces: tuple[list[Face], ...] = tuple([] for _ in analyzers)
    steps = range(0, len(images), _BATCH)
    for start in tqdm(steps, desc="reading", unit="batch", disable=None):
        photos = [np.repeat(grey[..., None], 3, axis=2) for grey in images[start : start + _BATCH]]
        located = [first.steps.full_crop(photo) for photo in photos]
        _, features = first.classifier.see([place.crop for place in located])
        for analyzer, found in zip(analyzers, faces, strict=True):
            readings = analyzer.classifier.predictions(features)
            found += [
                analyzer.steps.face(place, reading, reading.top, None)
                for place, reading in zip(located, readings, strict=True)
            ]
    return faces

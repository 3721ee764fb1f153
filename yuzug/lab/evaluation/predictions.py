"""What a model reads in every face of a labelled set, through the pipeline that serves people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from yuzug.analysis import Face
from yuzug.errors import OptionError
from yuzug.lab.data.faceset import FaceSet
from yuzug.pipeline import Analyzer

_BATCH = 128

Labels = Literal["label", "votes"]


@dataclass(frozen=True)
class Reads:
    """The faces whose label is one of the model's, aligned on axis 0.

    ``images`` uint8 (N, S, S); ``truth`` and ``read`` (N,) names; ``confidence`` (N,) of what was
    read, and ``confidence_before`` what it would be without the fitted temperature.
    """

    images: NDArray[np.uint8]
    truth: NDArray[np.str_]
    read: NDArray[np.str_]
    confidence: NDArray[np.float32]
    confidence_before: NDArray[np.float32]
    sure: NDArray[np.bool_]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which of them were read as they are labelled."""
        return np.asarray(self.read == self.truth, bool)


def truth_of(
    faces: FaceSet, names: Sequence[str], labels: Labels
) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """Which faces (N,) have one of these labels, and the labels (M,) of those that have.

    Raises:
        OptionError: ``option.invalid`` where none has.
    """
    given = faces.majority() if labels == "votes" else faces.labels
    known = np.isin(given, names)
    if not known.any():
        which = "labels" if labels == "label" else "majority votes"
        raise OptionError(
            "option.invalid",
            must=f"{which} of the data must be labels of the head ({', '.join(names)})",
            got=", ".join(sorted(set(given.tolist()) - {""})) or "none",
            do="rename labels with --map, or choose other classes, labels or data",
        )
    return known, given[known]


def reads_of(analyzer: Analyzer, faces: FaceSet, every: Sequence[Face], labels: Labels) -> Reads:
    """What was read in each face of the set beside its label or its majority vote.

    Raises:
        OptionError: ``option.invalid`` where no face has a label of the head.
    """
    names = analyzer.classifier.head.labels
    known, truth = truth_of(faces, names, labels)
    read = [face for face, is_known in zip(every, known, strict=True) if is_known]
    said = np.array([face.emotion for face in read], str)
    return Reads(
        images=faces.images[known],
        truth=truth,
        read=said,
        confidence=np.array([face.confidence for face in read], np.float32),
        confidence_before=_before_temperature(
            read, said, names, analyzer.classifier.head.temperature
        ),
        sure=np.array([face.sure for face in read], bool),
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
        located = [first.whole_picture(photo) for photo in photos]
        features = first.classify(located).features
        for analyzer, found in zip(analyzers, faces, strict=True):
            readings = analyzer.classifier.predictions(features)
            found += [
                analyzer.face(place, reading, reading.top, None)
                for place, reading in zip(located, readings, strict=True)
            ]
    return faces

"""People who are taught with a few of their pictures, and what is read in their others.

A lesson picks the pictures; a trial is somebody who was taught by it; its outcome is what the
adapted and the plain model give for the rest of their pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch import Tensor

from yuzug.errors import ImageError
from yuzug.models.adaptation import Strengths, adaptation
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.person import NEUTRAL, Example, Person, teach_example
from yuzug.pipeline import Analyzer

Random = np.random.Generator
Rows = NDArray[np.intp]
# Picks examples from the rows of each label: pairs of a row and the label it is taught under.
Lesson = Callable[[Random, dict[str, Rows]], list[tuple[int, str]]]

BINS = 15


@dataclass(frozen=True)
class PosedFaces:
    """Pictures of several people as one network sees them, aligned on axis 0.

    ``labels`` and ``subjects`` (N,) are names; ``logits`` (N, C) are those of the plain model,
    calibrated; ``embeddings`` (N, D).
    """

    checkpoint: Checkpoint
    head: str
    labels: NDArray[np.str_]
    subjects: NDArray[np.str_]
    logits: Tensor
    embeddings: Tensor
    examples: tuple[Example, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The labels of the head."""
        return self.checkpoint.card.heads[self.head].labels


def read_subjects(data: Path, analyzers: Sequence[Analyzer]) -> list[PosedFaces]:
    """The people of a parquet file, each face found and framed as in a photo.

    The columns are ``image``, ``label`` and ``subject``; there is one analyzer a network.

    Raises:
        ImageError: where no face is found in a picture.
    """
    table = pq.read_table(data, columns=["image", "label", "subject"]).to_pydict()
    found = []
    for number, picture in enumerate(table["image"]):
        located = analyzers[0].steps.locate(_photo(picture), thorough=True)
        if not located:
            raise ImageError(
                "image.undecodable",
                must="each picture must show a face",
                got=f"none in row {number}",
                do="take the row out",
            )
        found.append(located[0].crop)
    labels, subjects = np.array(table["label"]), np.array(table["subject"])
    return [_seen(analyzer, found, labels, subjects) for analyzer in analyzers]


def _photo(picture: bytes | dict[str, bytes]) -> NDArray[np.uint8]:
    from yuzug.images import load_image

    return load_image(picture["bytes"] if isinstance(picture, dict) else picture)


def _seen(
    analyzer: Analyzer,
    crops: list[NDArray[np.uint8]],
    labels: NDArray[np.str_],
    subjects: NDArray[np.str_],
) -> PosedFaces:
    classifier = analyzer.classifier
    network, head = classifier.checkpoint.network, classifier.head
    outputs = classifier.checkpoint.card.heads[head.served_from].labels
    _, features = classifier.see(crops)
    with torch.no_grad():
        logits = network.logits(features)[head.served_from].float()
        embeddings = network.embed(features).float()
    columns = [outputs.index(label) for label in head.labels]
    return PosedFaces(
        checkpoint=classifier.checkpoint,
        head=classifier.head_name,
        labels=labels,
        subjects=subjects,
        logits=logits[:, columns] / head.temperature,
        embeddings=embeddings,
        examples=tuple(teach_example(classifier.checkpoint, crop) for crop in crops),
    )


def _of_each(times: int, labels: int | None = None, *, relaxed: bool = True) -> Lesson:
    """So many examples of each label, or of so many labels drawn; with or without neutral."""

    def pick(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
        names = sorted(name for name in rows if relaxed or name != NEUTRAL)
        if labels is not None:
            names = [str(name) for name in random.permutation(names)[:labels]]
        return [
            (int(row), name) for name in names for row in random.permutation(rows[name])[:times]
        ]

    return pick


def _relaxed(times: int, others: int = 0) -> Lesson:
    def pick(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
        own = [(int(row), NEUTRAL) for row in random.permutation(rows[NEUTRAL])[:times]]
        return own + _of_each(1, others, relaxed=False)(random, rows)

    return pick


def _mislabelled(lesson: Lesson, share: float) -> Lesson:
    """A lesson in which this share of the pictures swap their labels at random."""

    def pick(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
        pairs = lesson(random, rows)
        wrong = random.permutation(len(pairs))[: round(share * len(pairs))]
        labels = [name for _, name in pairs]
        for place, other in zip(wrong, random.permutation(wrong), strict=True):
            labels[place] = pairs[other][1]
        return [(row, label) for (row, _), label in zip(pairs, labels, strict=True)]

    return pick


def _one_for_all(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
    pairs = _of_each(1)(random, rows)
    row = pairs[int(random.integers(len(pairs)))][0]
    return [(row, label) for _, label in pairs]


LESSONS: dict[str, Lesson] = {
    "one neutral": _relaxed(1),
    "two neutral": _relaxed(2),
    "one neutral, two others": _relaxed(1, 2),
    "three of one label": _of_each(3, 1),
    "three labels without neutral": _of_each(1, 3, relaxed=False),
    "five labels": _of_each(1, 5),
    "one of each": _of_each(1),
    "two of each": _of_each(2),
}
CONTRADICTIONS: dict[str, Lesson] = {
    "one of each, labels shuffled": _mislabelled(_of_each(1), 1.0),
    "two of each, half of the labels shuffled": _mislabelled(_of_each(2), 0.5),
    "one picture under every label": _one_for_all,
}


@dataclass(frozen=True)
class Trial:
    """Somebody who was taught by one lesson, and the rows of their other pictures."""

    lesson: str
    subject: str
    person: Person
    rows: Rows


def trials(faces: PosedFaces, times: int, seed: int) -> Iterator[Trial]:
    """Every lesson for every person, drawn so many times; the same for the same seed."""
    for subject in sorted(set(faces.subjects)):
        for lesson, pick in (LESSONS | CONTRADICTIONS).items():
            random = np.random.default_rng([seed, len(lesson), *subject.encode()])
            own = {
                str(name): np.flatnonzero((faces.subjects == subject) & (faces.labels == name))
                for name in sorted(set(faces.labels[faces.subjects == subject]))
                if name in faces.names
            }
            for _ in range(times):
                pairs = pick(random, own)
                person = Person.new(faces.checkpoint)
                for row, label in pairs:
                    person = person.with_example(label, faces.examples[row])
                rest = np.setdiff1d(np.concatenate(list(own.values())), [row for row, _ in pairs])
                yield Trial(lesson, subject, person, rest)


@dataclass(frozen=True)
class Outcome:
    """One trial: probabilities (n, C) adapted and plain, and the columns of the truth (n,)."""

    trial: Trial
    adapted: NDArray[np.float32]
    plain: NDArray[np.float32]
    truth: Rows

    @property
    def gain(self) -> float:
        """Share of right answers, adapted less plain."""
        return accuracy(self.adapted, self.truth) - accuracy(self.plain, self.truth)


def outcome(faces: PosedFaces, trial: Trial, strengths: Strengths) -> Outcome:
    """What a trial gives with these strengths."""
    head = faces.checkpoint.card.heads[faces.head]
    adapted = adaptation(trial.person, faces.checkpoint, head, strengths)
    logits, embeddings = faces.logits[trial.rows], faces.embeddings[trial.rows]
    with torch.no_grad():
        both = [adapted.apply(logits, embeddings), logits]
        probabilities = [np.asarray(torch.softmax(one, 1).numpy(), np.float32) for one in both]
    return Outcome(trial, probabilities[0], probabilities[1], true_columns(faces, trial))


def true_columns(faces: PosedFaces, trial: Trial) -> Rows:
    """The column of the right label of each picture that is read: (n,)."""
    labels = faces.names
    return np.array([labels.index(str(name)) for name in faces.labels[trial.rows]], np.intp)


def accuracy(probabilities: NDArray[np.float32], truth: Rows) -> float:
    """Share of right answers: probabilities (n, C), columns of the truth (n,)."""
    return float((probabilities.argmax(axis=1) == truth).mean())


def calibration_error(probabilities: NDArray[np.float32], truth: Rows) -> float:
    """Expected calibration error over 15 bins: probabilities (n, C), columns of the truth (n,)."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(confidence[bins == one].mean()) - float(right[bins == one].mean()))
        * float((bins == one).mean())
        for one in set(bins)
    ]
    return round(float(sum(gaps)), 4)

"""A trained model compared with the weights that training started from, on the same faces."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from yuzug.lab.data.faceset import FaceSet
from yuzug.lab.data.labels import synonyms
from yuzug.lab.evaluation.metrics import predict
from yuzug.models.card import Card
from yuzug.models.checkpoint import Checkpoint, load
from yuzug.models.registry import resolve


class Baseline(BaseModel):
    """Accuracy of a model and of its starting weights; shares in [0, 1]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: str
    """Name of the starting weights."""
    labels: tuple[str, ...]
    """Labels of the data that both models know; both choose among these alone."""
    n: int
    start_accuracy: float
    accuracy: float

    @property
    def is_better(self) -> bool:
        """Whether training improved the model on these faces."""
        return self.accuracy > self.start_accuracy


def known_columns(card: Card, labels: Sequence[str]) -> tuple[str, dict[str, int]]:
    """The head of a card that knows most of these labels, and the output column of each.

    A label is known by its own name, or else by the emotion that it names; of heads that know as
    many, the smallest. A card without one gives an empty dictionary.
    """
    best: tuple[str, dict[str, int]] = ("", {})
    for name, head in sorted(card.heads.items(), key=lambda item: len(item[1].labels)):
        same = synonyms(labels, head.labels)
        columns = {
            label: head.labels.index(same.get(label, label))
            for label in labels
            if label in head.labels or label in same
        }
        # Two labels of one emotion cannot be separated by that emotion's output.
        if len(set(columns.values())) == len(columns) > len(best[1]):
            best = (name, columns)
    return best


def compare_with_start(start_from: str, weights: Path, faces: FaceSet) -> Baseline | None:
    """Both models on the labelled faces; None where they share fewer than two of the labels.

    Raises:
        ModelError: ``model.unknown`` where the starting weights are gone.
    """
    start, trained = load(resolve(start_from)), load(weights)
    labels = sorted(set(faces.labels.tolist()) - {""})
    shared = set(known_columns(start.card, labels)[1]) & set(known_columns(trained.card, labels)[1])
    names = tuple(label for label in labels if label in shared)
    faces = faces.take(np.isin(faces.labels, names))
    if len(names) < 2 or not len(faces):
        return None
    return Baseline(
        start=start.card.name,
        labels=names,
        n=len(faces),
        start_accuracy=_accuracy(start, faces, names),
        accuracy=_accuracy(trained, faces, names),
    )


def _accuracy(checkpoint: Checkpoint, faces: FaceSet, labels: tuple[str, ...]) -> float:
    card = checkpoint.card
    name, columns = known_columns(card, labels)
    head = card.heads[name]
    served = card.heads[head.served_from].labels
    chosen = [served.index(head.labels[columns[label]]) for label in labels]
    logits: NDArray[np.float32] = predict(checkpoint.network, faces.images, card.preprocessing)[
        head.served_from
    ]
    predicted = np.array(labels)[logits[:, chosen].argmax(axis=1)]
    return round(float((predicted == faces.labels).mean()), 4)

"""Training targets of each head: labels, votes, and the probabilities of teacher networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from yuzug.emotions import LABEL_SETS
from yuzug.errors import OptionError
from yuzug.lab.data.faceset import FaceSet
from yuzug.lab.training.recipe import Distillation
from yuzug.models.card import Card
from yuzug.models.checkpoint import load
from yuzug.models.classifier import Classifier
from yuzug.models.registry import resolve

# Below this share of votes for real emotions a face teaches the eight-class head nothing.
_MIN_VOTES = 0.5
_FACES_AT_ONCE = 256


@dataclass(frozen=True)
class Targets:
    """Target distributions: (N, classes) float32 shares and (N,) weights, by head name."""

    shares: dict[str, Tensor]
    weights: dict[str, Tensor]

    def on(self, device: torch.device) -> Targets:
        """The same on a device."""
        parts = (self.shares, self.weights)
        return Targets(*({name: one.to(device) for name, one in part.items()} for part in parts))


# The heads of a checkpoint with all label sets.
ALL_HEADS: Mapping[str, tuple[str, ...]] = {
    str(classes): label_set.names for classes, label_set in LABEL_SETS.items()
}


def targets(
    faces: FaceSet, smoothing: float, heads: Mapping[str, tuple[str, ...]] = ALL_HEADS
) -> Targets:
    """Soft targets for each head: labels, and for the eight-class one votes where there are."""
    shares: dict[str, Tensor] = {}
    weights: dict[str, Tensor] = {}
    for name, labels in heads.items():
        if faces.label_source(labels) == "votes":
            votes = torch.from_numpy(faces.votes)
            total = votes.sum(dim=1, keepdim=True)
            shares[name] = votes / total.clamp_min(1e-6)
            weights[name] = (total[:, 0] >= _MIN_VOTES).float()
        else:
            hot = torch.from_numpy(faces.labels[:, None] == np.array(labels)).float()
            shares[name] = hot * (1 - smoothing) + smoothing / len(labels)
            weights[name] = hot.sum(dim=1)
    return Targets(shares, weights)


def distilled(
    own: Targets,
    faces: FaceSet,
    teaching: Distillation,
    heads: Mapping[str, tuple[str, ...]] = ALL_HEADS,
) -> Targets:
    """The targets with the teachers' probabilities mixed in, for faces that have votes.

    Knowledge distillation (Hinton, Vinyals and Dean 2015, arXiv:1503.02531).

    Raises:
        ModelError: ``model.unknown`` for a teacher that there is not.
        WeightsError: for one that cannot be read.
        OptionError: ``option.invalid`` for one that lacks a head of ours.
    """
    known = torch.from_numpy(faces.votes.sum(axis=1) > 0).float()[:, None] * teaching.share
    teachers = _teacher_probabilities(faces.images, teaching.teachers, heads)
    shares = {name: (1 - known) * own.shares[name] + known * teachers[name] for name in own.shares}
    return Targets(shares, own.weights)


def _teacher_probabilities(
    images: NDArray[np.uint8], teachers: tuple[str, ...], wanted: Mapping[str, tuple[str, ...]]
) -> dict[str, Tensor]:
    """Mean probabilities of the teachers over each face and its mirror image, by head name."""
    sums = {name: torch.zeros(len(images), len(labels)) for name, labels in wanted.items()}
    for teacher in teachers:
        checkpoint = load(resolve(teacher))
        _has_all(teacher, checkpoint.card, wanted)
        heads = {name: Classifier(checkpoint, name) for name in wanted}
        first = next(iter(heads.values()))
        for start in tqdm(range(0, len(images), _FACES_AT_ONCE), desc=teacher, disable=None):
            rows = slice(start, start + _FACES_AT_ONCE)
            for faces in (images[rows], images[rows, :, ::-1]):
                features = first.classify(list(faces)).features
                for name, head in heads.items():
                    each = [reading.probabilities for reading in head.predictions(features)]
                    sums[name][rows] += torch.from_numpy(np.stack(each))
    return {name: total / (2 * len(teachers)) for name, total in sums.items()}


def _has_all(teacher: str, card: Card, wanted: Mapping[str, tuple[str, ...]]) -> None:
    for name, labels in wanted.items():
        if name not in card.heads or card.heads[name].labels != labels:
            raise OptionError(
                "start.unfit",
                must="a teacher must have every head of the recipe, with the same labels",
                got=f"{teacher} without the head {name} ({', '.join(labels)})",
                do="choose another teacher, or leave that head out of head_weights",
            )


def draws(faces: FaceSet, balance: float) -> NDArray[np.float64]:
    """How often each face is drawn in an epoch on average, shape (N,), mean 1.

    Classes are the majority of the votes, or the label where there is none.
    """
    _, index, counts = np.unique(faces.classes(), return_inverse=True, return_counts=True)
    often = counts[index] ** -balance
    return np.asarray(often / often.mean(), np.float64)


def drawn(often: NDArray[np.float64], random: torch.Generator) -> Tensor:
    """Rows of one epoch in random order, shape (N,): each face its share, up or down by luck.

    Systematic sampling: one step wide as a mean draw, from one random start (Madow 1949).
    """
    start = float(torch.rand(1, generator=random, dtype=torch.float64))
    steps = np.searchsorted(np.cumsum(often), np.arange(len(often)) + start)
    rows: Tensor = torch.from_numpy(np.minimum(steps, len(often) - 1))
    return rows[torch.randperm(len(rows), generator=random)]

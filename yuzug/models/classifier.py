"""Faces in, calibrated probabilities out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from yuzug.emotions import LABEL_SETS
from yuzug.errors import ModelError
from yuzug.models.adaptation import adaptation
from yuzug.models.card import Card, HeadCard
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.person import Person
from yuzug.models.preprocess import prepare

# The widest head; it says what the chosen label set leaves out.
_WIDEST = str(max(LABEL_SETS))


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """What one expression looks like.

    ``probabilities`` (classes,) float32 sums to 1, in the order of ``labels``; ``outside`` in
    [0, 1] is the share that the widest head gives to expressions that the label set leaves out.
    """

    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    outside: float

    def __repr__(self) -> str:
        return f"Prediction({self.labels[self.top]} {self.probabilities.max():.2f})"

    @property
    def top(self) -> int:
        """Index of the most probable label."""
        return int(self.probabilities.argmax())

    @property
    def by_label(self) -> dict[str, float]:
        """The probability of each label."""
        return dict(zip(self.labels, self.probabilities.tolist(), strict=True))


@dataclass(frozen=True, eq=False, repr=False)
class Batch:
    """Readings of several faces and what their explanation needs.

    ``inputs`` (N, C, S, S) is what the network read, ``features`` (N, K, h, w) are the
    activations of the explained layer and ``logits`` (N, classes) those of this label set, with
    the graph from features to logits: what an explanation takes its gradient from. ``plain`` are
    the readings without what a person taught, where there is one.
    """

    predictions: tuple[Prediction, ...]
    inputs: Tensor
    features: Tensor
    logits: Tensor
    plain: tuple[Prediction, ...] = ()

    def __repr__(self) -> str:
        return f"Batch({list(self.predictions)})"


@dataclass(frozen=True, eq=False)
class _Added:
    """What a person adds to the calibrated logits of a label set (N, classes), and to those of the
    widest head, where that is asked too."""

    inside: Tensor
    outside: Tensor | None


Stem = Callable[[Tensor], Tensor]


def check_classes(card: Card, classes: int | str | None) -> str:
    """The head of a model for a label set, by its card alone; None takes the card's default.

    Raises:
        ModelError: ``model.classes`` where it has not.
    """
    name = card.default_head if classes is None else str(classes)
    if name not in card.heads:
        raise ModelError(
            "model.classes",
            must=f"the classes of {card.name} must be one of {', '.join(card.heads)}",
            got=name,
            do="choose one of these, or leave the number out",
        )
    return name


class Classifier:
    """One label set of one checkpoint; holds no state, so threads may share it.

    ``stem`` computes the explained activations of faces, (N, C, S, S) → (N, K, h, w), in place of
    the checkpoint's own: the same on another device, for instance. With a ``person``, every face
    is read as that person was taught: :mod:`yuzug.models.adaptation`.

    Raises:
        ModelError: ``model.classes`` where the checkpoint has no such label set.
        PersonError: ``person.weights`` or ``person.invalid``.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        classes: int | str | None,
        stem: Stem | None = None,
        person: Person | None = None,
    ) -> None:
        heads = checkpoint.card.heads
        self.head_name = check_classes(checkpoint.card, classes)
        self.checkpoint = checkpoint
        self.stem = stem or checkpoint.network.features
        self.head: HeadCard = heads[self.head_name]
        self._columns = checkpoint.card.columns(self.head_name)
        widest = heads.get(_WIDEST)
        self._outside = (
            [column for column, name in enumerate(widest.labels) if name not in self.head.labels]
            if widest
            else []
        )
        self._heads_read = {self.head.served_from} | ({_WIDEST} if self._outside else set())
        self._adaptation = self._outside_adaptation = None
        if person is not None:
            self._adaptation = adaptation(person, checkpoint, self.head)
            # A relaxed face that looks sad to the network is outside a set without neutral.
            if self._outside and person.neutral not in self.head.labels:
                self._outside_adaptation = adaptation(person, checkpoint, heads[_WIDEST])

    def adapted(self, person: Person) -> Classifier:
        """The same label set, read as this person was taught.

        Raises:
            PersonError: ``person.weights`` or ``person.invalid``.
        """
        return Classifier(self.checkpoint, self.head_name, self.stem, person)

    def classify(self, faces: list[NDArray[np.uint8]]) -> Batch:
        """Read faces: each RGB uint8 (S, S, 3) or grey uint8 (S, S), any size.

        >>> from yuzug.models.checkpoint import load
        >>> from yuzug.models.registry import resolve
        >>> grey = np.full((48, 48), 128, np.uint8)
        >>> reading = Classifier(load(resolve("cnn")), 7).classify([grey]).predictions[0]
        >>> round(float(reading.probabilities.sum()), 3)
        1.0
        """
        _survive_fork()
        if not faces:
            return Batch((), torch.zeros(0), torch.zeros(0), torch.zeros(0))
        return self.read_features(*self.see(faces))

    def see(self, faces: list[NDArray[np.uint8]]) -> tuple[Tensor, Tensor]:
        """The expensive half: what the network reads, (N, C, S, S), and the explained activations
        of it, (N, K, h, w), without a graph; the faces are as in :meth:`classify`."""
        # no_grad and not inference_mode: the explanation takes a gradient from these features.
        with torch.no_grad():
            batch = prepare(faces, self.checkpoint.card.preprocessing)
            features = self.stem(batch.contiguous(memory_format=torch.channels_last)).detach()
        return batch, features

    def read_features(self, inputs: Tensor, features: Tensor) -> Batch:
        """The cheap half, from what :meth:`see` gave, or from some rows of it.

        The logits of an adapted classifier are the plain ones and what the person's own faces add
        to them, in the same unit and not over the adaptation's temperature: so a map still shows
        how much evidence there is.
        """
        features = features.detach()
        network = self.checkpoint.network
        with torch.enable_grad():
            embedding = network.embed(features.requires_grad_())
            logits = network.read_heads(embedding, self._heads_read)
            chosen = self._chosen(network.explained(features, logits, self.head.served_from))
            added = None
            if self._adaptation is not None:
                added = self._adaptation.added(embedding.float())
                chosen = torch.add(chosen, added, alpha=self.head.temperature)
        bare = {name: values.detach() for name, values in logits.items()}
        plain = self._predictions(bare, None)
        if added is None:
            return Batch(plain, inputs, features, chosen)
        mine = self._predictions(bare, self._added(embedding.detach(), added.detach()))
        return Batch(mine, inputs, features, chosen, plain)

    def predictions(self, features: Tensor) -> tuple[Prediction, ...]:
        """Readings of this label set from the explained activations: (N, K, h, w) → N."""
        network = self.checkpoint.network
        with torch.no_grad():
            embedding = network.embed(features)
            logits = network.read_heads(embedding, self._heads_read)
            return self._predictions(logits, self._added(embedding))

    def _predictions(
        self, logits: dict[str, Tensor], added: _Added | None
    ) -> tuple[Prediction, ...]:
        shares = self._probabilities(logits, added), self._outside_of(logits, added)
        return tuple(
            Prediction(self.head.labels, row, float(share))
            for row, share in zip(*shares, strict=True)
        )

    def predict(self, inputs: Tensor) -> NDArray[np.float32]:
        """Calibrated probabilities of what the network reads: (N, C, S, S) → (N, classes)."""
        network = self.checkpoint.network
        with torch.no_grad():
            features = network.features(inputs.contiguous(memory_format=torch.channels_last))
            embedding = network.embed(features)
            logits = network.read_heads(embedding, self._heads_read)
            return self._probabilities(logits, self._added(embedding))

    def logits_of(self, features: Tensor) -> Tensor:
        """Logits of this label set, as a map explains them: (N, K, h, w) → (N, classes)."""
        served = self._chosen(self.checkpoint.network.head(features, self.head.served_from))
        if self._adaptation is None:
            return served
        added = self._adaptation.added(self.checkpoint.network.embed(features).float())
        return torch.add(served, added, alpha=self.head.temperature)

    def _added(self, embedding: Tensor, inside: Tensor | None = None) -> _Added | None:
        """What the person's own faces add to the logits; None without a person."""
        if self._adaptation is None:
            return None
        embedding, outside = embedding.float(), self._outside_adaptation
        return _Added(
            self._adaptation.added(embedding) if inside is None else inside,
            None if outside is None else outside.added(embedding),
        )

    def _chosen(self, served: Tensor) -> Tensor:
        every = self._columns == list(range(served.shape[1]))
        return served if every else served[:, self._columns]

    def _probabilities(
        self, logits: dict[str, Tensor], added: _Added | None
    ) -> NDArray[np.float32]:
        """Calibrated probabilities from the logits by head: (N, classes) float32.

        Source: Guo et al. 2017, "On calibration of modern neural networks", temperature scaling.
        """
        chosen = self._chosen(logits[self.head.served_from]).float() / self.head.temperature
        if self._adaptation is not None and added is not None:
            chosen = self._adaptation.adapted(chosen, added.inside)
        return np.asarray(torch.softmax(chosen, dim=1).numpy(), np.float32)

    def _outside_of(self, logits: dict[str, Tensor], added: _Added | None) -> NDArray[np.float32]:
        """Share of the widest head's mass on labels that this set leaves out: (N,) float32."""
        count = len(next(iter(logits.values())))
        if not self._outside:
            return np.zeros(count, np.float32)
        widest = self.checkpoint.card.heads[_WIDEST]
        scores = logits[_WIDEST].float() / widest.temperature
        if self._outside_adaptation is not None and added is not None and added.outside is not None:
            scores = self._outside_adaptation.adapted(scores, added.outside)
        mass = torch.softmax(scores, dim=1)
        return np.asarray(mass[:, self._outside].sum(dim=1).numpy(), np.float32)


@cache
def _survive_fork() -> None:
    """Let forked children compute with one thread.

    The threads of OpenMP do not survive a fork, and a child that waits for them hangs: gunicorn
    with preload, or a pool of multiprocessing. See pytorch issue 17199.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=partial(torch.set_num_threads, 1))

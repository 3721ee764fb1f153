"""``Explainer``: heat maps, contrasts and faithfulness for one classifier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from yuzug.analysis import Face
from yuzug.errors import ModelError
from yuzug.explain import (
    Contrast,
    ForwardPass,
    Heatmap,
    Trust,
    difference,
    evidence,
    method_named,
    scale,
    scale_signed,
    strength,
    trust_of,
)
from yuzug.models import Batch, Classifier
from yuzug.models.preprocess import prepare


class Explainer:
    """Explains the readings of one classifier; holds no state, so threads may share it."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier

    def of(self, face: Face) -> Explainer:
        """The explainer of what this face was read with: adapted where its person was taught."""
        return Explainer(self.classifier.adapted(face.person)) if face.person else self

    @property
    def default_method(self) -> str:
        """The method that explains this model best, as its card says it."""
        return self.classifier.checkpoint.card.explanation

    def column(self, label: str) -> int:
        """Position of a label among the outputs.

        Raises:
            ModelError: ``model.target`` where this label set has no such label.
        """
        labels = self.classifier.head.labels
        if label not in labels:
            raise ModelError(
                "model.target",
                must=f"the label to explain must be one of {', '.join(labels)}",
                got=repr(label),
                do="choose one of these, or another number of classes",
            )
        return labels.index(label)

    def maps(
        self, batch: Batch, targets: Sequence[int], method: str | None = None
    ) -> list[Heatmap]:
        """One heat map a face, each for its target class.

        Raises:
            OptionError: ``option.invalid`` where there is no such method.
        """
        wanted, usual = (
            method_named(method or self.default_method),
            method_named(self.default_method),
        )
        if not targets:
            return []
        card, forward = self.classifier.checkpoint.card, self.forward_pass(batch)
        raw = wanted.maps(forward, targets)
        # Only the default method measures in logits, so it says how much evidence there is.
        in_logits = raw if wanted is usual else usual.maps(forward, targets)
        return [
            Heatmap(
                values=scale(one, card.preprocessing.size_px),
                raw=one,
                strength=strength(float(logits), card.full_evidence),
                method=wanted.name,
                target=self.classifier.head.labels[target],
            )
            for one, logits, target in zip(raw, evidence(in_logits), targets, strict=True)
        ]

    def forward_pass(self, batch: Batch) -> ForwardPass:
        """What a method may look at: these faces and the network that read them."""
        network = self.classifier.checkpoint.network
        head = self.classifier.logits_of
        return ForwardPass(batch.inputs, batch.features, batch.logits, network.stem, head)

    def face(self, face: Face, target: str | None = None, method: str | None = None) -> Heatmap:
        """Another heat map of a face that was read, without looking for it again.

        Raises:
            ModelError: ``model.target`` where the model has no such label.
            OptionError: ``option.invalid`` where there is no such method.
        """
        column, mine = self.column(target or face.emotion), self.of(face)
        return mine.maps(mine.classifier.classify([face.crop]), [column], method)[0]

    def contrast(self, face: Face, first: str, second: str) -> Contrast:
        """Why a face looks ``first`` and not ``second``: a signed map.

        Raises:
            ModelError: ``model.target`` where the model has no such label, or both are the same.
        """
        one, other = self.column(first), self.column(second)
        if one == other:
            raise ModelError(
                "model.target",
                must="the two labels of a contrast must differ",
                got=f"{first!r} twice",
                do="choose another label for one of them",
            )
        batch = self.of(face).classifier.classify([face.crop])
        card = self.classifier.checkpoint.card
        (raw,) = difference(batch.logits, batch.features, one, other)
        (logits,) = batch.logits.detach()
        return Contrast(
            values=scale_signed(raw, card.preprocessing.size_px),
            raw=raw,
            strength=strength(float(np.abs(raw).sum()), card.full_evidence),
            lead=float(logits[one] - logits[other]),
            first=first,
            second=second,
        )

    def trust(self, face: Face, heatmap: Heatmap | None = None) -> Trust:
        """Whether a heat map of a face, its own unless given, can be relied on: within a second.

        Raises:
            ModelError: ``model.target`` where the map explains a label of another model.
        """
        shown = heatmap or face.explanation or self.face(face)
        column = self.column(shown.target)
        classifier = self.of(face).classifier
        (picture,) = prepare([face.crop], self.classifier.checkpoint.card.preprocessing)

        def probability(pictures: Tensor) -> NDArray[np.float32]:
            return classifier.predict(pictures)[:, column]

        return trust_of(picture, shown.values, probability)

"""What is explained: a batch of faces on their way through one network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from yuzug.explain.gradcam import gradient, target_weights


@dataclass(frozen=True)
class ForwardPass:
    """A batch of faces and the two halves of the network that read them.

    ``inputs`` (N, C, S, S) is what the network read, ``features`` (N, K, h, w) what ``stem`` made
    of it and ``logits`` (N, classes) what ``head`` made of these, with the graph from features to
    logits; each row comes from its own face alone.
    """

    inputs: Tensor
    features: Tensor
    logits: Tensor
    stem: nn.Module
    head: Callable[[Tensor], Tensor]
    _slopes: dict[tuple[int, ...], Tensor] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, inputs: Tensor, stem: nn.Module, head: Callable[[Tensor], Tensor]) -> ForwardPass:
        """Faces (N, C, S, S) on their whole way through a network."""
        with torch.no_grad():
            features = stem(inputs).detach()
        with torch.enable_grad():
            return cls(inputs, features, head(features.requires_grad_()), stem, head)

    def slope(self, targets: Sequence[int]) -> Tensor:
        """Gradient of each face's target logit by its features: (N, K, h, w), walked once."""
        key = tuple(targets)
        if key not in self._slopes:
            self._slopes[key] = gradient(self.logits, self.features, target_weights(targets))
        return self._slopes[key]

    @property
    def activations(self) -> NDArray[np.float32]:
        """The features as an array (N, K, h, w)."""
        return np.asarray(self.features.detach().float().numpy(), np.float32)

    def whole(self, inputs: Tensor) -> Tensor:
        """The whole way of other pictures: (M, C, S, S) → (M, classes)."""
        # Plain convolutions on the CPU run fastest with channels last.
        return self.head(self.stem(inputs.contiguous(memory_format=torch.channels_last)))

"""One forward pass of a batch of faces, and gradients through the head of the network.

A prediction has run the head already, so a heat map costs one backward pass through the head and
nothing else. No hook is set, no gradient is left on a parameter and no mode is changed, so threads
may share the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True, eq=False, repr=False)
class ForwardPass:
    """A batch of faces and the two halves of the network that read them.

    ``inputs`` (N, C, S, S) is what the network read, ``features`` (N, K, h, w) the output of
    ``stem`` and ``logits`` (N, classes) the output of ``head``, with the graph from features to
    logits; each row comes from its own face alone.
    """

    inputs: Tensor
    features: Tensor
    logits: Tensor
    stem: nn.Module
    head: Callable[[Tensor], Tensor]
    _gradients: dict[tuple[int, ...], Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: Tensor, stem: nn.Module, head: Callable[[Tensor], Tensor]) -> ForwardPass:
        """Run faces (N, C, S, S) through a network."""
        with torch.no_grad():
            features = stem(inputs).detach()
        with torch.enable_grad():
            return cls(inputs, features, head(features.requires_grad_()), stem, head)

    def __repr__(self) -> str:
        return f"ForwardPass(inputs={tuple(self.inputs.shape)}, logits={tuple(self.logits.shape)})"

    def gradient(self, targets: Sequence[int]) -> Tensor:
        """Gradient of each face's target logit by its features: (N, K, h, w), computed once."""
        key = tuple(targets)
        if key not in self._gradients:
            self._gradients[key] = gradient(self.logits, self.features, target_weights(targets))
        return self._gradients[key]

    @property
    def activations(self) -> NDArray[np.float32]:
        """The features as an array (N, K, h, w)."""
        return np.asarray(self.features.detach().float().numpy(), np.float32)

    def logits_for(self, inputs: Tensor) -> Tensor:
        """Logits of other inputs through the full network: (M, C, S, S) → (M, classes)."""
        # Plain convolutions on the CPU run fastest with channels last.
        return self.head(self.stem(inputs.contiguous(memory_format=torch.channels_last)))


def gradient(logits: Tensor, features: Tensor, weights: Sequence[Mapping[int, float]]) -> Tensor:
    """Gradient of a weighted sum of each face's logits by its features: (N, K, h, w), no graph.

    ``logits`` (N, classes) were computed from ``features``, and their graph stays for the next
    time; ``weights`` are those of each face by class, all other classes having none.
    """
    direction = torch.zeros_like(logits)
    for row, by_class in enumerate(weights):
        for column, weight in by_class.items():
            direction[row, column] = weight
    # Of a sum: with a direction of its own, PyTorch would import sympy, half a second and 30 MB.
    with torch.enable_grad():
        total = (logits * direction).sum()
    (grad,) = torch.autograd.grad(total, features, retain_graph=True)
    return grad


def target_weights(targets: Sequence[int]) -> list[dict[int, float]]:
    """The weights that explain one class a face: its logit.

    >>> target_weights([1, 0])
    [{1: 1.0}, {0: 1.0}]
    """
    return [{target: 1.0} for target in targets]

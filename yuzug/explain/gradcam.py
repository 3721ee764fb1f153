"""Grad-CAM and HiResCAM by the gradient through the head alone.

The reading itself has walked the head already, so a map costs its way back and nothing else. No
hook is set, no gradient is left on a parameter and no mode is changed, so that threads may share
the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def gradient(logits: Tensor, features: Tensor, weights: Sequence[Mapping[int, float]]) -> Tensor:
    """Gradient of a weighted sum of each face's logits by its features: (N, K, h, w), no graph.

    ``logits`` (N, classes) were computed from ``features``, and their graph stays for the next
    time; ``weights`` are those of each face by class, all other classes having none.
    """
    direction = torch.zeros_like(logits)
    for row, by_class in enumerate(weights):
        for column, weight in by_class.items():
            direction[row, column] = weight
    (slope,) = torch.autograd.grad(logits, features, direction, retain_graph=True)
    return slope


def target_weights(targets: Sequence[int]) -> list[dict[int, float]]:
    """The weights that explain one class a face: its logit.

    >>> target_weights([1, 0])
    [{1: 1.0}, {0: 1.0}]
    """
    return [{target: 1.0} for target in targets]


def gradcam(logits: Tensor, features: Tensor, targets: Sequence[int]) -> NDArray[np.float32]:
    """Unscaled Grad-CAM, one map a face: float32 (N, h, w), not negative.

    ``features`` (N, K, h, w) are the activations that the head read and ``logits`` (N, classes)
    what it made of them, with its graph, each row from its own face alone; ``targets`` are N class
    indices. For a pooled linear head with weights w the result is ReLU(Σ_k w_k A_k) / (h · w).

    Source: Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2.

    >>> features = (18 * torch.ones(1, 2, 3, 3)).requires_grad_()
    >>> gradcam(features.mean(dim=(2, 3)), features, [0])[0, 0].tolist()
    [2.0, 2.0, 2.0]
    """
    return positive(weighted_by_channel(gradient(logits, features, target_weights(targets)), features))


def hirescam(logits: Tensor, features: Tensor, targets: Sequence[int]) -> NDArray[np.float32]:
    """Unscaled HiResCAM, one map a face: float32 (N, h, w), not negative.

    As :func:`gradcam`, but the gradient is not averaged over the grid first, so that a head which
    tells places apart (a flattened dense layer) is followed. Equal to it for a pooled head.

    Source: Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM", equation 4.

    >>> features = torch.tensor([[[[3.0, 5.0]]]]).requires_grad_()
    >>> hirescam(features[:, :, 0, :1].flatten(1), features, [0]).tolist()
    [[[3.0, 0.0]]]
    """
    return positive(weighted_by_place(gradient(logits, features, target_weights(targets)), features))


def weighted_by_channel(slope: Tensor, features: Tensor) -> Tensor:
    """Signed map of Grad-CAM from a gradient: (N, h, w)."""
    return (slope.mean(dim=(2, 3), keepdim=True) * features.detach()).sum(dim=1)


def weighted_by_place(slope: Tensor, features: Tensor) -> Tensor:
    """Signed map of HiResCAM from a gradient: (N, h, w)."""
    return (slope * features.detach()).sum(dim=1)


def positive(signed: Tensor) -> NDArray[np.float32]:
    """What speaks for the class, as an array."""
    return np.asarray(torch.relu(signed).float().numpy(), np.float32)

"""Grad-CAM and HiResCAM from the gradient through the head alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from yuzug.explain.forward_pass import ForwardPass


def gradcam(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Unscaled Grad-CAM, one map a face: float32 (N, h, w), not negative.

    ``targets`` are N class indices. For a pooled linear head with weights w the result is
    ReLU(Σ_k w_k A_k) / (h · w).

    Source: Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2.

    >>> ones = 18 * torch.ones(1, 2, 3, 3)
    >>> forward = ForwardPass.of(ones, torch.nn.Identity(), lambda x: x.mean(dim=(2, 3)))
    >>> gradcam(forward, [0])[0, 0].tolist()
    [2.0, 2.0, 2.0]
    """
    grad = forward.gradient(targets)
    weights = grad.mean(dim=(2, 3), keepdim=True)
    return _positive((weights * forward.features.detach()).sum(dim=1))


def hirescam(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Unscaled HiResCAM, one map a face: float32 (N, h, w), not negative.

    As :func:`gradcam`, but the gradient is not averaged over the grid first, so that a head which
    tells places apart (a flattened dense layer) is followed. Equal to it for a pooled head.

    Source: Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM", equation 4.

    >>> features = torch.tensor([[[[3.0, 5.0]]]])
    >>> forward = ForwardPass.of(features, torch.nn.Identity(), lambda x: x[:, :, 0, :1].flatten(1))
    >>> hirescam(forward, [0]).tolist()
    [[[3.0, 0.0]]]
    """
    return _positive(elementwise(forward.gradient(targets), forward.features))


def elementwise(grad: Tensor, features: Tensor) -> Tensor:
    """Signed HiResCAM: gradient times features at each place, summed over channels: (N, h, w)."""
    return (grad * features.detach()).sum(dim=1)


def _positive(signed: Tensor) -> NDArray[np.float32]:
    return np.asarray(torch.relu(signed).float().numpy(), np.float32)

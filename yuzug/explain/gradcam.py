"""Grad-CAM and HiResCAM by the gradient through the head alone.

No hook is set, no gradient is left on a parameter and no mode is changed, so that threads may
share the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Head = Callable[[Tensor], Tensor]
# From logits (N, classes) to the N numbers that a map explains.
Score = Callable[[Tensor], Tensor]


def gradient(head: Head, features: Tensor, score: Score) -> Tensor:
    """Gradient of each face's score with respect to its features: (N, K, h, w), no graph."""
    with torch.enable_grad():
        leaf = features.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(score(head(leaf)).sum(), leaf)
    return slope


def logit_of(targets: Sequence[int]) -> Score:
    """The score that explains one class a face: its logit.

    >>> logit_of([1, 0])(torch.tensor([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [2.0, 3.0]
    """
    columns = torch.as_tensor(list(targets))[:, None]
    return lambda logits: logits.gather(1, columns)[:, 0]


def gradcam(head: Head, features: Tensor, targets: Sequence[int]) -> NDArray[np.float32]:
    """Unscaled Grad-CAM, one map a face: float32 (N, h, w), not negative.

    ``features`` (N, K, h, w) are the activations that the head reads; ``head`` maps them to
    logits (N, classes), each row from its own face alone; ``targets`` are N class indices. For a
    pooled linear head with weights w the result is ReLU(Σ_k w_k A_k) / (h · w).

    Source: Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2.

    >>> features = 18 * torch.ones(1, 2, 3, 3)
    >>> gradcam(lambda a: a.mean(dim=(2, 3)), features, [0])[0, 0].tolist()
    [2.0, 2.0, 2.0]
    """
    return positive(averaged(gradient(head, features, logit_of(targets)), features))


def hirescam(head: Head, features: Tensor, targets: Sequence[int]) -> NDArray[np.float32]:
    """Unscaled HiResCAM, one map a face: float32 (N, h, w), not negative.

    As :func:`gradcam`, but the gradient is not averaged over the grid first, so that a head which
    tells places apart (a flattened dense layer) is followed. Equal to it for a pooled head.

    Source: Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM", equation 4.

    >>> features = torch.tensor([[[[3.0, 5.0]]]])
    >>> hirescam(lambda a: a[:, :, 0, :1].flatten(1), features, [0]).tolist()
    [[[3.0, 0.0]]]
    """
    return positive(placed(gradient(head, features, logit_of(targets)), features))


def averaged(slope: Tensor, features: Tensor) -> Tensor:
    """Signed map of Grad-CAM from a gradient: (N, h, w)."""
    return (slope.mean(dim=(2, 3), keepdim=True) * features.detach()).sum(dim=1)


def placed(slope: Tensor, features: Tensor) -> Tensor:
    """Signed map of HiResCAM from a gradient: (N, h, w)."""
    return (slope * features.detach()).sum(dim=1)


def positive(signed: Tensor) -> NDArray[np.float32]:
    """What speaks for the class, as an array."""
    return np.asarray(torch.relu(signed).float().numpy(), np.float32)

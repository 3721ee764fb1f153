"""Grad-CAM by the gradient through the head alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Heatmap:
    """Where in a face the evidence for one class lies.

    ``values`` is float32 (h, w) in [0, 1] over the crop, scaled for showing; ``peak`` is the
    largest value before that scaling, in logits; ``strength`` in [0, 1] says how strongly to draw
    the map: a nearly empty one must stay faint.
    """

    values: NDArray[np.float32]
    peak: float
    strength: float


def gradcam(
    head: Callable[[Tensor], Tensor], features: Tensor, targets: Sequence[int]
) -> NDArray[np.float32]:
    """Unscaled class activation maps, one a face: float32 (N, h, w), not negative.

    ``features`` (N, K, h, w) are the activations that the head reads; ``head`` maps them to
    logits (N, classes), each row from its own face alone; ``targets`` are N class indices. No
    hook is set, no gradient is left on a parameter and no mode is changed, so that threads may
    share the network. For a pooled linear head with weights w the result is
    ReLU(Σ_k w_k A_k) / (h · w).

    Source: Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2.

    >>> features = 18 * torch.ones(1, 2, 3, 3)
    >>> gradcam(lambda a: a.mean(dim=(2, 3)), features, [0])[0, 0].tolist()
    [2.0, 2.0, 2.0]
    """
    with torch.enable_grad():
        leaf = features.detach().requires_grad_(True)
        logits = head(leaf)
        chosen = logits[torch.arange(len(targets)), torch.as_tensor(list(targets))].sum()
        (gradient,) = torch.autograd.grad(chosen, leaf)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    maps = torch.relu((weights * leaf.detach()).sum(dim=1))
    return np.asarray(maps.float().numpy(), np.float32)


def evidence(raw: NDArray[np.float32]) -> NDArray[np.float32]:
    """Positive evidence in unscaled maps, in logits: (N, h, w) → (N,).

    For a pooled linear head it is at least logit minus bias, which counts negative places too.
    """
    return np.asarray(raw.sum(axis=(1, 2)), np.float32)


def scale(raw: NDArray[np.float32], size_px: int, full_evidence: float) -> Heatmap:
    """An unscaled map (h, w) as a heat map (size_px, size_px) in [0, 1].

    A map with ``full_evidence`` logits or more is drawn at full strength; what is usual differs
    between networks, so it stands in the card.

    >>> scale(np.array([[0.0, 2.0], [0.0, 0.0]], np.float32), 2, full_evidence=4).strength
    0.5
    """
    fine = cv2.resize(raw, (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    low, span = float(fine.min()), float(fine.max() - fine.min())
    shown = (fine - low) / span if span > 1e-7 else np.zeros_like(fine)
    strength = min(1.0, float(evidence(raw[None])[0]) / full_evidence)
    return Heatmap(np.asarray(shown, np.float32), float(raw.max()), strength)

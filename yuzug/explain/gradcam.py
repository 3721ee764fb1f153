"""Grad-CAM by the gradient through the head alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Positive evidence, in logits, from which a map is drawn at full strength.
_FULL_EVIDENCE = 2.0


@dataclass(frozen=True)
class Heatmap:
    """Where in a face the evidence for one class lies.

    ``values`` is float32 (h, w) in [0, 1] over the crop, scaled for showing; ``peak`` is the
    largest value before that scaling, and ``evidence`` the sum before it, both in logits: for a
    pooled linear head the evidence of all places, negative ones included, is logit minus bias.
    """

    values: NDArray[np.float32]
    peak: float
    evidence: float

    @property
    def strength(self) -> float:
        """How strongly to draw the map, in [0, 1]: a nearly empty one must stay faint."""
        return min(1.0, max(0.0, self.evidence / _FULL_EVIDENCE))


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

    >>> ones = torch.ones(1, 2, 3, 3)
    >>> gradcam(lambda a: a.mean(dim=(2, 3)), ones, [0]).round(3)[0, 0].tolist()
    [0.1110000014305115, 0.1110000014305115, 0.1110000014305115]
    """
    with torch.enable_grad():
        leaf = features.detach().requires_grad_(True)
        logits = head(leaf)
        chosen = logits[torch.arange(len(targets)), torch.as_tensor(list(targets))].sum()
        (gradient,) = torch.autograd.grad(chosen, leaf)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    maps = torch.relu((weights * leaf.detach()).sum(dim=1))
    return np.asarray(maps.float().numpy(), np.float32)


def scale(raw: NDArray[np.float32], size_px: int) -> Heatmap:
    """An unscaled map (h, w) as a heat map (size_px, size_px) in [0, 1].

    >>> scale(np.array([[0.0, 2.0], [0.0, 0.0]], np.float32), 2).values.tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    fine = cv2.resize(raw, (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    low, span = float(fine.min()), float(fine.max() - fine.min())
    shown = (fine - low) / span if span > 1e-7 else np.zeros_like(fine)
    return Heatmap(np.asarray(shown, np.float32), float(raw.max()), float(raw.sum()))

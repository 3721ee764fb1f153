"""Heat maps as values: what was computed, and the same scaled for showing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Heatmap:
    """Where in a face the evidence for one class lies.

    ``values`` is float32 (H, W) in [0, 1] over the crop, scaled for showing; ``raw`` is float32
    (h, w) as the method computed it on its own grid, not negative; ``strength`` in [0, 1] says
    how strongly to draw the map: a nearly empty one must stay faint. ``method`` is a name in
    :data:`yuzug.explain.METHODS`, ``target`` the label that is explained.
    """

    values: NDArray[np.float32]
    raw: NDArray[np.float32]
    strength: float
    method: str
    target: str

    def __repr__(self) -> str:
        height, width = self.values.shape
        return f"Heatmap({self.method} for {self.target}, {width}x{height})"

    @property
    def peak(self) -> float:
        """The largest value before scaling: in logits for Grad-CAM and HiResCAM, in units of
        its own for every other method."""
        return float(self.raw.max())


def evidence(raw: NDArray[np.float32]) -> NDArray[np.float32]:
    """Positive evidence in unscaled maps, in logits: (N, h, w) → (N,).

    For a pooled linear head it is at least logit minus bias, which counts negative places too.
    """
    return np.asarray(raw.sum(axis=(1, 2)), np.float32)


def strength(positive: float, full_evidence: float) -> float:
    """How strongly to draw a map, in [0, 1]: fully from ``full_evidence`` logits on.

    What is usual differs between networks, so ``full_evidence`` stands in the card.

    >>> strength(2.0, full_evidence=4.0)
    0.5
    """
    return min(1.0, max(0.0, positive / full_evidence))


def scale(raw: NDArray[np.float32], size_px: int) -> NDArray[np.float32]:
    """An unscaled map (h, w) stretched over the crop: float32 (size_px, size_px) in [0, 1].

    >>> scale(np.array([[0.0, 2.0], [0.0, 0.0]], np.float32), 2).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    fine = cv2.resize(raw, (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    low, span = float(fine.min()), float(fine.max() - fine.min())
    shown = (fine - low) / span if span > 1e-7 else np.zeros_like(fine)
    return np.asarray(shown, np.float32)

"""Why one class and not another: a signed map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from yuzug.explain.forward_pass import gradient
from yuzug.explain.gradcam import elementwise


@dataclass(frozen=True, eq=False, repr=False)
class Contrast:
    """Evidence in a face for one label and against another.

    ``values`` is float32 (H, W) in [-1, 1] over the crop, positive for evidence for
    ``first`` and negative for evidence for ``second``; zero is zero, so the larger side reaches
    1. ``raw`` is float32 (h, w) in logits on the grid of the network; ``lead`` is the logit of
    ``first`` minus that of ``second``. ``strength`` in [0, 1] as in :class:`Heatmap`.
    """

    values: NDArray[np.float32]
    raw: NDArray[np.float32]
    strength: float
    lead: float
    first: str
    second: str

    def __repr__(self) -> str:
        return f"Contrast({self.first} against {self.second}, lead={self.lead:.2f})"


def difference(logits: Tensor, features: Tensor, first: int, second: int) -> NDArray[np.float32]:
    """Signed HiResCAM of logit ``first`` minus logit ``second``: float32 (N, h, w), in logits.

    ``logits`` (N, classes) were computed from ``features`` (N, K, h, w) and have their graph.

    >>> import torch
    >>> features = torch.tensor([[[[9.0, 0.0]], [[0.0, 3.0]]]]).requires_grad_()
    >>> difference(features.sum(dim=(2, 3)), features, 0, 1).tolist()
    [[[9.0, -3.0]]]
    """
    grad = gradient(logits, features, [{first: 1.0, second: -1.0}] * len(features))
    return np.asarray(elementwise(grad, features).float().numpy(), np.float32)


def scale_signed(raw: NDArray[np.float32], size_px: int) -> NDArray[np.float32]:
    """A signed map (h, w) stretched over the crop: float32 (size_px, size_px) in [-1, 1].

    >>> scale_signed(np.array([[2.0, -1.0]], np.float32), 2)[0].tolist()
    [1.0, -0.5]
    """
    fine = cv2.resize(raw, (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    largest = float(np.abs(fine).max())
    return np.asarray(fine / largest if largest > 1e-7 else np.zeros_like(fine), np.float32)

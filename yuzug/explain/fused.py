"""A finer map: what the explained layer says, sharpened by the layer below it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from yuzug.explain.forward_pass import ForwardPass, gradient, target_weights
from yuzug.explain.gradcam import hirescam


def fused(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """HiResCAM times LayerCAM of the last layer with a finer grid: (N, 2h, 2w), not negative.

    The product keeps what both layers hold for evidence; its root brings it back to their unit.
    Without a finer layer it is HiResCAM, as for an ensemble, whose stem is no chain of layers.
    Fusing layers is due to Jiang et al. 2021, "LayerCAM", section III-D, which takes the larger of
    the two instead.
    """
    coarse = hirescam(forward, targets)
    cut = _finer_layer(forward)
    if cut is None:
        return coarse
    above, finer = cut
    with torch.enable_grad():
        logits = forward.head(above(finer.requires_grad_()))
    grad = gradient(logits, finer, target_weights(targets))
    fine = (torch.relu(grad) * finer.detach()).sum(dim=1).float().numpy()
    return np.stack([_product(one, other) for one, other in zip(coarse, fine, strict=True)])


def _finer_layer(forward: ForwardPass) -> tuple[nn.Sequential, Tensor] | None:
    """The rest of the stem above the last layer with a finer grid, and that layer's activations."""
    layers = list(forward.stem.children()) if isinstance(forward.stem, nn.Sequential) else []
    side = forward.features.shape[-1]
    found, x = None, forward.inputs.contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        for index, layer in enumerate(layers):
            x = layer(x)
            if x.shape[-1] > side:
                found = index + 1, x
            else:
                break
    if found is None:
        return None
    return nn.Sequential(*layers[found[0] :]), found[1]


def _product(coarse: NDArray[np.float32], fine: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = fine.shape
    grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.sqrt(grown * np.maximum(fine, 0)), np.float32)

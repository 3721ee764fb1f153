"""RISE: how much more probable a class is where a pixel is seen through random masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch user knows
from numpy.typing import NDArray
from torch import Tensor

from yuzug.explain.forward_pass import ForwardPass

_MASKS, _CELLS, _SHOWN = 500, 7, 0.5
_BATCH = 50
_SEED = 20261120


def rise(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Mean probability of each target while a pixel is shown, above that over all masks: (N, S, S).

    What a mask hides turns into the mean grey of the training faces. The masks are the same for
    every face and every call.

    Source: Petsiuk et al. 2018, "RISE: Randomized input sampling for explanation of black-box
    models", equation 6; the mean is taken away so that a map without evidence is empty.
    """
    side = forward.inputs.shape[-1]
    masks = random_masks(side)
    flat = masks.reshape(len(masks), -1)
    shown = flat.sum(dim=0)
    maps = []
    for inputs, target in zip(forward.inputs, targets, strict=True):
        with torch.no_grad():
            seen = [
                torch.softmax(forward.logits_for(inputs * some[:, None]), dim=1)[:, target]
                for some in torch.split(masks, _BATCH)
            ]
        probability = torch.cat(seen)
        mean = probability @ flat / shown - probability.mean()
        maps.append(mean.clamp_min(0).reshape(side, side).numpy())
    return np.asarray(np.stack(maps), np.float32)


def random_masks(side_px: int) -> Tensor:
    """Smooth random masks in [0, 1], float32 (500, S, S): grids of 7 × 7 enlarged and shifted.

    Source: Petsiuk et al. 2018, section 3.2.
    """
    random = torch.Generator().manual_seed(_SEED)
    cell = -(-side_px // _CELLS)
    grids = (torch.rand(_MASKS, 1, _CELLS, _CELLS, generator=random) < _SHOWN).float()
    large = F.interpolate(
        grids, size=((_CELLS + 1) * cell,) * 2, mode="bilinear", align_corners=False
    )[:, 0]
    shifts = torch.randint(cell, (_MASKS, 2), generator=random).tolist()
    return torch.stack(
        [
            mask[top : top + side_px, left : left + side_px]
            for mask, (top, left) in zip(large, shifts, strict=True)
        ]
    )

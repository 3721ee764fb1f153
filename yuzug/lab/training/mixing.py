"""Two faces in one: mixup and cutmix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from yuzug.lab.training.recipe import Recipe


@dataclass(frozen=True)
class Mixed:
    """``faces`` (N, 1, S, S), each with ``share`` of itself and the rest of ``partners`` (N,)."""

    faces: Tensor
    partners: Tensor
    share: float


def mix(faces: Tensor, recipe: Recipe, random: torch.Generator) -> Mixed | None:
    """Faces (N, 1, S, S) mixed with one another as the recipe says; None where it does not.

    Source: Zhang et al. 2018, "mixup"; Yun et al. 2019, "CutMix".
    """
    alphas = {_mixup: recipe.mixup, _cutmix: recipe.cutmix}
    kinds = [kind for kind, alpha in alphas.items() if alpha > 0]
    if not kinds:
        return None
    draw = np.random.default_rng(int(torch.randint(2**31, (1,), generator=random)))
    kind = kinds[int(draw.integers(len(kinds)))]
    partners = torch.randperm(len(faces), generator=random)
    return kind(faces, partners, float(draw.beta(alphas[kind], alphas[kind])), draw)


def _mixup(faces: Tensor, partners: Tensor, share: float, _: np.random.Generator) -> Mixed:
    return Mixed(share * faces + (1 - share) * faces[partners.to(faces.device)], partners, share)


def _cutmix(faces: Tensor, partners: Tensor, share: float, draw: np.random.Generator) -> Mixed:
    height, width = faces.shape[-2:]
    half_h, half_w = (side * (1 - share) ** 0.5 / 2 for side in (height, width))
    y, x = draw.uniform(0, height), draw.uniform(0, width)
    top, bottom = max(0, round(y - half_h)), min(height, round(y + half_h))
    left, right = max(0, round(x - half_w)), min(width, round(x + half_w))
    out = faces.clone()
    out[..., top:bottom, left:right] = faces[partners.to(faces.device)][..., top:bottom, left:right]
    # The rectangle may hang over the edge; what is truly left of each face counts.
    return Mixed(out, partners, 1 - (bottom - top) * (right - left) / (height * width))

"""Data augmentation: random geometry, light and erasing; mixup and CutMix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch user knows
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from yuzug.lab.training.devices import sent


class Augmentation(BaseModel):
    """How far a face is changed at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rotation_deg: float = Field(default=15.0, ge=0, le=180)
    scale: float = Field(default=0.18, ge=0, lt=1)
    shift: float = Field(default=0.1, ge=0, lt=1)
    """Share of the side."""
    shear: float = Field(default=0.08, ge=0, lt=1)
    contrast: float = Field(default=0.35, ge=0, lt=1)
    brightness: float = Field(default=0.2, ge=0, lt=1)
    erase: float = Field(default=0.35, ge=0, le=1)
    """Probability that a rectangle is painted over."""
    flip: bool = True


def augment(grey: Tensor, how: Augmentation, size_px: int, random: torch.Generator) -> Tensor:
    """Changed faces: (N, 1, S, S) in 0…255 → (N, 1, size_px, size_px) float32 in 0…255."""
    # Numbers are drawn on the CPU, so that every device sees the same changes.
    matrices = sent(_matrices(len(grey), how, random), grey.device)
    grid = F.affine_grid(matrices, [len(grey), 1, size_px, size_px], align_corners=False)
    out = F.grid_sample(
        grey.to(torch.float32), grid, padding_mode="reflection", align_corners=False
    )
    return _erase(_light(out, how, random), how, random)


def _uniform(count: int, reach: float, random: torch.Generator) -> Tensor:
    return (torch.rand(count, generator=random) * 2 - 1) * reach


def _matrices(count: int, how: Augmentation, random: torch.Generator) -> Tensor:
    angle = _uniform(count, math.radians(how.rotation_deg), random)
    zoom = torch.exp(_uniform(count, math.log1p(how.scale), random))
    shear = _uniform(count, how.shear, random)
    mirror = torch.ones(count)
    if how.flip:
        mirror = torch.where(torch.rand(count, generator=random) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    # affine_grid spans −1…1, so a shift by a share of the side is twice that share.
    dx, dy = (2 * _uniform(count, how.shift, random) for _ in range(2))
    top = torch.stack([cos * mirror, -sin + shear, dx], dim=1)
    low = torch.stack([sin * mirror, cos, dy], dim=1)
    return torch.stack([top, low], dim=1)


def _light(faces: Tensor, how: Augmentation, random: torch.Generator) -> Tensor:
    count = len(faces)
    gain = sent(1 + _uniform(count, how.contrast, random).view(-1, 1, 1, 1), faces.device)
    offset = sent(255 * _uniform(count, how.brightness, random).view(-1, 1, 1, 1), faces.device)
    middle = faces.mean(dim=(1, 2, 3), keepdim=True)
    return ((faces - middle) * gain + middle + offset).clamp(0, 255)


def _erase(faces: Tensor, how: Augmentation, random: torch.Generator) -> Tensor:
    """A grey rectangle of 2–20 % of the area in some faces (Zhong et al. 2020)."""
    count, _, height, width = faces.shape
    hit = torch.rand(count, generator=random) < how.erase
    area = 0.02 + 0.18 * torch.rand(count, generator=random)
    ratio = torch.exp(_uniform(count, math.log(3.0), random))
    half_h = (area * ratio).sqrt() / 2
    half_w = (area / ratio).sqrt() / 2
    y, x = torch.rand(2, count, generator=random)
    rows = torch.linspace(0, 1, height)[None, :]
    columns = torch.linspace(0, 1, width)[None, :]
    in_rows = (rows - y[:, None]).abs() <= half_h[:, None]
    in_columns = (columns - x[:, None]).abs() <= half_w[:, None]
    box = in_rows[:, None, :, None] & in_columns[:, None, None, :] & hit.view(-1, 1, 1, 1)
    level = 255 * torch.rand(count, generator=random).view(-1, 1, 1, 1)
    return torch.where(sent(box, faces.device), sent(level, faces.device), faces)


@dataclass(frozen=True)
class Mixed:
    """``faces`` (N, 1, S, S), each with ``share`` of itself and the rest of ``partners`` (N,)."""

    faces: Tensor
    partners: Tensor
    share: float


def mix(
    faces: Tensor, random: torch.Generator, *, mixup: float = 0.0, cutmix: float = 0.0
) -> Mixed | None:
    """Faces (N, 1, S, S) mixed with one another by mixup or CutMix; None where both are 0.

    Args:
        mixup: alpha of its beta distribution.
        cutmix: alpha of its own; with both, each batch gets one of the two.

    Source: Zhang et al. 2018, "mixup"; Yun et al. 2019, "CutMix".
    """
    alphas = {_mixup: mixup, _cutmix: cutmix}
    kinds = [kind for kind, alpha in alphas.items() if alpha > 0]
    if not kinds:
        return None
    draw = np.random.default_rng(int(torch.randint(2**31, (1,), generator=random)))
    kind = kinds[int(draw.integers(len(kinds)))]
    partners = sent(torch.randperm(len(faces), generator=random), faces.device)
    return kind(faces, partners, float(draw.beta(alphas[kind], alphas[kind])), draw)


def _mixup(faces: Tensor, partners: Tensor, share: float, _: np.random.Generator) -> Mixed:
    return Mixed(share * faces + (1 - share) * faces[partners], partners, share)


def _cutmix(faces: Tensor, partners: Tensor, share: float, draw: np.random.Generator) -> Mixed:
    height, width = faces.shape[-2:]
    half_h, half_w = (side * (1 - share) ** 0.5 / 2 for side in (height, width))
    y, x = draw.uniform(0, height), draw.uniform(0, width)
    top, bottom = max(0, round(y - half_h)), min(height, round(y + half_h))
    left, right = max(0, round(x - half_w)), min(width, round(x + half_w))
    out = faces.clone()
    out[..., top:bottom, left:right] = faces[partners][..., top:bottom, left:right]
    # The rectangle may hang over the edge; what is truly left of each face counts.
    return Mixed(out, partners, 1 - (bottom - top) * (right - left) / (height * width))

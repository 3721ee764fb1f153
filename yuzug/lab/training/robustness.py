"""Degraded faces in the last epochs: blur, darkness, noise, JPEG and low resolution."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from yuzug.lab.evaluation.corruptions import FAULTS

Grey = NDArray[np.uint8]


class Robustness(BaseModel):
    """How many faces are degraded, and when.

    ``evaluate --robustness`` measures the same faults but noise, so its figures after such
    training are for faults that the network knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(default=0.0, ge=0, le=1)
    """Of the faces; 0 is none."""
    last_epochs: int = Field(default=5, ge=1)
    """In so many epochs at the end; the sharp ones before teach the details."""


def _noise(face: Grey, level: float, draw: np.random.Generator) -> Grey:
    return np.asarray(np.clip(face + draw.normal(0, level, face.shape), 0, 255), np.uint8)


def _measured(name: str) -> Callable[[Grey, float, np.random.Generator], Grey]:
    change = FAULTS[name][0]
    return lambda face, level, _: change(face, level)


# Each with its mildest and its worst level: what a webcam and a messenger do, nothing beyond.
_KINDS: Mapping[str, tuple[Callable[[Grey, float, np.random.Generator], Grey], float, float]] = {
    "blur": (_measured("blur"), 0.01, 0.04),  # sigma as a share of the side
    "darkness": (_measured("darkness"), 0.3, 0.8),
    "noise": (_noise, 4, 25),  # standard deviation in grey levels
    "jpeg": (_measured("jpeg"), 60, 10),  # quality
    "low_resolution": (_measured("low_resolution"), 32, 14),  # pixels a side
}


def degrade(faces: Tensor, how: Robustness, random: torch.Generator) -> Tensor:
    """A share of the faces with one fault each: (N, 1, S, S) float32 in 0…255 → the same.

    Which faces, which fault and how much of it is drawn from ``random``.
    """
    hit = torch.rand(len(faces), generator=random) < how.share
    draw = np.random.default_rng(int(torch.randint(2**31, (1,), generator=random)))
    if not bool(hit.any()):
        return faces
    kinds = list(_KINDS.values())
    rows = torch.nonzero(hit)[:, 0].tolist()
    changed = faces.clone()
    for row in rows:
        change, mild, worst = kinds[int(draw.integers(len(kinds)))]
        grey = np.asarray(faces[row, 0].round().clamp(0, 255).byte().cpu().numpy(), np.uint8)
        worse = change(grey, draw.uniform(min(mild, worst), max(mild, worst)), draw)
        changed[row, 0] = torch.from_numpy(np.ascontiguousarray(worse)).to(changed)
    return changed

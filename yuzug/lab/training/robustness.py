"""Corruptions of faces in the last epochs: blur, darkness, noise, JPEG and low resolution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from yuzug.lab.evaluation.corruptions import FAULTS
from yuzug.lab.training.devices import sent


class Robustness(BaseModel):
    """The share of corrupted faces, and the epochs that have them.

    ``evaluate --robustness`` measures the same faults, so its figures after such training are for
    faults that the network knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(default=0.0, ge=0, le=1)
    """Of the faces; 0 is none."""
    last_epochs: int = Field(default=5, ge=1)
    """In so many epochs at the end; the sharp ones before teach the details."""


# Each with its mildest and its worst level: what a webcam and a messenger do, nothing beyond.
_KINDS: Mapping[str, tuple[float, float]] = {
    "blur": (0.01, 0.04),
    "darkness": (0.3, 0.8),
    "noise": (4, 25),
    "jpeg": (60, 10),
    "low_resolution": (32, 14),
}


def degrade(faces: Tensor, how: Robustness, random: torch.Generator) -> Tensor:
    """A share of the faces with one fault each: (N, 1, S, S) float32 in 0…255 → the same.

    Which faces, which fault and how much of it is drawn from ``random``.
    """
    if how.share == 0:
        return faces
    hit = torch.rand(len(faces), generator=random) < how.share
    draw = np.random.default_rng(int(torch.randint(2**31, (1,), generator=random)))
    if not bool(hit.any()):
        return faces
    kinds = list(_KINDS)
    rows = torch.nonzero(hit)[:, 0]
    # JPEG is made on the CPU: the device is waited for once, not once for each face.
    greys = faces.round().clamp(0, 255).byte().cpu()[rows, 0].numpy()
    worse = np.empty_like(greys)
    for place, grey in enumerate(greys):
        kind = kinds[int(draw.integers(len(kinds)))]
        (change, _), (mild, worst) = FAULTS[kind], _KINDS[kind]
        worse[place] = change(grey, draw.uniform(min(mild, worst), max(mild, worst)))
    changed = faces.clone()
    changed[sent(rows, faces.device), 0] = sent(torch.from_numpy(worse), faces.device).to(faces)
    return changed

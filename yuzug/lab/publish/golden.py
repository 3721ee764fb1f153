"""What shipped weights answered on the day they were made, to tell later what has changed.

A changed answer to the noise means other weights or another network; the same answer to the
noise and another one to the photo means another preprocessing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from yuzug.lab import SEED
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.preprocess import prepare


class Golden(BaseModel):
    """Answers of one checkpoint, rounded to five digits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    noise_features: tuple[float, ...]
    """Mean of each explained activation over its grid, for the noise."""
    noise_logits: dict[str, tuple[float, ...]]
    photo_logits: dict[str, tuple[float, ...]]


def answers(checkpoint: Checkpoint, photo: NDArray[np.uint8]) -> Golden:
    """The answers to fixed noise and to a cropped face, RGB uint8 (H, W, 3)."""
    spec = checkpoint.card.preprocessing
    shape = (1, spec.channels, spec.size_px, spec.size_px)
    noise = np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)
    network = checkpoint.network
    with torch.no_grad():
        features = network.features(torch.from_numpy(noise))
        return Golden(
            noise_features=_rounded(features.mean(dim=(2, 3))),
            noise_logits=_all_rounded(network.logits(features)),
            photo_logits=_all_rounded(network(prepare([photo], spec))),
        )


def path_of(weights: Path) -> Path:
    """Where the answers of a weights file stand."""
    return weights.parent / "goldens" / f"{weights.stem}.json"


def _rounded(values: torch.Tensor) -> tuple[float, ...]:
    return tuple(round(value, 5) for value in values[0].tolist())


def _all_rounded(logits: dict[str, torch.Tensor]) -> dict[str, tuple[float, ...]]:
    return {name: _rounded(values) for name, values in logits.items()}

"""From grey faces to what a network reads: one function for training, serving and export."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor


class Preprocessing(BaseModel):
    """What is done to a face before the network sees it; stands in the card."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: int = Field(ge=1, le=3)
    size_px: int = Field(ge=16, le=512)
    """Side of the square that the network reads."""
    detail_px: int = Field(ge=16, le=512)
    """Side to which a face is reduced first, so that it is no sharper than what was trained on."""
    mean: float
    std: float = Field(gt=0)


def to_grey(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A face as grey: (H, W, 3) RGB or (H, W) uint8 → (H, W) uint8, ITU-R BT.601 luma."""
    if face.ndim == 2:
        return face
    return np.asarray(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def resize(grey: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """A grey square at another size: by area when it shrinks, linearly when it grows."""
    if grey.shape == (size_px, size_px):
        return grey
    shrinks = min(grey.shape) > size_px
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, (size_px, size_px), interpolation=how), dtype=np.uint8)


def prepare(faces: list[NDArray[np.uint8]], spec: Preprocessing) -> Tensor:
    """A batch for the network: RGB or grey uint8 faces → (N, channels, size, size) float32.

    >>> spec = Preprocessing(channels=1, size_px=56, detail_px=48, mean=0.5, std=0.25)
    >>> prepare([np.zeros((200, 180, 3), np.uint8)], spec).shape
    torch.Size([1, 1, 56, 56])
    """
    grey = [resize(to_grey(face), min(spec.detail_px, spec.size_px)) for face in faces]
    batch = np.stack([resize(face, spec.size_px) for face in grey])
    return normalise(torch.from_numpy(batch)[:, None], spec)


def normalise(grey: Tensor, spec: Preprocessing) -> Tensor:
    """Grey levels to the network's scale: (N, 1, S, S) in 0…255 → (N, channels, S, S) float32."""
    scaled = (grey.to(torch.float32) / 255.0 - spec.mean) / spec.std
    return scaled.expand(-1, spec.channels, -1, -1)

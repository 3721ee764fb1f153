"""Maps painted over pictures, in colours that colour-blind people can tell apart."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Even for people with a colour vision deficiency its brightness rises with the value.
_COLOURS = cv2.COLORMAP_INFERNO
OPACITY = 0.72
# Orange and blue stay two colours in every common colour vision deficiency.
FOR_RGB = (255, 140, 0)
AGAINST_RGB = (0, 110, 255)


def paint(
    image: NDArray[np.uint8],
    values: NDArray[np.float32],
    strength: float = 1.0,
    opacity: float = OPACITY,
) -> NDArray[np.uint8]:
    """A picture with a map over it: RGB uint8 (H, W, 3) and float32 (h, w) in [0, 1] → RGB.

    Low values and weak maps (``strength`` near 0) let the picture through; ``opacity`` in [0, 1]
    is how much the highest value hides of it.

    >>> paint(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32)).max()
    np.uint8(0)
    """
    values = np.clip(_fitted(values, image), 0, 1)
    levels = (values * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, _COLOURS), cv2.COLOR_BGR2RGB)
    return _mixed(image, np.asarray(colours, np.uint8), values, strength * opacity)


def paint_contrast(
    image: NDArray[np.uint8],
    values: NDArray[np.float32],
    strength: float = 1.0,
    opacity: float = OPACITY,
) -> NDArray[np.uint8]:
    """A picture with a signed map over it: RGB uint8 (H, W, 3) and float32 (h, w) in [-1, 1] → RGB.

    Orange speaks for the first class, blue for the second; where neither does, the picture shows.

    >>> black, all_for = np.zeros((1, 1, 3), np.uint8), np.ones((1, 1), np.float32)
    >>> red, _, blue = paint_contrast(black, all_for)[0, 0]
    >>> bool(red > blue)
    True
    """
    values = np.clip(_fitted(values, image), -1, 1)
    sides = np.array([AGAINST_RGB, FOR_RGB], np.uint8)
    return _mixed(image, sides[(values > 0).astype(np.intp)], np.abs(values), strength * opacity)


def _fitted(values: NDArray[np.float32], image: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    if values.shape == (height, width):
        return values
    resized = cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.float32)


def _mixed(
    image: NDArray[np.uint8], colours: NDArray[np.uint8], values: NDArray[np.float32], full: float
) -> NDArray[np.uint8]:
    alpha = (full * np.sqrt(values))[..., None]
    return np.asarray(np.clip(image * (1 - alpha) + colours * alpha + 0.5, 0, 255), np.uint8)

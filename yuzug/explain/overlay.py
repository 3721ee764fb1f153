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


def layer(values: NDArray[np.float32], strength: float = 1.0) -> NDArray[np.uint8]:
    """What :func:`paint` lays over a picture, at full opacity: float32 (h, w) in [0, 1] → RGBA.

    >>> layer(np.array([[0.0, 1.0]], np.float32))[0, :, 3].tolist()
    [0, 255]
    """
    values = np.clip(values, 0, 1)
    return _with_alpha(_heat(values), values, strength)


def layer_contrast(values: NDArray[np.float32], strength: float = 1.0) -> NDArray[np.uint8]:
    """What :func:`paint_contrast` lays over a picture, at full opacity: (h, w) in [-1, 1] → RGBA.

    >>> layer_contrast(np.array([[-1.0, 0.0]], np.float32)).tolist()
    [[[0, 110, 255, 255], [0, 110, 255, 0]]]
    """
    values = np.clip(values, -1, 1)
    return _with_alpha(_sides(values), np.abs(values), strength)


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
    return _mixed(image, _heat(values), values, strength * opacity)


def paint_contrast(
    image: NDArray[np.uint8],
    values: NDArray[np.float32],
    strength: float = 1.0,
    opacity: float = OPACITY,
) -> NDArray[np.uint8]:
    """A picture with a signed map over it: RGB uint8 (H, W, 3) and float32 (h, w) in [-1, 1] → RGB.

    Orange is evidence for the first class, blue for the second; between them the image shows.

    >>> black, all_for = np.zeros((1, 1, 3), np.uint8), np.ones((1, 1), np.float32)
    >>> red, _, blue = paint_contrast(black, all_for)[0, 0]
    >>> bool(red > blue)
    True
    """
    values = np.clip(_fitted(values, image), -1, 1)
    return _mixed(image, _sides(values), np.abs(values), strength * opacity)


def _heat(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    levels = (values * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, _COLOURS), cv2.COLOR_BGR2RGB)
    return np.asarray(colours, np.uint8)


def _sides(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.array([AGAINST_RGB, FOR_RGB], np.uint8)[(values > 0).astype(np.intp)]


def _with_alpha(
    colours: NDArray[np.uint8], values: NDArray[np.float32], full: float
) -> NDArray[np.uint8]:
    alpha = (255 * full * np.sqrt(values) + 0.5).astype(np.uint8)
    return np.dstack([colours, alpha])


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

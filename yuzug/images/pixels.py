"""Arrays of pixels: any mode of Pillow or array → RGB uint8 (H, W, 3); turn, scale, BGR."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from yuzug.errors import ImageError
from yuzug.images.limits import check_size

SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_BAND_ROWS = 256
Rgb: TypeAlias = npt.NDArray[np.uint8]


def fit_within(image: npt.NDArray[np.uint8], long_side_px: int) -> tuple[Rgb, float]:
    """The picture scaled down so that its longer side fits, and the scale (1 where it already did).

    uint8 (H, W) or (H, W, 3) → the same averaged by area; coordinates times scale are its own.

    >>> small, scale = fit_within(np.zeros((100, 200, 3), np.uint8), 50)
    >>> small.shape, scale
    ((25, 50, 3), 0.25)
    """
    height, width = image.shape[:2]
    scale = long_side_px / max(height, width)
    if scale >= 1:
        return image, 1.0
    size_wh = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), scale


def to_bgr(image: Rgb) -> npt.NDArray[np.uint8]:
    """RGB (H, W, 3) → BGR, the order in which OpenCV's networks read.

    >>> to_bgr(np.array([[[1, 2, 3]]], np.uint8)).tolist()
    [[[3, 2, 1]]]
    """
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def to_rgb(picture: Image.Image) -> Rgb:
    """Any mode of Pillow → RGB uint8 (H, W, 3), in bands, so that few pixels are held twice."""
    if picture.mode == "F" or (picture.mode == "I" and picture.format not in ("PNG", "PPM")):
        raise ValueError("pixels of 32 bits, whose range no one knows")
    width, height = picture.size
    rgb = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, height)
        band = picture.crop((0, top, width, bottom))
        band.info = picture.info  # the transparent colour of a palette
        rgb[top:bottom] = _rgb_band(band)
    return rgb


def _rgb_band(band: Image.Image) -> npt.NDArray[np.uint8]:
    if band.mode in SIXTEEN_BIT or band.mode == "I":
        grey = (np.asarray(band).astype(np.int64) // 257).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if band.has_transparency_data:
        rgba = band.convert("RGBA")
        band = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.asarray(band.convert("RGB"), np.uint8)


def upright(image: Rgb, orientation: int) -> Rgb:
    """The picture turned as the EXIF orientation 1 to 8 asks; other values turn nothing."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return image


def from_array(array: npt.NDArray[Any]) -> Rgb:
    """uint8 (H, W), (H, W, 3) or (H, W, 4) → RGB (H, W, 3), contiguous; else ``image.array``."""
    shape = "x".join(str(side) for side in array.shape)
    channels = array.shape[2] if array.ndim == 3 else None
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (None, 3, 4):
        raise ImageError(
            "image.array",
            must="an array must be uint8 from 0 to 255, of shape (H, W), (H, W, 3) or (H, W, 4)",
            got=f"{array.dtype} of shape {shape}{_with_nan(array)}",
            do="convert it first, for example with np.uint8(255 * x) for floats from 0 to 1",
        )
    check_size((array.shape[0], array.shape[1]))
    if channels == 3:
        return np.ascontiguousarray(array)
    return to_rgb(Image.fromarray(np.ascontiguousarray(array)))


def _with_nan(array: npt.NDArray[Any]) -> str:
    return " with NaN" if array.dtype.kind == "f" and bool(np.isnan(array).any()) else ""

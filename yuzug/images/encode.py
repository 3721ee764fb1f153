"""Encode an array of pixels as a JPEG or PNG file."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from yuzug.images.pixels import Rgb


def jpeg_bytes(image: Rgb, quality: int = 85) -> bytes:
    """The picture as a JPEG file, without metadata.

    >>> jpeg_bytes(np.zeros((16, 16, 3), np.uint8))[:2].hex()
    'ffd8'
    """
    out = BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=quality)
    return out.getvalue()


def png_bytes(image: npt.NDArray[np.uint8]) -> bytes:
    """The picture, RGB or RGBA, as a PNG file, without metadata; packed for speed.

    >>> png_bytes(np.zeros((16, 16, 4), np.uint8))[1:4]
    b'PNG'
    """
    out = BytesIO()
    Image.fromarray(image).save(out, "PNG", compress_level=1)
    return out.getvalue()

"""Decode and encode images: RGB uint8 (H, W, 3), contiguous, upright, bounded.

The only package that decodes and encodes images, turns them upright, and knows BGR. Bounds are
checked on the header and the structure of the file, before a pixel is decoded, so that a
decompression bomb costs nothing.

files (bytes) → file_structure, limits (bounds) → decode → pixels (RGB, upright); encode
"""

from yuzug.images.decode import (
    FORMATS,
    HEIC_ENDINGS,
    ImageSource,
    animation,
    is_heic,
    is_picture,
    load_image,
)
from yuzug.images.encode import jpeg_bytes, png_bytes
from yuzug.images.limits import MAX_BYTES, MIN_SIDE_PX, check_size
from yuzug.images.pixels import Rgb, fit_within, to_bgr

__all__ = [
    "FORMATS",
    "HEIC_ENDINGS",
    "MAX_BYTES",
    "MIN_SIDE_PX",
    "ImageSource",
    "Rgb",
    "animation",
    "check_size",
    "fit_within",
    "is_heic",
    "is_picture",
    "jpeg_bytes",
    "load_image",
    "png_bytes",
    "to_bgr",
]

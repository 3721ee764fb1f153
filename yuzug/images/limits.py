"""How large an image may be: bytes, pixels and sides."""

from __future__ import annotations

from yuzug.errors import ImageError

MAX_PIXELS = 50_000_000  # 150 MB decoded
# Sensors of today's phones have up to 200 megapixels. A JPEG of one scan is decoded at a half, a
# quarter or an eighth of its size, in no more memory than one of MAX_PIXELS.
MAX_JPEG_PIXELS = 250_000_000
MAX_COPIED_PIXELS = 25_000_000  # of formats whose decoders hold several copies of the pixels
COPYING_FORMATS = ("WEBP", "AVIF")
MAX_SIDE_PX = 32_000  # OpenCV warps no picture of 32767 px and more
MAX_BYTES = 64 * 1024 * 1024
MIN_SIDE_PX = 16


def check_bytes(size_bytes: int) -> None:
    """Raise ``image.too_large`` for a file of more than :data:`MAX_BYTES`."""
    if size_bytes > MAX_BYTES:
        raise ImageError(
            "image.too_large",
            must=f"a picture must have at most {MAX_BYTES // 2**20} MB",
            got=f"{size_bytes / 2**20:.0f} MB",
            do="make it smaller first",
        )


def check_size(size_hw: tuple[int, int], format: str | None = None) -> None:
    """Raise ``image.too_large`` or ``image.too_small`` for an image of this height and width."""
    height, width = size_hw
    most = MAX_COPIED_PIXELS if format in COPYING_FORMATS else MAX_PIXELS
    if height * width > most:
        kind = format if format in COPYING_FORMATS else "picture"
        raise _too_large(f"a {kind} must have at most {most // 10**6} million pixels", size_hw)
    if max(height, width) > MAX_SIDE_PX:
        raise _too_large(f"a picture must have at most {MAX_SIDE_PX:,} px on each side", size_hw)
    if min(height, width) < MIN_SIDE_PX:
        raise ImageError(
            "image.too_small",
            must=f"a picture must have at least {MIN_SIDE_PX} px on each side",
            got=f"{width}x{height}",
            do="choose a larger one",
        )


def _too_large(must: str, size_hw: tuple[int, int]) -> ImageError:
    height, width = size_hw
    got = f"{width}x{height}"
    return ImageError("image.too_large", must=must, got=got, do="make it smaller first")

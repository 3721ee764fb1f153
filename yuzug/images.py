"""The one image contract: RGB uint8 (H, W, 3), contiguous, upright, bounded.

The only module that decodes and encodes pictures, turns them upright, and knows BGR. A bound is
checked on the header, before a pixel is decoded, so that a decompression bomb costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from yuzug.errors import ImageError

MAX_PIXELS = 50_000_000  # 150 MB decoded; cameras of today's phones stay below
MAX_BYTES = 64 * 1024 * 1024
MIN_SIDE_PX = 16
# Nothing else is opened: Pillow also knows formats that start other programs.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
ORIENTATION_TAG = 0x0112

Rgb: TypeAlias = npt.NDArray[np.uint8]
Source: TypeAlias = str | Path | bytes | Image.Image | npt.NDArray[Any]


def load_image(source: Source) -> Rgb:
    """A picture as RGB uint8 (H, W, 3), contiguous and upright.

    Files and bytes: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM; of an animation the first frame.
    Grey is repeated over the channels, 16 bits become the upper 8, CMYK and palettes are
    converted, transparent pixels are laid on white, and the orientation in the EXIF data is
    applied.

    Arrays: uint8, (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA; memory is shared where nothing
    must change. Every other type is refused, floats too: whether they mean 0…1 or 0…255 is the
    caller's knowledge and not to be guessed from their values.

    Raises:
        ImageError: ``image.empty``, ``image.missing``, ``image.undecodable``,
            ``image.too_large`` (over 50 million pixels or 64 MB), ``image.too_small`` (a side
            under 16 px) or ``image.array``.

    >>> load_image(np.zeros((20, 30), np.uint8)).shape
    (20, 30, 3)
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        return _from_picture(source)
    if isinstance(source, (str, Path)):
        return _from_bytes(_read(Path(source)))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source))
    raise ImageError(
        "image.undecodable",
        must="a picture must be a path, bytes, a PIL image or a numpy array",
        got=f"a {type(source).__name__}",
        do="pass one of these",
    )


def is_picture(path: Path) -> bool:
    """Whether a file begins as a picture does, animations too; reads 16 bytes.

    >>> is_picture(Path("README.md"))
    False
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    return _format_of(head) is not None


def animation(path: Path) -> Iterator[tuple[float, float, Rgb]]:
    """The frames of an animated GIF, WebP or PNG: start and duration in seconds, RGB (H, W, 3).

    A still picture gives one frame. A duration of 0 lasts a tenth of a second, as in browsers.

    Raises:
        ImageError: as :func:`load_image`; where a later frame is damaged, after those before it.
    """
    picture = _picture(_read(path))
    start_s = 0.0
    for index in range(int(getattr(picture, "n_frames", 1))):
        try:
            picture.seek(index)
            picture.load()
            frame = np.ascontiguousarray(_rgb(picture))
        except Exception as error:  # see _picture
            raise _undecodable(error) from error
        _check_size((frame.shape[0], frame.shape[1]))
        duration_s = (float(picture.info.get("duration") or 0) or 100.0) / 1000
        yield start_s, duration_s, frame
        start_s += duration_s


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


def _read(path: Path) -> bytes:
    try:
        size_bytes = path.stat().st_size
        _check_bytes(size_bytes)
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise ImageError(
            "image.missing",
            must="the path must be that of a readable file",
            got=f"{path} ({getattr(error, 'strerror', None) or error})",
            do="check the path",
        ) from error


def _from_bytes(data: bytes) -> Rgb:
    return _from_picture(_picture(data))


def _picture(data: bytes) -> Image.Image:
    """A file whose header was read and whose size was checked; its pixels are not read yet."""
    if not data:
        raise ImageError(
            "image.empty", must="a picture must have bytes", got="0 bytes", do="choose another file"
        )
    _check_bytes(len(data))
    try:
        picture = _opened(data)
    except Exception as error:  # decoders answer damaged bytes with almost any exception
        raise _undecodable(error) from error
    _check_size((picture.height, picture.width))
    return picture


def _opened(data: bytes) -> Image.Image:
    """The header of a file read, its pixels not yet.

    Not ``Image.open``, which warns of large pictures on stderr and tries every format it knows.
    """
    name = _format_of(data[:16])
    if name is None:
        raise ValueError(f"a file that begins with {data[:8]!r}")
    return Image.OPEN[name][0](BytesIO(data), "")


def _format_of(head: bytes) -> str | None:
    """Name of the picture format that a file begins as, out of :data:`FORMATS`."""
    Image.init()
    for name in FORMATS:
        if name not in Image.OPEN:  # AVIF came with Pillow 11.3
            continue
        accepts = Image.OPEN[name][1]
        if accepts is not None and accepts(head) is True:
            return name
    return None


def _from_picture(picture: Image.Image) -> Rgb:
    _check_size((picture.height, picture.width))
    try:
        picture.load()
        return np.ascontiguousarray(_upright(_rgb(picture), _orientation(picture)))
    except Exception as error:  # see _picture
        raise _undecodable(error) from error


def _rgb(picture: Image.Image) -> Rgb:
    """Any mode of Pillow → RGB uint8 (H, W, 3)."""
    mode = picture.mode
    if mode in SIXTEEN_BIT or (mode == "I" and picture.format in ("PNG", "PPM")):
        grey = (np.asarray(picture).astype(np.int64) // 257).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if mode in ("I", "F"):
        raise ValueError("pixels of 32 bits, whose range no one knows")
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.array(picture.convert("RGB"), dtype=np.uint8)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # damaged metadata leaves the picture as it lies
        return 1


def _upright(image: Rgb, orientation: int) -> Rgb:
    """The picture turned as the EXIF orientation 1 to 8 asks; other values turn nothing."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return image


def _from_array(array: npt.NDArray[Any]) -> Rgb:
    shape = "x".join(str(side) for side in array.shape)
    channels = array.shape[2] if array.ndim == 3 else None
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (None, 3, 4):
        raise ImageError(
            "image.array",
            must="an array must be uint8 from 0 to 255, of shape (H, W), (H, W, 3) or (H, W, 4)",
            got=f"{array.dtype} of shape {shape}{_with_nan(array)}",
            do="convert it first, for example with np.uint8(255 * x) for floats from 0 to 1",
        )
    _check_size((array.shape[0], array.shape[1]))
    if channels == 3:
        return np.ascontiguousarray(array)
    return _rgb(Image.fromarray(np.ascontiguousarray(array)))


def _with_nan(array: npt.NDArray[Any]) -> str:
    return " with NaN" if array.dtype.kind == "f" and bool(np.isnan(array).any()) else ""


def _check_bytes(size_bytes: int) -> None:
    if size_bytes > MAX_BYTES:
        raise ImageError(
            "image.too_large",
            must=f"a picture must have at most {MAX_BYTES // 2**20} MB",
            got=f"{size_bytes / 2**20:.0f} MB",
            do="make it smaller first",
        )


def _check_size(size_hw: tuple[int, int]) -> None:
    height, width = size_hw
    if height * width > MAX_PIXELS:
        raise ImageError(
            "image.too_large",
            must=f"a picture must have at most {MAX_PIXELS // 10**6} million pixels",
            got=f"{width}x{height}",
            do="make it smaller first",
        )
    if min(height, width) < MIN_SIDE_PX:
        raise ImageError(
            "image.too_small",
            must=f"a picture must have at least {MIN_SIDE_PX} px on each side",
            got=f"{width}x{height}",
            do="choose a larger one",
        )


def _undecodable(error: Exception) -> ImageError:
    return ImageError(
        "image.undecodable",
        must=f"the file must be a complete image ({', '.join(FORMATS)})",
        got=f"{error or type(error).__name__}",
        do="choose another file, or save it again in one of these formats",
    )

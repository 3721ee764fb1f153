"""Decode and encode images: RGB uint8 (H, W, 3), contiguous, upright, bounded.

The only module that decodes and encodes pictures, turns them upright, and knows BGR. Bounds are
checked on the header and the structure of the file, before a pixel is decoded, so that a
decompression bomb costs nothing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from yuzug.decode_limits import check_structure, jpeg_layout, too_slow
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
# Nothing else is opened: Pillow also knows formats that start other programs.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
ORIENTATION_TAG = 0x0112
# Brands of ISO media files that hold HEVC pictures.
HEIC = re.compile(rb"....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)
_BAND_ROWS = 256
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)

Rgb: TypeAlias = npt.NDArray[np.uint8]
ImageSource: TypeAlias = (
    str
    | os.PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | BinaryIO
    | Image.Image
    | npt.NDArray[Any]
)


def load_image(source: ImageSource) -> Rgb:
    """Decode a picture as RGB uint8 (H, W, 3), contiguous and upright.

    Args:
        source: a path, the bytes of a file, a file opened in binary mode, a PIL image, or an array
            uint8 of shape (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, whose memory is shared
            where nothing must change. Floats are refused: whether they mean 0…1 or 0…255 is the
            caller's knowledge and not to be guessed from their values.

    Files: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, PPM, and HEIC where pillow-heif is installed; of
    an animation the first frame. Grey is repeated over the channels, 16 bits become the upper 8,
    CMYK and palettes are converted, transparent pixels are laid on white, and the orientation in
    the EXIF data is applied. A JPEG of more than 50 million pixels is decoded at a half, a quarter
    or an eighth of its size.

    Raises:
        ImageError: ``image.empty``, ``image.missing``, ``image.undecodable``, ``image.heic``,
            ``image.too_large`` (over 50 million pixels, 250 million as a JPEG of one scan, 25
            million as WebP or AVIF, a side over 32,000 px, or over 64 MB), ``image.too_slow``,
            ``image.too_small`` (a side under 16 px) or ``image.array``.

    >>> load_image(np.zeros((20, 30), np.uint8)).shape
    (20, 30, 3)
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, Image.Image):
        return _from_picture(source)
    if isinstance(source, (str, os.PathLike)):
        return _from_bytes(_read(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source))
    if callable(getattr(source, "read", None)):
        return _from_bytes(_read_open(source))
    raise ImageError(
        "image.undecodable",
        must="a picture must be a path, bytes, a binary file, a PIL image or a numpy array",
        got=f"a {type(source).__name__}",
        do="pass one of these",
    )


def is_picture(source: Path | IO[bytes]) -> bool:
    """Whether a file begins as a picture does, animations too; reads 16 bytes.

    >>> is_picture(Path("README.md"))
    False
    """
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                head = file.read(16)
        else:
            source.seek(0)
            head = source.read(16)
    except OSError:
        return False
    return _format_of(head) is not None


def animation(source: Path | IO[bytes]) -> Iterator[tuple[float, float, Rgb]]:
    """The frames of an animated GIF, WebP or PNG: start and duration in seconds, RGB (H, W, 3).

    An open file is read from its beginning.

    A still picture gives one frame. A duration of 0 lasts a tenth of a second, as in browsers.

    Raises:
        ImageError: as :func:`load_image`; where a later frame is damaged, after those before it.
    """
    if isinstance(source, Path):
        picture = _picture(_read(source))
    else:
        source.seek(0)
        picture = _picture(_read_open(source))
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


def _read(source: str | os.PathLike[str]) -> bytes:
    """The bytes of a file: never of a pipe or device, which may have no end."""
    try:
        path = Path(source)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _no_file(str(path), found.st_mode)
        _check_bytes(found.st_size)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, TypeError, ValueError) as error:  # ValueError: a null byte in the name
        raise _missing(str(source), error) from error


def _no_file(name: str, mode: int) -> ImageError:
    folder = stat.S_ISDIR(mode)
    return ImageError(
        "image.missing",
        must="the path must be that of one image file",
        got=f"{name} ({'a folder' if folder else 'a pipe or a device'})",
        do="name the pictures in it" if folder else "read it first and pass its bytes",
    )


def _missing(name: str, error: Exception) -> ImageError:
    do = "check the path"
    if _ADDRESS.match(name):
        do = "download it first: only files on this machine are read"
    elif any(letter in name for letter in "*?["):
        do = "check the pattern: no file here fits it"
    return ImageError(
        "image.missing",
        must="the path must be that of a readable file",
        got=f"{name} ({getattr(error, 'strerror', None) or error})",
        do=do,
    )


def _read_open(file: IO[bytes]) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if not isinstance(data, bytes):
        raise ImageError(
            "image.undecodable",
            must="an open file must be opened in binary mode",
            got=f"one that gives {type(data).__name__}",
            do='open it with open(path, "rb")',
        )
    return data


def _from_bytes(data: bytes) -> Rgb:
    return _from_picture(_picture(data))


def _picture(data: bytes) -> Image.Image:
    """A file whose header was read and whose size was checked; its pixels are not read yet."""
    if not data:
        raise ImageError(
            "image.empty", must="a picture must have bytes", got="0 bytes", do="choose another file"
        )
    _check_bytes(len(data))
    name = _format_of(data[:16])
    if name is not None:
        check_structure(name, data)
    try:
        picture = _open(name, data)
    except ImageError:
        raise
    except Exception as error:  # decoders answer damaged bytes with almost any exception
        raise _undecodable(error) from error
    _shrink_jpeg(picture, data)
    _check_picture(picture)
    return picture


def _open(name: str | None, data: bytes) -> Image.Image:
    """Read the header of a file of this format, its pixels not yet.

    Not ``Image.open``, which warns of large pictures on stderr and tries every format it knows.
    """
    if name is None and HEIC.match(data):
        return _open_heic(data)
    if name is None:
        raise ValueError(f"a file that begins with {data[:8]!r}")
    return Image.OPEN[name][0](BytesIO(data), "")


def _open_heic(data: bytes) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise ImageError(
            "image.heic",
            must="HEIC photos need the package pillow-heif to be read",
            got="a HEIC photo",
            do="run pip install pillow-heif, or save the photo as JPEG (iPhone: Settings, Camera, "
            "Formats, Most Compatible)",
        ) from None
    picture: Image.Image = HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call]
    return picture


def _shrink_jpeg(picture: Image.Image, data: bytes) -> None:
    """Let a JPEG of too many pixels be decoded at a half, a quarter or an eighth of its size."""
    pixels = picture.width * picture.height
    if picture.format not in ("JPEG", "MPO") or not MAX_PIXELS < pixels <= MAX_JPEG_PIXELS:
        return
    if jpeg_layout(data).streams:
        scale = next(scale for scale in (2, 4, 8) if pixels <= MAX_PIXELS * scale**2)
        picture.draft(None, (picture.width // scale, picture.height // scale))


def _check_picture(picture: Image.Image) -> None:
    """Whether the pixels of an opened picture can be decoded within our bounds."""
    _check_size((picture.height, picture.width), picture.format)
    codecs = {tile[0] for tile in getattr(picture, "tile", ())}
    if codecs & set(Image.DECODERS):  # those that Pillow has written in Python
        raise too_slow(f"a {picture.format} of the variant {', '.join(sorted(codecs))}")


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
    _check_picture(picture)
    try:
        picture.load()
        return np.ascontiguousarray(_upright(_rgb(picture), _orientation(picture)))
    except Exception as error:  # see _picture
        raise _undecodable(error) from error


def _rgb(picture: Image.Image) -> Rgb:
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


def _check_size(size_hw: tuple[int, int], format: str | None = None) -> None:
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


def _undecodable(error: Exception) -> ImageError:
    return ImageError(
        "image.undecodable",
        must=f"the file must be a complete image ({', '.join(FORMATS)})",
        got=str(error) or type(error).__name__,
        do="choose another file, or save it again in one of these formats",
    )

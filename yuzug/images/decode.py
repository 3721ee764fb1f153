"""Decode an image file or array as RGB uint8 (H, W, 3), bounded before a pixel is decoded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from yuzug.errors import ImageError
from yuzug.images.file_structure import check_structure, gif_frames, jpeg_layout, too_slow
from yuzug.images.files import read_file, read_open_file
from yuzug.images.limits import MAX_JPEG_PIXELS, MAX_PIXELS, check_bytes, check_size
from yuzug.images.pixels import Rgb, from_array, to_rgb, upright

# Nothing else is opened: Pillow also knows formats that start other programs.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
_ANIMATED = ("WEBP", "PNG", "AVIF")
ORIENTATION_TAG = 0x0112
# Brands of ISO media files that hold HEVC pictures, and how such files are named.
_HEIC = re.compile(rb"....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", re.DOTALL)
HEIC_ENDINGS = (".heic", ".heif", ".hif")
_AVIF = re.compile(rb"....ftyp(avif|avis)", re.DOTALL)

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
            ``image.avif``, ``image.too_large`` (over 50 million pixels, 250 million as a JPEG of
            one scan, 25 million as WebP or AVIF, a side over 32,000 px, or over 64 MB),
            ``image.too_slow``, ``image.too_small`` (a side under 16 px) or ``image.array``.

    >>> load_image(np.zeros((20, 30), np.uint8)).shape
    (20, 30, 3)
    """
    if isinstance(source, np.ndarray):
        return from_array(source)
    if isinstance(source, Image.Image):
        return _from_picture(source)
    if isinstance(source, (str, os.PathLike)):
        return _from_bytes(read_file(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source))
    if callable(getattr(source, "read", None)):
        return _from_bytes(read_open_file(source))
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


def is_heic(path: Path) -> bool:
    """Whether a file begins as a HEIC photo does, whatever its name; reads 16 bytes.

    >>> is_heic(Path("README.md"))
    False
    """
    try:
        with path.open("rb") as file:
            return _HEIC.match(file.read(16)) is not None
    except OSError:
        return False


def animation(
    source: Path | IO[bytes], most_pixels: int | None = None
) -> Iterator[tuple[float, float, Rgb]]:
    """The frames of an animated GIF, WebP or PNG: start and duration in seconds, RGB (H, W, 3).

    An open file is read from its beginning. A still picture gives one frame, and so does one of
    several pages, such as a TIFF. A duration of 0 lasts a tenth of a second, as in browsers.

    Args:
        most_pixels: of all frames together. A file that announces more is refused before one is
            decoded.

    Raises:
        ImageError: as :func:`load_image`; where a later frame is damaged or too large, after those
            before it.
    """
    if isinstance(source, Path):
        data = read_file(source)
    else:
        source.seek(0)
        data = read_open_file(source)
    picture = _picture(data)
    count = _frames_of(picture, data)
    _check_frames(count * picture.width * picture.height, most_pixels)
    start_s, pixels = 0.0, 0
    for index in range(count):
        try:
            picture.seek(index)
        except Exception as error:  # see _picture
            raise _undecodable(error) from error
        _check_picture(picture)  # a frame of a GIF may make all of it larger
        pixels += picture.width * picture.height
        _check_frames(pixels, most_pixels)
        try:
            picture.load()
            frame = np.ascontiguousarray(to_rgb(picture))
        except Exception as error:  # see _picture
            raise _undecodable(error) from error
        duration_s = (float(picture.info.get("duration") or 0) or 100.0) / 1000
        yield start_s, duration_s, frame
        start_s += duration_s


def _frames_of(picture: Image.Image, data: bytes) -> int:
    """How many frames an animation has; one, where the pages of a file are no animation."""
    if picture.format == "GIF":
        return gif_frames(data)  # Pillow's own count is far slower
    return int(getattr(picture, "n_frames", 1)) if picture.format in _ANIMATED else 1


def _check_frames(pixels: int, most_pixels: int | None) -> None:
    if most_pixels is not None and pixels > most_pixels:
        most = most_pixels // 10**6
        raise ImageError(
            "image.too_large",
            must=f"the frames of an animation must have at most {most} million pixels together",
            got=f"{pixels // 10**6} million",
            do="choose one with fewer or smaller frames",
        )


def _from_bytes(data: bytes) -> Rgb:
    return _from_picture(_picture(data))


def _picture(data: bytes) -> Image.Image:
    """A file whose header was read and whose size was checked; its pixels are not read yet."""
    if not data:
        raise ImageError(
            "image.empty", must="a picture must have bytes", got="0 bytes", do="choose another file"
        )
    check_bytes(len(data))
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
    if name in (None, "AVIF") and _HEIC.match(data) and not _names_avif(data):
        return _open_heic(data)
    if name is None and _AVIF.match(data):
        raise ImageError(
            "image.avif",
            must="AVIF pictures need Pillow 11.3 or newer to be read",
            got="an AVIF picture",
            do="run pip install -U pillow, or save the picture as JPEG",
        )
    if name is None:
        raise ValueError(f"a file that begins with {data[:8]!r}")
    return Image.OPEN[name][0](BytesIO(data), "")


def _names_avif(data: bytes) -> bool:
    """Whether AVIF is among the brands of a media file that begins as HEIC and AVIF both may."""
    brands = data[16 : int.from_bytes(data[:4], "big")]
    return b"avif" in brands or b"avis" in brands


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
    check_size((picture.height, picture.width), picture.format)
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
        return np.ascontiguousarray(upright(to_rgb(picture), _orientation(picture)))
    except Exception as error:  # see _picture
        raise _undecodable(error) from error


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # damaged metadata leaves the picture as it lies
        return 1


def _undecodable(error: Exception) -> ImageError:
    return ImageError(
        "image.undecodable",
        must=f"the file must be a complete image ({', '.join(FORMATS)})",
        got=str(error) or type(error).__name__,
        do="choose another file, or save it again in one of these formats",
    )

"""Bounds on the structure of an image file, checked before Pillow parses it.

A header can be within every limit of size and still cost minutes: Pillow walks the chunks,
segments and strips of a file in Python, and a progressive JPEG is decoded once for each scan. The
walks here read a few bytes of each part and stop at :data:`MAX_PARTS`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from yuzug.errors import ImageError

MAX_PARTS = 20_000  # a PNG of 50 megapixels has about 8,000 chunks, such a TIFF 18,000 strips
MAX_SCANS = 100  # cameras write 1, progressive encoders about 10
_MAX_FILL_BYTES = 64
_PNM_HEADER_BYTES = 4096

_MARKER = re.compile(rb"(\xff+)([^\x00\xff])")
_MARKER_IN_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_EOI, _SOS, _RST, _TEM = 0xD9, 0xDA, range(0xD0, 0xD8), 0x01
# Baseline and extended sequential; the others keep all coefficients in memory.
_SEQUENTIAL = (0xC0, 0xC1)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_GIF_IMAGE, _GIF_END = 0x2C, 0x3B
_TIFF_BYTES = (1, 2, 6, 7)  # types of tags whose values Pillow keeps as one block of bytes
_TIFF_JPEG = (6, 7)
_TIFF_COMPRESSION = 259


@dataclass(frozen=True)
class JpegLayout:
    """What of a JPEG decides how it can be decoded."""

    scans: int
    sequential: bool

    @property
    def streams(self) -> bool:
        """Whether it can be decoded at a smaller scale without holding all of it in memory."""
        return self.sequential and self.scans == 1


def check_structure(name: str, data: bytes) -> None:
    """Refuse a file of this Pillow format whose parts would take far too long to parse.

    Raises:
        ImageError: ``image.too_slow``.
    """
    check = _CHECKS.get(name)
    if check:
        try:
            check(data)
        except (IndexError, struct.error):
            return  # a damaged file, of which the decoder says what is wrong


def jpeg_layout(data: bytes) -> JpegLayout:
    """Walk the segments of a JPEG up to its end.

    Raises:
        ImageError: ``image.too_slow`` for too many segments, scans or fill bytes.
    """
    scans, sequential, at = 0, False, 2
    for _ in range(MAX_PARTS):
        found = _MARKER.match(data, at)
        if found is None or found[2][0] == _EOI:
            return JpegLayout(scans, sequential)
        if len(found[1]) > _MAX_FILL_BYTES:
            raise too_slow(f"a JPEG with {len(found[1])} fill bytes before a segment")
        code, at = found[2][0], found.end()
        if code in _RST or code == _TEM:
            continue
        if code in _FRAMES:
            sequential = code in _SEQUENTIAL
        at += struct.unpack_from(">H", data, at)[0]
        if code == _SOS:
            scans += 1
            if scans > MAX_SCANS:
                raise too_slow(f"a JPEG of more than {MAX_SCANS} scans")
            after = _MARKER_IN_SCAN.search(data, at)
            if after is None:
                return JpegLayout(scans, sequential)
            at = after.start()
    raise too_slow(f"a JPEG of more than {MAX_PARTS} segments")


def too_slow(got: str) -> ImageError:
    """The error for a file that would take far too long to decode."""
    return ImageError(
        "image.too_slow",
        must="a picture must be stored in a way that is decoded in seconds",
        got=got,
        do="save it anew as a plain JPEG or PNG",
    )


def _check_png(data: bytes) -> None:
    at = 8
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"IEND":
            return
        at += 12 + length
    raise too_slow(f"a PNG of more than {MAX_PARTS} chunks")


def gif_frames(data: bytes) -> int:
    """How many frames a GIF has, those that are damaged too.

    Raises:
        ImageError: ``image.too_slow`` for too many blocks before one of them.
    """
    frames = 0
    try:
        at = _gif_image(data, 13 + _palette_bytes(data[10]))
        while data[at] == _GIF_IMAGE:
            frames += 1
            at += 11 + _palette_bytes(data[at + 9])
            while data[at]:
                at += data[at] + 1
            at = _gif_image(data, at + 1)
    except IndexError:
        pass  # it ends there
    return frames


def _check_gif(data: bytes) -> None:
    """The blocks before the first frame."""
    _gif_image(data, 13 + _palette_bytes(data[10]))


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_image(data: bytes, at: int) -> int:
    """Where the next image of a GIF begins, or its end, from the block at this place on."""
    parts = 0
    while data[at] not in (_GIF_IMAGE, _GIF_END):
        extension = data[at] == 0x21
        at += 2 if extension else 1
        parts += 1
        while extension and data[at]:
            at += data[at] + 1
            parts += 1
            if parts > MAX_PARTS:
                break
        at += extension
        if parts > MAX_PARTS:
            raise too_slow(f"a GIF of more than {MAX_PARTS} blocks before a frame")
    return at


def _check_tiff(data: bytes) -> None:
    jpeg = False
    parts = 0
    for tag, kind, count, value in _tiff_entries(data):
        if kind not in _TIFF_BYTES:
            parts = max(parts, count)
        if tag == _TIFF_COMPRESSION:
            jpeg = value in _TIFF_JPEG
    if parts > MAX_PARTS:
        raise too_slow(f"a TIFF with {parts} strips or values of one tag")
    if jpeg and data.count(b"\xff\xda") > parts + MAX_SCANS:
        raise too_slow(f"a TIFF of JPEG strips with more than {MAX_SCANS} scans")


def _tiff_entries(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Tag, type, count and value of the first directory's entries; BigTIFF has wider fields."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", data, 2)[0] == 43
    (at,) = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, 8 if big else 4)
    (entries,) = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, at)
    at += 8 if big else 2
    layout = struct.Struct(f"{order}HH{'QQ' if big else 'II'}")
    short = struct.Struct(f"{order}H")
    for index in range(min(entries, MAX_PARTS)):
        start = at + index * layout.size
        tag, kind, count, value = layout.unpack_from(data, start)
        if kind == 3 and count == 1:  # stands at the left of its field
            (value,) = short.unpack_from(data, start + (12 if big else 8))
        yield tag, kind, count, value


def _check_pnm(data: bytes) -> None:
    """Only what Pillow decodes outside Python: raw P4, P5 and P6, and a header that is short."""
    head = re.sub(rb"#[^\r\n]*", b" ", data[:_PNM_HEADER_BYTES]).split(maxsplit=4)
    kind, limits = head[0], head[3:4]
    raw = kind == b"P4" or (
        kind in (b"P5", b"P6") and limits in ([b"255"], [b"65535"] if kind == b"P5" else [b"255"])
    )
    if not raw or len(head) < 4:
        raise too_slow("a PPM that is not raw with 8 bits, or whose header is too long")


def _check_jpeg(data: bytes) -> None:
    jpeg_layout(data)


_CHECKS: dict[str, Callable[[bytes], None]] = {
    "JPEG": _check_jpeg,
    "PNG": _check_png,
    "GIF": _check_gif,
    "TIFF": _check_tiff,
    "PPM": _check_pnm,
}

"""Pictures that are damaged on purpose, each by its number: the same number, the same bytes.

``python tests/support/mutations.py FOLDER --count 100000`` reads so many of them, and goes on where
it was stopped; what it found lies in the folder. The suite reads a small share
(``tests/test_damaged_pictures.py``).
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import sys
import time
import zlib
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PIL import Image, features

from yuzug._resources import PORTRAIT
from yuzug.errors import ImageError
from yuzug.images import load_image

SLOW_S = 5.0
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


@cache
def originals() -> tuple[tuple[str, bytes], ...]:
    """Whole files of a face in every format that is read, with a name for each."""
    face = Image.open(PORTRAIT).convert("RGB").crop((130, 10, 330, 210)).resize((96, 96))
    alpha = face.convert("RGBA")
    alpha.putalpha(128)
    exif = Image.Exif()
    exif[0x0112] = 6
    sixteen = Image.fromarray(np.asarray(face.convert("L"), np.uint16) * 257)
    ways = [
        ("baseline", face, "JPEG", {"exif": exif.tobytes()}),
        ("progressive", face, "JPEG", {"progressive": True, "icc_profile": b"x" * 400}),
        ("cmyk", face.convert("CMYK"), "JPEG", {}),
        ("grey", face.convert("L"), "JPEG", {"restart_marker_blocks": 4}),
        ("png", face, "PNG", {"exif": exif.tobytes()}),
        ("png alpha", alpha, "PNG", {}),
        ("png palette", face.quantize(64), "PNG", {"transparency": 3}),
        ("png sixteen", sixteen, "PNG", {}),
        ("gif", face.quantize(64), "GIF", {"comment": b"words"}),
        ("gif of two", face.quantize(16), "GIF", {"save_all": True, "append_images": [face]}),
        ("webp", face, "WEBP", {}),
        ("webp lossless", alpha, "WEBP", {"lossless": True}),
        ("bmp", face, "BMP", {}),
        ("bmp palette", face.quantize(64), "BMP", {}),
        ("tiff", face, "TIFF", {}),
        ("tiff lzw", alpha, "TIFF", {"compression": "tiff_lzw"}),
        ("tiff deflate", sixteen, "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("tiff jpeg", face, "TIFF", {"compression": "jpeg"}),
        ("ppm", face, "PPM", {}),
        ("pgm", face.convert("L"), "PPM", {}),
    ]
    if features.check("avif"):
        ways.append(("avif", face, "AVIF", {}))
    files = []
    for name, picture, kind, options in ways:
        out = io.BytesIO()
        picture.save(out, kind, **options)
        files.append((name, out.getvalue()))
    if find_spec("pillow_heif"):  # an extra
        from pillow_heif import from_pillow

        out = io.BytesIO()
        from_pillow(face).save(out, quality=80)
        files.append(("heic", out.getvalue()))
    return tuple(files)


def damaged(number: int) -> tuple[str, bytes]:
    """The picture of this number: the name of the file that it was, and its bytes now."""
    random = Random(number)
    name, whole = random.choice(originals())
    data = bytearray(whole)
    for _ in range(random.choice((1, 1, 2, 3, 8))):
        random.choice(_WAYS)(data, random)
    if name.startswith("png") and random.random() < 0.7:
        _true_sums(data)
    return name, bytes(data)


def _place(data: bytearray, random: Random) -> int:
    """A byte of the file: one of its head as often as one of all the rest."""
    return random.randrange(min(len(data), 512) if random.random() < 0.5 else len(data))


def _flip(data: bytearray, random: Random) -> None:
    if data:
        data[_place(data, random)] ^= 1 << random.randrange(8)


def _lie(data: bytearray, random: Random) -> None:
    """A number of the head becomes an extreme one, in either byte order."""
    kind = random.choice((">H", "<H", ">I", "<I"))
    size = struct.calcsize(kind)
    if len(data) > size:
        at = min(_place(data, random), len(data) - size)
        value = random.choice(_EXTREMES) & (256**size - 1)
        struct.pack_into(kind, data, at, value)


def _cut(data: bytearray, random: Random) -> None:
    if data:
        del data[_place(data, random) :]


def _drop(data: bytearray, random: Random) -> None:
    if data:
        at = _place(data, random)
        del data[at : at + random.randrange(1, 64)]


def _repeat(data: bytearray, random: Random) -> None:
    if data:
        at = _place(data, random)
        data[at:at] = data[at : at + random.randrange(1, 256)] * random.randrange(1, 40)


def _blank(data: bytearray, random: Random) -> None:
    if data:
        at = _place(data, random)
        length = min(random.randrange(1, 2000), len(data) - at)
        data[at : at + length] = bytes([random.choice((0, 255))]) * length


def _noise(data: bytearray, random: Random) -> None:
    if data:
        at = _place(data, random)
        length = min(random.randrange(1, 200), len(data) - at)
        data[at : at + length] = random.randbytes(length)


def _splice(data: bytearray, random: Random) -> None:
    """The rest comes from another file."""
    if data:
        _, other = random.choice(originals())
        del data[_place(data, random) :]
        data += other[random.randrange(len(other)) :]


_WAYS = (_flip, _flip, _lie, _lie, _lie, _cut, _drop, _repeat, _blank, _noise, _splice)


def _true_sums(data: bytearray) -> None:
    """The check sums of a PNG's chunks made right again, so that the decoder goes on."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4


def outcome(data: bytes) -> str:
    """``read``, or the kind of our own error; any other error is raised."""
    try:
        image = load_image(data)
    except ImageError as error:
        return error.kind if error.must and error.do else "an error that does not say what to do"
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert image.flags.c_contiguous
    return "read"


def _main() -> int:
    import resource
    import warnings

    from yuzug.pipeline import Analyzer

    warnings.simplefilter("error")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--analyze-every", type=int, default=20, help="of those that were read")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    state_file, now_file = chosen.folder / "state.json", chosen.folder / "now"
    state = {"next": 0, "outcomes": {}, "slow": [], "foreign": [], "crashed": [], "slowest_s": 0.0}
    state |= {"analysed": {}, "peak_mb": 0, "start_mb": 0}
    if state_file.exists():
        state = json.loads(state_file.read_text())
        begun = int(now_file.read_text() or 0)
        if begun > state["next"]:  # the process ended in the middle of this one
            state["crashed"].append(begun)
            state["next"] = begun + 1
    analyzer = Analyzer.load("cnn")
    analyzer.analyze(PORTRAIT)
    state["start_mb"] = (
        state["start_mb"] or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    )
    outcomes, analysed = Counter(state["outcomes"]), Counter(state["analysed"])
    for number in range(state["next"], chosen.count):
        now_file.write_text(str(number))
        _, data = damaged(number)
        start_s = time.process_time()
        try:
            kind = outcome(data)
            if kind == "read" and number % chosen.analyze_every == 0:
                faces = len(analyzer.analyze(data).faces)
                analysed["with a face" if faces else "without"] += 1
        except Exception as error:  # what this looks for
            kind = "foreign"
            state["foreign"].append([number, repr(error)[:200]])
        took_s = time.process_time() - start_s
        state["slowest_s"] = max(state["slowest_s"], took_s)
        if took_s > SLOW_S:
            state["slow"].append([number, round(took_s, 1)])
        outcomes[kind] += 1
        if number % 500 == 499 or number == chosen.count - 1:
            state |= {"next": number + 1, "outcomes": outcomes, "analysed": analysed}
            state["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            state_file.write_text(json.dumps(state, indent=1))
    print(json.dumps(state, indent=1))
    return bool(state["foreign"] or state["slow"] or state["crashed"])


if __name__ == "__main__":
    sys.exit(_main())

"""Films for the tests, made of the astronaut's portrait, which is moved about."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
RATE = 10


def frames(portrait: Picture, count: int, size_wh: tuple[int, int] = (320, 240)) -> list[Picture]:
    """The face moving to and fro before a plain wall; no two frames are the same."""
    face = Image.fromarray(portrait).crop((130, 10, 330, 210)).resize((150, 150))
    pictures = []
    for number in range(count):
        canvas = Image.new("RGB", size_wh, (90, 120, 110))
        left = round((size_wh[0] - 150) / 2 + 40 * np.sin(number / 6))
        canvas.paste(face, (left, (size_wh[1] - 150) // 2))
        pictures.append(np.asarray(canvas))
    return pictures


def write(
    path: Path,
    pictures: Sequence[Picture],
    *,
    times_s: Sequence[float] | None = None,
    codec: str = "libx264",
    key_every: int = 5,
    rotation_deg: int = 0,
    faststart: bool = False,
    aspect: Fraction | None = None,
) -> Path:
    """A film of these pictures, at ten a second or at these times, of pixels of this aspect."""
    times = times_s or [number / RATE for number in range(len(pictures))]
    options = {"movflags": "faststart"} if faststart else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.gop_size = key_every
        stream.codec_context.time_base = Fraction(1, 1000)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation_deg:
            if not hasattr(stream, "set_display_rotation"):
                pytest.skip("a PyAV before 18 cannot write rotation flags")
            stream.set_display_rotation(rotation_deg)
        for picture, time_s in zip(pictures, times, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def padded(path: Path, size: int = 3 * 2**20) -> Path:
    """The same MP4 file with a box of nothing at its end, so that it lies on the server's disk."""
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", size, b"free") + bytes(size - 8))
    return path


def sound(path: Path, *, cover: Picture | None = None) -> Path:
    """A second of silence, with a cover picture where one is given."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        picture = None
        if cover is not None:
            picture = container.add_stream("mjpeg", rate=1)
            picture.height, picture.width = cover.shape[:2]
            picture.pix_fmt = "yuvj420p"
            try:
                picture.disposition = av.stream.Disposition.attached_pic
            except TypeError:
                pytest.skip("a PyAV before 18 cannot write cover pictures")
        for start in range(0, 8000, 1024):
            silence = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            silence.sample_rate, silence.pts = 8000, start
            container.mux(stream.encode(silence))
        container.mux(stream.encode(None))
        if picture is not None and cover is not None:
            container.mux(picture.encode(av.VideoFrame.from_ndarray(cover, format="rgb24")))
            container.mux(picture.encode(None))
    return path


def animation(path: Path, pictures: Sequence[Picture], durations_ms: Sequence[int]) -> Path:
    """An animated GIF or WebP, by the path's ending."""
    first, *rest = [Image.fromarray(picture) for picture in pictures]
    first.save(path, save_all=True, append_images=rest, duration=list(durations_ms), loop=0)
    return path

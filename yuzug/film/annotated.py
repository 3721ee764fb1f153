"""A copy of a film with what was read in it: boxes, expressions, bars and, on request, heat maps.

It holds the frames that were read, each shown at its own time, and no sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yuzug.analysis import Analysis, Face
from yuzug.emotions import Language, looks
from yuzug.errors import YuzugError
from yuzug.film.picture import colour_of
from yuzug.overlays import painted
from yuzug.texts import percent

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

# H.264 first, as everything plays it; then what a build of FFmpeg without it may have.
ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf", "mpeg4")
_TIME_BASE = Fraction(1, 90_000)
_BAR_WH = (54, 7)


class AnnotatedFilm:
    """A film that is being written; to be used in a ``with`` statement.

    Args:
        path: file to write; its ending says the container, such as ``.mp4``.
        lang: language of the words in it.
        heatmaps: whether the heat maps are painted over the faces.
        encoders: names of FFmpeg's encoders, the first that is there is taken.

    Raises:
        YuzugError: ``table.unwritable`` where it cannot be written or nothing can encode it.
    """

    def __init__(
        self,
        path: Path,
        *,
        lang: Language = "en",
        heatmaps: bool = False,
        encoders: Sequence[str] = ENCODERS,
    ) -> None:
        import av
        from av.error import FFmpegError

        self.path = path
        self.encoder = next((name for name in encoders if _is_there(name)), "")
        self._lang = lang
        self._heatmaps = heatmaps
        self._stream: VideoStream | None = None
        self._last = -1
        try:
            path.open("wb").close()  # FFmpeg says what is wrong with the path at the end only
            self._container = av.open(str(path.absolute()), "w")
        except (FFmpegError, ValueError, OSError) as error:
            raise _unwritable(path, str(error)) from error
        if not self.encoder:
            self.close()
            raise _unwritable(path, f"an FFmpeg without {', '.join(encoders)}")

    def __enter__(self) -> AnnotatedFilm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_h264(self) -> bool:
        """Whether it is written as H.264, which every browser plays."""
        return self.encoder != "mpeg4"

    def write(self, analysis: Analysis) -> None:
        """Add a frame that was read, at its own time."""
        from av import VideoFrame

        if analysis.time_s is None:
            raise ValueError("an annotated film takes frames of a film, which have a time")
        stream = self._stream or self._open(analysis.image.shape)
        picture = drawn(analysis, self._lang, heatmaps=self._heatmaps)
        codec: VideoCodecContext = stream.codec_context
        if picture.shape[:2] != (codec.height, codec.width):
            picture = np.asarray(cv2.resize(picture, (codec.width, codec.height)), np.uint8)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        # Two frames at one time would be refused.
        self._last = max(round(analysis.time_s / _TIME_BASE), self._last + 1)
        frame.pts, frame.time_base = self._last, _TIME_BASE
        self._container.mux(stream.encode(frame))

    def close(self) -> None:
        """Write what is left; a film without a frame is removed."""
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
            self._stream = None
            self._container.close()
        elif self._last < 0:
            self._container.close()
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def _open(self, shape: tuple[int, ...]) -> VideoStream:
        from av.error import FFmpegError

        try:
            stream: VideoStream = self._container.add_stream(self.encoder, rate=30)  # type: ignore[assignment]
        except (FFmpegError, ValueError) as error:
            raise _unwritable(self.path, str(error)) from error
        # Half the colours are stored, so both sides must be even.
        stream.width, stream.height = shape[1] // 2 * 2, shape[0] // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = _TIME_BASE
        if self.encoder == "mpeg4":  # its clock has 16 bits
            stream.codec_context.time_base = Fraction(1, 30_000)
        self._stream = stream
        return stream


def drawn(analysis: Analysis, lang: Language, *, heatmaps: bool = False) -> NDArray[np.uint8]:
    """The picture with the box, the expression and a bar chart of each face: RGB (H, W, 3)."""
    picture = Image.fromarray(painted(analysis) if heatmaps else analysis.image)
    draw = ImageDraw.Draw(picture)
    size_px = max(12, round(min(picture.size) / 28))
    for face in analysis.faces:
        _draw_face(draw, face, picture.size, size_px, lang)
    return np.asarray(picture)


def _draw_face(
    draw: ImageDraw.ImageDraw, face: Face, size_wh: tuple[int, int], text_px: int, lang: Language
) -> None:
    labels = tuple(face.probabilities)
    colour = colour_of(face.emotion, labels)
    x, y, w, h = face.box_xywh
    line_px = max(2, text_px // 6)
    draw.rectangle((x, y, x + w, y + h), outline=colour if face.sure else "#DDDDDD", width=line_px)
    doubt = "" if face.sure else "?"
    words = f"{looks(face.emotion, lang)}{doubt} {percent(face.confidence, lang)}"
    font = _font(text_px)
    wide = draw.textlength(words, font=font) + 8
    left = max(0.0, min(x, size_wh[0] - wide))
    top = y - text_px - 8 if y > text_px + 8 else y
    draw.rectangle((left, top, left + wide, top + text_px + 7), fill="#1B2A2C")
    draw.text((left + 4, top + 2), words, font=font, fill="#FFFFFF")
    bar_w, bar_h = (round(side * text_px / 14) for side in _BAR_WH)
    # Beside the box where there is room, else within it.
    left = x + w + 4 if x + w + 4 + bar_w < size_wh[0] else x + w - bar_w - line_px
    for place, label in enumerate(labels):
        low = y + place * (bar_h + 2)
        draw.rectangle((left, low, left + bar_w, low + bar_h), fill="#1B2A2C")
        share = face.probabilities[label]
        draw.rectangle(
            (left, low, left + round(bar_w * share), low + bar_h), fill=colour_of(label, labels)
        )


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib and has every Turkish letter."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(path, size_px)


def _is_there(encoder: str) -> bool:
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    try:
        Codec(encoder, "w")
    except UnknownCodecError:
        return False
    return True


def _unwritable(path: Path, got: str) -> YuzugError:
    return YuzugError(
        "table.unwritable",
        must="the annotated film must be one that can be written",
        got=f"{path} ({got})",
        do="choose another file name, for example one that ends in .mp4",
    )

"""The frames of a recording, upright, each with its own time; any container that FFmpeg knows.

The time of a frame is its presentation time stamp. It is never the frame number over the frame
rate: phones and screen recorders film at a rate that varies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yuzug.errors import FilmError, ImageError, YuzugError
from yuzug.film.container import (
    FilmSource,
    animation_extent,
    open_container,
    require_bytes,
    shown_width,
    video_stream,
)
from yuzug.film.frame_times import FrameNumbers, WantedTimes, frame_time_s, packet_s, shown_for
from yuzug.images import animation, check_size, is_picture, load_image

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MOTION_JPEG = (".mjpeg", ".mjpg")
# A film that ends this much before its own length was cut.
CUT_SHORT_S = 1.0
# How far frames may grow after the first one where a film is bounded, as those that wait to be read
# are counted by the size of the first one: to those of Full HD, or to twice as many.
MAX_GROWN_BYTES = 3 * 1920 * 1080
# Packets kept undecoded at most while the next wanted frame is awaited.
MAX_WAITING_BYTES = 64 * 1024 * 1024


def never() -> bool:
    """What is asked whether to stop where nobody wants to."""
    return False


@dataclass(frozen=True)
class Frame:
    """One frame of a film.

    Attributes:
        number: its place among all frames of the film, from 0, those not decoded counted too.
        time_s: seconds since the film begins.
        duration_s: how long it is shown, where the film says so.
        image: RGB uint8 (H, W, 3), turned as the film asks, with square pixels.
    """

    number: int
    time_s: float
    duration_s: float | None
    image: NDArray[np.uint8]


@dataclass
class Notes:
    """What a film turned out to lack, by the names of the notes in ``texts/film.yaml``.

    ``cut_short``, ``damaged``, ``size_changed``, ``untimed`` and ``interrupted``; each maps to
    the values that its sentence needs.
    """

    found: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, kind: str, **values: object) -> None:
        """Note this, with the newest values."""
        self.found[kind] = values


class Film:
    """An opened film; to be closed, or used in a ``with`` statement.

    Args:
        source: the film, as a path or as a file opened in binary mode that can be sought, which
            stays open. Animated GIF, WebP and PNG files are films too.
        name: what a file without a path is called.
        most_s: an animated image is not looked through beyond so many seconds, and refused where
            its frames have too many pixels for them; so is a video whose frames grow too large.
        stop: asked between two frames, wanted or not; where it says True, there are no more.

    Raises:
        FilmError: ``film.missing``, ``film.empty``, ``film.undecodable``, ``film.no_video`` or
            ``film.picture``.
        ImageError: ``image.too_large`` or ``image.too_small`` for the size of its frames.
        YuzugError: ``extra.missing`` where PyAV is not installed.
    """

    def __init__(
        self,
        source: FilmSource,
        name: str = "film",
        *,
        most_s: float | None = None,
        stop: Callable[[], bool] = never,
    ) -> None:
        self._stop = stop
        self._is_bounded = most_s is not None
        self._source = Path(source) if isinstance(source, str | Path) else source
        self.path = self._source if isinstance(self._source, Path) else Path(name)
        self.notes = Notes()
        self.duration_s: float | None = None
        #: Bytes of a decoded frame.
        self.frame_bytes = 0
        self._container: InputContainer | None = None
        require_bytes(self._source)
        if self.path.suffix.lower() not in MOTION_JPEG and is_picture(self._source):
            self.duration_s, self.frame_bytes = animation_extent(self._source, most_s, stop)
        else:
            self._container = open_container(self._source)
            self._stream = video_stream(self._container)
            self.duration_s = self._length()
            size = self._stream.codec_context
            self.frame_bytes = 3 * shown_width(self._stream, size.width) * size.height

    def __enter__(self) -> Film:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; once is enough."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def frames(
        self, every_s: float | None = None, stop: Callable[[], bool] = never
    ) -> Iterator[Frame]:
        """The frames in order: all, or the first one of each ``every_s`` seconds.

        Frames that are not wanted are not converted, and those of a group of pictures without a
        wanted frame are not even decoded. ``stop`` is asked as the film's own is.
        """
        wanted = WantedTimes(every_s)
        read = self._animation if self._container is None else self._decoded
        frames = read(wanted, lambda: stop() or self._stop())
        size = None
        for frame in frames:
            if size not in (None, frame.image.shape):
                self.notes.add("size_changed", at_s=round(frame.time_s, 2))
            size = frame.image.shape
            yield frame

    def _animation(self, wanted: WantedTimes, stopped: Callable[[], bool]) -> Iterator[Frame]:
        try:
            for number, (time_s, duration_s, image) in enumerate(animation(self._source)):
                if wanted.takes(time_s):
                    yield Frame(number, time_s, duration_s, image)
                if stopped():
                    return
        except YuzugError:  # the first frame was read when the film was opened
            self.notes.add("damaged", count=1)

    def _decoded(self, wanted: WantedTimes, stopped: Callable[[], bool]) -> Iterator[Frame]:
        container, stream = self._open_container(), self._stream
        start_s = (container.start_time or 0) / 1_000_000
        numbers = FrameNumbers()
        last_s, untimed_s, rate = 0.0, 0.0, float(stream.average_rate or 25)
        for frame in self._pictures(wanted, numbers, start_s, stopped):
            number = numbers.of(frame)
            if frame.pts is None and frame.dts is None:
                self.notes.add("untimed", rate=round(rate, 2))
                time_s, untimed_s = untimed_s, untimed_s + 1 / rate
            else:
                time_s = frame_time_s(frame, stream) - start_s
                untimed_s = time_s + 1 / rate
            time_s = max(time_s, 0.0)
            last_s = max(last_s, time_s)
            if wanted.takes(time_s):
                if self._is_bounded:
                    self._check_growth(frame)
                yield Frame(number, time_s, shown_for(frame, stream), _upright(frame, stream))
        if stopped():
            return
        shown_s = 1 / rate
        if self.duration_s is not None and last_s + shown_s < self.duration_s - CUT_SHORT_S:
            at_s, of_s = round(last_s + shown_s, 1), round(self.duration_s, 1)
            self.notes.add("cut_short", at_s=at_s, of_s=of_s)

    def _pictures(
        self,
        wanted: WantedTimes,
        numbers: FrameNumbers,
        start_s: float,
        stopped: Callable[[], bool],
    ) -> Iterator[VideoFrame]:
        """Decode what is needed for the wanted frames, and little more.

        Packets wait undecoded until one at or after the next wanted time comes. Where a key frame
        comes first, nothing before it is needed any more, so those that wait are thrown away.
        """
        from av.error import FFmpegError

        container, stream = self._open_container(), self._stream
        waiting: list[Packet[VideoStream]] = []
        fed_until_s = -1.0
        damaged = 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except FFmpegError:  # the rest of the file cannot be made out
                damaged += 1
                self.notes.add("damaged", count=damaged)
                break
            end = packet.size == 0
            if not end:
                numbers.saw(packet)
                at_s = packet_s(packet, stream, start_s)
                if packet.is_keyframe and waiting:
                    waiting.clear()
                    stream.codec_context.flush_buffers()
                waiting.append(packet)
                late = max(fed_until_s, at_s) >= wanted.next_s
                if not late and sum(one.size for one in waiting) < MAX_WAITING_BYTES:
                    continue
                fed_until_s = max(fed_until_s, at_s)
            for one in [*waiting, packet] if end else waiting:
                if stopped():
                    return
                try:
                    yield from one.decode()
                except FFmpegError:  # each packet is damaged or whole by itself
                    damaged += 1
                    self.notes.add("damaged", count=damaged)
            waiting = []
            if end:
                break

    def _check_growth(self, frame: VideoFrame) -> None:
        width = shown_width(self._stream, frame.width)
        if 3 * width * frame.height > max(2 * self.frame_bytes, MAX_GROWN_BYTES):
            raise ImageError(
                "image.too_large",
                must="the frames of a video on the page must not grow beyond 1920x1080",
                got=f"{width}x{frame.height}",
                do="make it smaller first",
            )

    def _open_container(self) -> InputContainer:
        if self._container is None:
            raise ValueError("an animation has no container")
        return self._container

    def _length(self) -> float | None:
        container = self._open_container()
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        if container.duration is not None:
            return container.duration / 1_000_000
        return None


def _upright(frame: VideoFrame, stream: VideoStream) -> NDArray[np.uint8]:
    """Any pixel format → RGB uint8 (H, W, 3), turned as the film asks, with square pixels."""
    from av.error import FFmpegError

    width = shown_width(stream, frame.width)
    check_size((frame.height, width))  # that of a single frame may differ
    try:
        image = frame.to_ndarray(format="rgb24", width=width)
    except FFmpegError as error:
        raise FilmError(
            "film.undecodable",
            must="the file must be a complete video in a format that FFmpeg reads",
            got=str(error.strerror),
            do="choose another file, or save the video again, for example as MP4",
        ) from error
    turns = round(frame.rotation / 90) % 4
    return load_image(np.rot90(image, turns) if turns else image)

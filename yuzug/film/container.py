"""Open a video file: which containers, which stream, and what is no video."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from yuzug.errors import FilmError, YuzugError
from yuzug.extras import needs_extra
from yuzug.images import animation, check_size, load_image

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

FilmSource: TypeAlias = str | Path | IO[bytes]
# Of an animated image whose length is bounded; that of Full HD with 60 frames a second.
MAX_PIXELS_A_SECOND = 60 * 1920 * 1080
# Playlists (HLS, DASH, concat) and picture sequences are left out: they open other files.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,"
    "flv,live_flv,ogg,asf,asf_o,rm,dv,mxf,nut,gxf,wtv,yuv4mpegpipe,mjpeg,vc1,dhav,nsv,"
    "mp3,wav,w64,flac,aac,aiff,caf,amr,wv,ape,ac3,eac3,dts"
)


def require_bytes(source: Path | IO[bytes]) -> None:
    """Raise ``film.missing`` for a file that cannot be read, ``film.empty`` for one of 0 bytes."""
    if isinstance(source, Path) and source.is_dir():
        raise FilmError(
            "film.missing",
            must="a film must be a file",
            got=f"the folder {source}",
            do="name a video in it",
        )
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                empty = not file.read(1)
        else:
            source.seek(0)
            empty = not source.read(1)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise FilmError(
            "film.missing",
            must="the path must be that of a readable file",
            got=f"{source} ({getattr(error, 'strerror', None) or error})",
            do="check the path",
        ) from error
    if empty:
        raise FilmError(
            "film.empty", must="a film must have bytes", got="0 bytes", do="choose another file"
        )


def open_container(source: Path | IO[bytes]) -> InputContainer:
    """Open a file as one of :data:`CONTAINERS`; it opens no other file and no address.

    Raises:
        FilmError: ``film.undecodable``.
        YuzugError: ``extra.missing`` where PyAV is not installed.
    """
    with needs_extra("video", "reading a film"):
        import av
        from av.error import FFmpegError
    only = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        if isinstance(source, Path):
            # An absolute path is never taken for the address of a server or of a device.
            named = str(source.absolute())
            return av.open(named, container_options=only, metadata_errors="replace")
        source.seek(0)
        only["protocol_whitelist"] = "none"  # what comes from elsewhere opens no file of ours
        return av.open(source, "r", container_options=only, metadata_errors="replace")
    except (FFmpegError, ValueError) as error:
        raise FilmError(
            "film.undecodable",
            must="the file must be a complete video in a format that FFmpeg reads",
            got=f"{getattr(error, 'strerror', None) or error}",
            do="choose another file, or save the video again, for example as MP4",
        ) from error


def video_stream(container: InputContainer) -> VideoStream:
    """The first video stream that is no cover picture.

    Raises:
        FilmError: ``film.no_video``.
        ImageError: ``image.too_large`` or ``image.too_small`` for the size of its frames.
    """
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            stream.thread_type = "AUTO"
            height, width = stream.codec_context.height, stream.codec_context.width
            if height and width:
                check_size((height, shown_width(stream, width)))  # as for a photo
            return stream
    kinds = sorted({str(stream.type) for stream in container.streams})
    cover = "a cover picture" if container.streams.video else None
    has = [cover or kind if kind == "video" else kind for kind in kinds]
    container.close()
    raise FilmError(
        "film.no_video",
        must="a film must have moving pictures",
        got=" and ".join(has) or "no stream at all",
        do="choose a file with video",
    )


def shown_width(stream: VideoStream, width: int) -> int:
    """How wide frames of this width in pixels are shown, as their pixels need not be square."""
    aspect = stream.sample_aspect_ratio
    if aspect and aspect > 0 and not 0.99 < aspect < 1.01:
        return max(round(width * float(aspect)), 1)
    return width


def animation_extent(
    source: Path | IO[bytes], most_s: float | None, stop: Callable[[], bool]
) -> tuple[float, int]:
    """Seconds of an animated image and bytes of a frame.

    All frames are decoded, as nothing else gives the length, but for those after ``most_s``, and
    none once ``stop`` says so.

    Raises:
        FilmError: ``film.picture`` for a still image.
        ImageError: for a damaged one, ``image.too_slow``, and ``image.too_large`` for one of more
            pixels than a film of ``most_s`` may have.
    """
    end_s, count, frame_bytes = 0.0, 0, 0
    most_pixels = None if most_s is None else int(most_s * MAX_PIXELS_A_SECOND)
    try:
        for start_s, duration_s, image in animation(source, most_pixels):
            end_s, count, frame_bytes = start_s + duration_s, count + 1, image.nbytes
            if stop() or (most_s is not None and end_s > most_s):
                return end_s, frame_bytes
    except YuzugError as error:  # noted with the frames, where there are two
        if error.kind in ("image.too_large", "image.too_slow"):
            raise
    if count < 2:
        if isinstance(source, Path):
            load_image(source)  # a damaged picture says so itself
        else:
            source.seek(0)
            load_image(source.read())
        raise FilmError(
            "film.picture",
            must="a film must have more than one picture",
            got="a still picture",
            do="read it with: yuzug analyze",
        )
    return end_s, frame_bytes

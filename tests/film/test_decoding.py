"""Frames of films: their times, their turn, what is skipped, and what is wrong with broken ones."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import clips
import numpy as np
import pytest
from clips import Picture
from PIL import Image

from yuzug.errors import FilmError, ImageError, YuzugError
from yuzug.film import Film, container, decoding
from yuzug.images import animation
from yuzug.images.file_structure import gif_frames
from yuzug.texts.causes import exact_words


def ramp(count: int, size_wh: tuple[int, int] = (64, 48)) -> list[Picture]:
    """Grey pictures, each brighter than the one before: the brightness tells the frame."""
    return [
        np.full((size_wh[1], size_wh[0], 3), 20 + number * 200 // count, np.uint8)
        for number in range(count)
    ]


def number_of(image: Picture, count: int) -> int:
    return round((float(image.mean()) - 20) * count / 200)


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("mp4", "libx264"), ("mkv", "libx264"), ("mov", "mpeg4"), ("webm", "libvpx-vp9"),
     ("avi", "mpeg4"), ("ts", "libx264"), ("mpg", "mpeg2video")],
)  # fmt: skip
def test_every_container_gives_its_frames(tmp_path: Path, ending: str, codec: str) -> None:
    pictures = ramp(25)
    if codec == "mpeg2video":
        path = _at_25(tmp_path / f"film.{ending}", pictures, codec)
        step_s = 0.04
    else:
        path = clips.write(tmp_path / f"film.{ending}", pictures, codec=codec)
        step_s = 0.1
    with Film(path) as film:
        found = list(film.frames())
    assert [number_of(frame.image, 25) for frame in found] == pytest.approx(range(25), abs=1)
    assert [frame.number for frame in found] == list(range(25))
    assert np.diff([frame.time_s for frame in found]) == pytest.approx(step_s, abs=0.002)


def _at_25(path: Path, pictures: list[Picture], codec: str) -> Path:
    """Old codecs know a few rates and no time base of their own."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_the_time_of_a_frame_is_its_own(tmp_path: Path) -> None:
    times = [0.0, 0.033, 0.5, 0.533, 0.9, 2.4, 2.45, 5.0]
    path = clips.write(tmp_path / "phone.mp4", ramp(8), times_s=times)
    with Film(path) as film:
        assert [frame.time_s for frame in film.frames()] == pytest.approx(times, abs=0.002)
    with Film(path) as film:
        kept = [(frame.number, round(frame.time_s, 2)) for frame in film.frames(every_s=1.0)]
    assert kept == [(0, 0.0), (5, 2.4), (7, 5.0)]


@pytest.mark.parametrize("every_s", [0.1, 0.25, 0.7, 3.0])
@pytest.mark.parametrize("key_every", [3, 12, 1000])
def test_skipping_gives_the_frames_that_reading_all_gives(
    tmp_path: Path, every_s: float, key_every: int
) -> None:
    path = clips.write(tmp_path / "film.mp4", ramp(80), key_every=key_every)
    with Film(path) as film:
        every = list(film.frames())
    with Film(path) as film:
        some = list(film.frames(every_s))
    wanted, next_s = [], 0.0
    for frame in every:
        if frame.time_s >= next_s - 1e-9:
            wanted.append(frame)
            next_s = (int((frame.time_s + 1e-9) / every_s) + 1) * every_s
    assert [(frame.number, frame.time_s) for frame in some] == [
        (frame.number, frame.time_s) for frame in wanted
    ]
    for one, other in zip(some, wanted, strict=True):
        assert np.array_equal(one.image, other.image)


def test_what_is_skipped_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clips.write(tmp_path / "film.mp4", ramp(200), key_every=5)
    decoded = []
    real = Film._pictures

    def counted(self: Film, *arguments: object) -> object:
        for frame in real(self, *arguments):  # type: ignore[arg-type]
            decoded.append(frame.pts)
            yield frame

    monkeypatch.setattr(Film, "_pictures", counted)
    with Film(path) as film:
        assert len(list(film.frames(every_s=5.0))) == 4
    assert len(decoded) < 60


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_a_phone_film_is_turned_upright(tmp_path: Path, degrees: int) -> None:
    upright = np.zeros((64, 96, 3), np.uint8)
    upright[:20, :30] = 255  # bright at the top left
    turns = degrees // 90
    stored = np.ascontiguousarray(np.rot90(upright, -turns))
    path = clips.write(tmp_path / "phone.mp4", [stored] * 3, rotation_deg=degrees)
    with Film(path) as film:
        frame = next(film.frames())
    assert frame.image.shape == upright.shape
    assert np.abs(frame.image.astype(int) - upright).mean() < 8


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_animations_are_films(tmp_path: Path, ending: str) -> None:
    path = clips.animation(tmp_path / f"a.{ending}", ramp(4), [100, 300, 50, 200])
    with Film(path) as film:
        found = list(film.frames())
        assert film.duration_s == pytest.approx(0.65)
    assert [frame.time_s for frame in found] == pytest.approx([0.0, 0.1, 0.4, 0.45])
    assert [number_of(frame.image, 4) for frame in found] == [0, 1, 2, 3]
    assert [frame.number for frame in Film(path).frames(every_s=0.4)] == [0, 2]


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_an_animation_is_looked_through_no_further_than_is_asked(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clips.animation(tmp_path / f"a.{ending}", ramp(4), [100, 300, 50, 200])
    with Film(path, most_s=0.35) as film:
        assert film.duration_s == pytest.approx(0.4)
    with Film(path, stop=lambda: True) as film:
        assert film.duration_s == pytest.approx(0.1)
        assert len(list(film.frames())) == 1
    # Four frames of 64x48 have 12,288 pixels.
    monkeypatch.setattr(container, "MAX_PIXELS_A_SECOND", 12_288)
    with Film(path, most_s=1.0) as film:
        assert len(list(film.frames())) == 4
    monkeypatch.setattr("PIL.Image.Image.load", None)  # no frame is decoded before the refusal
    with pytest.raises(ImageError) as refused:
        Film(path, most_s=0.99)
    assert refused.value.kind == "image.too_large"
    assert "bir animasyonun kareleri toplam en fazla" in exact_words(refused.value, "tr")


def test_pages_are_no_frames(tmp_path: Path) -> None:
    pages = [Image.new("1", size) for size in ((64, 48), (32_016, 16))]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(FilmError, match="a still picture"):
        Film(tmp_path / "a.tif")


def test_blocks_between_the_frames_of_a_gif_are_bounded(tmp_path: Path) -> None:
    """Pillow joins the parts of a comment, each time anew."""
    path = clips.animation(tmp_path / "a.gif", ramp(3), [100, 100, 100])
    data = path.read_bytes()
    assert gif_frames(data) == 3
    assert gif_frames(data[: len(data) // 2]) in (1, 2)
    comment = b"!\xfe" + b"\x01x" * 20_001 + b"\0"
    path.write_bytes(data[:-1] + comment + b";")
    with pytest.raises(ImageError) as refused:
        Film(path)
    assert refused.value.kind == "image.too_slow"


@pytest.mark.parametrize("every_s", [None, 100.0])
def test_a_film_that_is_stopped_is_decoded_no_further(
    tmp_path: Path, every_s: float | None
) -> None:
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 3

    path = clips.write(tmp_path / "film.mp4", ramp(40))
    with Film(path, stop=stop) as film:
        assert len(list(film.frames(every_s))) <= 3
        assert film.notes.found == {}
    assert len(asked) < 8


def test_a_still_picture_is_one_frame_of_an_animation(tmp_path: Path) -> None:
    path = clips.animation(tmp_path / "a.gif", ramp(1), [100])
    assert [round(start_s, 1) for start_s, _, _ in animation(path)] == [0.0]


def _half(path: Path, part: float = 0.5) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    return path


BROKEN: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "nowhere": ("film.missing", lambda folder: folder / "nowhere.mp4"),
    "a folder": ("film.missing", lambda folder: folder),
    "0 bytes": ("film.empty", lambda folder: _written(folder / "empty.mp4", b"")),
    "text": ("film.undecodable", lambda folder: _written(folder / "a.mp4", b"hello\n" * 400)),
    "no table of contents": (
        "film.undecodable",
        lambda folder: _half(clips.write(folder / "cut.mp4", ramp(40))),
    ),
    "audio alone": ("film.no_video", lambda folder: clips.sound(folder / "voice.m4a")),
    "a cover picture alone": (
        "film.no_video",
        lambda folder: clips.sound(folder / "song.mp4", cover=ramp(1)[0]),
    ),
    "a still picture": (
        "film.picture",
        lambda folder: clips.animation(folder / "photo.png", ramp(1), [100]),
    ),
    "a playlist": (
        "film.undecodable",
        lambda folder: _written(folder / "a.m3u8", b"#EXTM3U\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n"),
    ),
    "a list of files": (
        "film.undecodable",
        lambda folder: _written(folder / "a.mp4", b"ffconcat version 1.0\nfile canary.mp4\n"),
    ),
}


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_film_says_so(tmp_path: Path, case: str) -> None:
    kind, make = BROKEN[case]
    with pytest.raises(FilmError) as caught:
        Film(make(tmp_path))
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)


def test_a_list_of_files_opens_none_of_them(tmp_path: Path) -> None:
    clips.write(tmp_path / "canary.mp4", ramp(3))
    lists = _written(tmp_path / "a.mp4", b"ffconcat version 1.0\nfile canary.mp4\n")
    with pytest.raises(FilmError):
        Film(lists)


def test_pixels_that_are_not_square_count_as_they_are_shown(tmp_path: Path) -> None:
    from av.error import InvalidDataError

    path = clips.write(tmp_path / "wide.mp4", ramp(3), aspect=Fraction(2))
    with Film(path) as film:
        assert film.frame_bytes == 3 * 128 * 48
        assert next(film.frames()).image.shape == (48, 128, 3)
    two, thousand = (b"pasp" + struct.pack(">II", aspect, 1) for aspect in (2, 1000))
    assert two in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(two, thousand))
    with pytest.raises(ImageError, match=r"32,000 px .*64000x48"):
        Film(path)

    def fails(**_: object) -> None:
        raise InvalidDataError(1, "no such pixels")

    frame = SimpleNamespace(width=64, height=48, to_ndarray=fails)
    with pytest.raises(FilmError, match="no such pixels"):
        decoding._upright(frame, SimpleNamespace(sample_aspect_ratio=None))  # type: ignore[arg-type]


def test_frames_that_are_too_small_are_refused(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "tiny.mp4", ramp(3, (8, 8)), codec="mpeg4")
    with pytest.raises(ImageError, match="at least 16 px"):
        Film(path)


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_film_cut_short_is_read_as_far_as_it_goes(tmp_path: Path, ending: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 48, 64, 3), np.uint8)
    path = clips.write(tmp_path / f"film.{ending}", list(noise), faststart=ending == "mp4")
    _half(path)
    with Film(path) as film:
        found = list(film.frames())
        assert 15 < len(found) < 45
        assert "cut_short" in film.notes.found
        assert film.notes.found["cut_short"]["of_s"] == pytest.approx(6.0, abs=0.2)


def test_a_damaged_place_is_left_out(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    path = clips.write(tmp_path / "film.mkv", list(noise), codec="mpeg4")
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 3000] = bytes(3000)
    path.write_bytes(data)
    with Film(path) as film:
        assert len(list(film.frames())) > 15


def test_a_change_of_size_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = clips.write(tmp_path / "a.ts", ramp(10, (64, 48)))
    large = clips.write(tmp_path / "b.ts", ramp(10, (128, 96)))
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    with Film(both) as film:
        shapes = {frame.image.shape for frame in film.frames()}
        assert shapes == {(48, 64, 3), (96, 128, 3)}
        assert "size_changed" in film.notes.found
    with Film(both, most_s=60.0) as film:
        assert len(list(film.frames())) > 10
    monkeypatch.setattr(decoding, "MAX_GROWN_BYTES", 3 * 128 * 96 - 1)
    with Film(both) as film:
        assert len(list(film.frames())) > 10
    with Film(both, most_s=60.0) as film, pytest.raises(ImageError, match="grow beyond"):
        list(film.frames())


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clips.write(tmp_path / "film.mp4", ramp(3))
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(YuzugError, match=r"yuzug\[video\]"):
        Film(path)


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif"])
def test_an_open_file_gives_the_frames_of_its_path_and_stays_open(
    tmp_path: Path, ending: str
) -> None:
    path, pictures = tmp_path / f"film.{ending}", ramp(12)
    if ending == "gif":
        clips.animation(path, pictures, [100] * 12)
    else:
        clips.write(path, pictures, codec="libx264" if ending == "mp4" else "libvpx")
    with Film(path) as film:
        by_path = [(frame.time_s, frame.image.tobytes()) for frame in film.frames(0.2)]
    with tempfile.SpooledTemporaryFile() as file:  # what an upload is
        file.write(path.read_bytes())
        with Film(file, "mine.mp4") as film:
            assert film.path.name == "mine.mp4"
            read = [(frame.time_s, frame.image.tobytes()) for frame in film.frames(0.2)]
        assert not file.closed
    assert read == by_path


def test_an_open_file_opens_no_other_file(tmp_path: Path) -> None:
    clip = clips.write(tmp_path / "other.mp4", ramp(5))
    for content in (
        f"ffconcat version 1.0\nfile '{clip}'\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{clip}\n#EXT-X-ENDLIST\n",
    ):
        with pytest.raises(FilmError) as refused, BytesIO(content.encode()) as file:
            Film(file)
        assert refused.value.kind == "film.undecodable"

"""Which pictures a word of the command line stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from yuzug.errors import YuzugError
from yuzug.folders import pictures_of


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "b.JPG",
        "a.png",
        "notes.md",
        "c.HEIC",
        "trip/c.webp",
        "trip/deep/d.tiff",
        "me [1].jpg",
    ):
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "album"


def test_a_folder_stands_for_its_pictures_sorted(album: Path) -> None:
    expected = ["a.png", "b.JPG", "c.HEIC", "me [1].jpg", "trip/c.webp", "trip/deep/d.tiff"]
    assert pictures_of(["album"]) == [str(Path("album") / name) for name in expected]


def test_a_pattern_stands_for_what_it_matches(album: Path) -> None:
    assert pictures_of(["album/**/*.tiff"]) == [str(Path("album/trip/deep/d.tiff"))]
    # The name of a picture that looks like a pattern is the picture.
    assert pictures_of(["album/me [1].jpg"]) == ["album/me [1].jpg"]


def test_a_list_and_stdin_stand_for_their_lines(album: Path) -> None:
    (album / "list.txt").write_bytes("\ufeffa.jpg\r\n\r\nyüz.png\n".encode())
    assert pictures_of(["x.jpg", "album/list.txt"]) == ["x.jpg", "a.jpg", "yüz.png"]
    assert pictures_of(["-"], stdin=["a.jpg\n", "\n", "with space.png\n"]) == [
        *("a.jpg", "with space.png")
    ]


def test_names_that_are_no_utf8_survive(album: Path) -> None:
    (album / "list.txt").write_bytes(b"caf\xe9.jpg\n")
    (found,) = pictures_of(["album/list.txt"])
    assert found.encode("utf-8", "surrogateescape") == b"caf\xe9.jpg"


@pytest.mark.parametrize("word", ["empty", "album/*.bmp", "album/none.txt"])
def test_nothing_at_all_is_told(album: Path, word: str) -> None:
    (album.parent / "empty").mkdir()
    (album / "none.txt").write_text("\n")
    with pytest.raises(YuzugError, match="at least one picture"):
        pictures_of([word])


def test_a_picture_that_is_not_there_is_told_later(album: Path) -> None:
    assert pictures_of(["nowhere.jpg", "nowhere.txt"]) == ["nowhere.jpg", "nowhere.txt"]

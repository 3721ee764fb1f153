"""``yuzug teach`` and ``yuzug analyze --person``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from yuzug.cli import main
from yuzug.commands import teach
from yuzug.errors import OptionError
from yuzug.texts import text

Capture = pytest.CaptureFixture[str]


def lines(capture: Capture, *words: object) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, objects on stdout, text on stderr."""
    code = main([str(word) for word in words])
    out, err = capture.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def mine(tmp_path: Path, astronaut_path: Path) -> Path:
    """A folder with smiles, under the names that somebody gave them."""
    for label in ("joy", "Mutlu"):
        (tmp_path / "mine" / label).mkdir(parents=True)
        shutil.copy(astronaut_path, tmp_path / "mine" / label / "one.jpg")
    return tmp_path / "mine"


def test_teach_then_analyze(
    capsys: Capture, mine: Path, tmp_path: Path, astronaut_path: Path
) -> None:
    me = tmp_path / "me.json"
    code, [said], err = lines(capsys, "teach", mine, "--out", me, "--model", "cnn")
    assert (code, err) == (0, "")
    assert said == {
        "schema": 1,
        "out": str(me),
        "model": "cnn",
        "classes": 7,
        "examples": {"happy": 2},
        "size_bytes": me.stat().st_size,
    }
    assert me.stat().st_size < 10_000
    words = ("analyze", astronaut_path, "--model", "cnn")
    _, [plain], _ = lines(capsys, *words)
    code, [adapted], err = lines(capsys, *words, "--person", me, "--trust")
    assert (code, err) == (0, "")
    assert (plain["person"], plain["faces"][0]["person"]) == (False, False)
    assert (adapted["person"], adapted["faces"][0]["person"]) == (True, True)
    assert adapted["faces"][0]["probabilities"] != plain["faces"][0]["probabilities"]


def test_neutral_alone_is_enough(capsys: Capture, mine: Path, tmp_path: Path) -> None:
    shutil.rmtree(mine / "joy")
    (mine / "Mutlu").rename(mine / "nötr")
    words = ("teach", mine, "--out", tmp_path / "me.json", "--model", "cnn", "--classes", "3")
    code, [said], _ = lines(capsys, *words)
    assert (code, said["examples"], said["classes"]) == (0, {"neutral": 1}, 3)


def test_pictures_that_teach_nothing_are_named_and_the_others_learned(
    capsys: Capture, mine: Path, tmp_path: Path
) -> None:
    (mine / "joy" / "notes.txt").write_text("no picture")
    (mine / "joy" / ".hidden").write_text("not looked at")
    me = tmp_path / "me.json"
    code, [said], err = lines(capsys, "teach", mine, "--out", me, "--model", "cnn", "--lang", "tr")
    assert (code, said["examples"]) == (2, {"happy": 2})
    first, last = err.splitlines()
    assert "notes.txt" in first
    assert text("errors.image.undecodable", "tr") in first
    assert last == text("cli.untaught", "tr", failed=1, total=3)


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_person_of_other_weights_is_refused_in_one_line(
    capsys: Capture, mine: Path, tmp_path: Path, astronaut_path: Path, lang: str
) -> None:
    me = tmp_path / "me.json"
    lines(capsys, "teach", mine, "--out", me, "--model", "cnn")
    code, said, err = lines(capsys, "analyze", astronaut_path, "--person", me, "--lang", lang)
    assert (code, said, len(err.splitlines())) == (2, [], 1)
    assert ("taught with these weights" if lang == "en" else "başka bir modele") in err


@pytest.mark.parametrize("content", [None, "", "{}", "[]", "NaN", "x" * 40_000])
def test_a_file_that_is_no_person_is_refused_in_one_line(
    capsys: Capture, tmp_path: Path, astronaut_path: Path, content: str | None
) -> None:
    me = tmp_path / "me.json"
    if content is not None:
        me.write_text(content)
    code, said, err = lines(capsys, "analyze", astronaut_path, "--person", me)
    assert (code, said, len(err.splitlines())) == (2, [], 1)


def test_a_file_that_cannot_be_put_in_place_leaves_no_numbers_behind(tmp_path: Path) -> None:
    (tmp_path / "me.json").mkdir()
    with pytest.raises(OptionError, match="--out must be a file"):
        teach._write(tmp_path / "me.json", "{}")
    assert [path.name for path in tmp_path.iterdir()] == ["me.json"]


def test_folders_that_cannot_be_taught_are_refused_in_one_line(
    capsys: Capture, mine: Path, tmp_path: Path
) -> None:
    me, empty = tmp_path / "me.json", tmp_path / "empty"
    empty.mkdir()
    for folder in (tmp_path / "nowhere", empty, mine / "joy"):
        code, said, err = lines(capsys, "teach", folder, "--out", me)
        assert (code, said, len(err.splitlines())) == (2, [], 1)
    code, _, err = lines(capsys, "teach", mine, "--out", tmp_path / "none" / "me.json")
    assert (code, len(err.splitlines())) == (2, 1)
    unread = mine / "joy" / "two.jpg"
    unread.write_text("read only where there is a place to write")
    for place in (tmp_path, ".", mine / "joy" / "one.jpg" / "me.json"):
        code, said, err = lines(capsys, "teach", mine, "--out", place, "--model", "cnn")
        assert (code, said, len(err.splitlines())) == (2, [], 1)
        assert "--out must be a file" in err
    assert [*tmp_path.parent.glob("*.new"), *tmp_path.rglob("*.new")] == []
    (mine / "bored").mkdir()
    code, _, err = lines(capsys, "teach", mine, "--out", me)
    assert code == 2
    assert "'bored'" in err
    assert not me.exists()

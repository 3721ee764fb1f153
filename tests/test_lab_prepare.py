"""Preparing a data set: copies go, people stay together, nothing is lost without a word."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawn import png
from PIL import Image

from yuzug.cli import main
from yuzug.lab.faceset import read
from yuzug.lab.split import assign


def smooth(random: np.random.Generator, side: int = 100) -> np.ndarray:
    coarse = random.integers(0, 255, (12, 12), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twenty people with three faces each, two labels, and one of every fault."""
    random = np.random.default_rng(0)
    place = tmp_path / "photos"
    for person in range(20):
        label = ("happy", "sad")[person % 2]
        (place / label).mkdir(parents=True, exist_ok=True)
        for shot in range(3):
            face = smooth(random)
            (place / label / f"p{person:02d}_{shot}.png").write_bytes(png(face))
    face = smooth(random)
    (place / "happy" / "p00_9.png").write_bytes((place / "happy" / "p00_0.png").read_bytes())
    lighter = np.clip(np.asarray(Image.open(place / "sad" / "p01_0.png")).astype(int) + 5, 0, 255)
    (place / "sad" / "p01_9.png").write_bytes(png(lighter.astype(np.uint8)))
    for label in ("happy", "sad"):
        (place / label / "both.png").write_bytes(png(face))
    (place / "sad" / "blank.png").write_bytes(png(np.full((60, 60), 90, np.uint8)))
    (place / "sad" / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    wide = np.repeat(smooth(random, 80)[..., None], 3, axis=2)
    Image.fromarray(np.concatenate([wide, wide[:, ::-1]], axis=1)).save(place / "sad" / "wide.jpg")
    return place


def test_a_data_set_is_prepared_and_every_file_is_accounted_for(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["prepare", str(photos), str(out), "--subject", r"(p\d+)_", "--size", "64"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["dropped"] == {
        "unreadable": 1, "blank": 1, "identical": 1, "near": 1, "other_label": 2
    }  # fmt: skip
    assert (said["found"], said["kept"]) == (67, 61)
    assert (said["subjects"], said["without_subject"]) == (20, 1)
    report = json.loads((out / "report.json").read_text())
    reasons = {one["file"]: (one["reason"], one["of"]) for one in report["files"]}
    assert reasons["happy/p00_9.png"] == ("identical", "happy/p00_0.png")
    assert reasons["sad/p01_9.png"] == ("near", "sad/p01_0.png")
    assert reasons["sad/broken.jpg"][0] == "unreadable"
    faces = read(out, 64)
    assert len(faces) == 61
    assert set(faces.splits) == {"train", "validation", "test"}
    with Image.open(next((out / "train").rglob("*.png"))) as face:
        assert (face.size, face.mode) == ((64, 64), "L")
    with Image.open(out / "counts.png") as counts:
        assert counts.size[0] > 300
    where: dict[str, set[str]] = {}
    for file in out.rglob("p*_*.png"):
        where.setdefault(file.name.split("_")[0], set()).add(file.relative_to(out).parts[0])
    assert len(where) == 20
    assert all(len(splits) == 1 for splits in where.values())


def test_the_same_seed_gives_the_same_split_and_classes_in_proportion() -> None:
    labels = ["a"] * 100 + ["b"] * 20
    groups = [str(number) for number in range(120)]
    one, two, other = (assign(labels, groups, seed) for seed in (1, 1, 2))
    assert one == two != other
    assert one[:100].count("train") == 80
    assert one[100:].count("validation") == 2


def test_wrong_use_of_prepare_is_told_in_one_line(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for words, named in (
        ([str(tmp_path / "empty"), str(tmp_path / "out")], "empty"),
        ([str(photos), str(photos)], "something in it"),
        ([str(photos), str(tmp_path / "out"), "--subject", "("], "regular expression"),
    ):
        assert main(["prepare", *words]) == 2
        said = capsys.readouterr().err
        assert named in said
        assert said.count("\n") == 1

"""Preparing a data set: copies go, people stay together, nothing is lost without a word."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawn import png
from PIL import Image

from yuzug.cli import main
from yuzug.lab.data.faceset import read, suffixes
from yuzug.lab.data.prepare import prepare_folder
from yuzug.lab.data.split import assign


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
    for name in ("scan.tif", "scan.TIFF", "still.gif"):
        Image.fromarray(smooth(random)).save(place / "happy" / name)
    (place / "top.png").write_bytes(png(smooth(random)))
    for name in ("notes.txt", "sad/clip.mp4", "sad/LICENSE"):
        (place / name).write_bytes(b"words")
    (place / "sad" / "nowhere.png").symlink_to(place / "gone.png")
    return place


def test_a_data_set_is_prepared_and_every_file_is_accounted_for(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["prepare", str(photos), str(out), "--subject", r"(p\d+)_", "--size", "64", "--crops"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["dropped"] == {
        "not_a_picture": 3, "no_label": 1, "unreadable": 2, "blank": 1,
        "identical": 1, "near": 1, "other_label": 2,
    }  # fmt: skip
    files = [file for file in photos.rglob("*") if not file.is_dir()]
    assert (said["found"], said["kept"]) == (len(files), 64) == (75, 64)
    assert said["lacking"] == {}
    assert (said["subjects"], said["without_subject"]) == (20, 4)
    report = json.loads((out / "report.json").read_text())
    reasons = {one["file"]: (one["reason"], one["of"]) for one in report["files"]}
    assert reasons["happy/p00_9.png"] == ("identical", "happy/p00_0.png")
    assert reasons["sad/p01_9.png"] == ("near", "sad/p01_0.png")
    assert reasons["sad/broken.jpg"][0] == "unreadable"
    assert reasons["sad/nowhere.png"][0] == "unreadable"
    assert reasons["top.png"][0] == "no_label"
    for name in ("notes.txt", "sad/clip.mp4", "sad/LICENSE"):
        assert reasons[name][0] == "not_a_picture"
    faces = read(out, 64)
    assert len(faces) == 64
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
        ([str(photos), str(tmp_path / "out"), "--size", "0"], "16 px"),
    ):
        assert main(["prepare", *words]) == 2
        said = capsys.readouterr().err
        assert named in said
        assert said.count("\n") == 1


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_what_a_split_lacks_is_told(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(0)
    for label, count in (("happy", 20), ("sad", 1), ("fear", 0)):
        (tmp_path / "in" / label).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "in" / label / f"{number}.png").write_bytes(png(smooth(random)))
    (tmp_path / "in" / "fear" / "0.png").write_bytes(b"no picture")
    words = ["prepare", str(tmp_path / "in"), str(tmp_path / "out"), "--crops"]
    assert main([*words, "--lang", lang]) == 0
    said = capsys.readouterr()
    lacking = json.loads(said.out)["lacking"]
    assert lacking == {
        "train": ["fear"], "validation": ["fear", "sad"], "test": ["fear", "sad"]
    }  # fmt: skip
    assert json.loads((tmp_path / "out" / "report.json").read_text())["lacking"] == lacking
    lines = [line for line in said.err.splitlines() if "fear" in line]
    assert len(lines) == 3
    assert all(("no face" if lang == "en" else "yüz yok") in line for line in lines)


def test_a_folder_of_unreadable_pictures_is_prepared_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "in" / "sad").mkdir(parents=True)
    (tmp_path / "in" / "sad" / "a.png").write_bytes(b"no picture")
    report = prepare_folder(tmp_path / "in", tmp_path / "out")
    assert (report.found, report.kept) == (1, 0)
    assert report.lacking == dict.fromkeys(("train", "validation", "test"), ("sad",))


def test_all_that_images_opens_is_a_picture() -> None:
    assert {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm"} <= suffixes()
    assert not suffixes() & {".txt", ".pdf", ".eps", ".svg", ".mp4", ""}

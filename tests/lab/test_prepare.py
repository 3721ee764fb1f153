"""Preparing a data set: copies go, people stay together, nothing is lost without a word."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from drawn import drawn_faces, folder_of, png
from PIL import Image

from yuzug.cli import main
from yuzug.errors import ImageError
from yuzug.lab.data.faceset import BLANK_STD, read, suffixes
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


def photo_with(face: np.ndarray, at_xy: tuple[int, int]) -> np.ndarray:
    """A face in a wide grey picture."""
    canvas = np.full((260, 420, 3), 120, np.uint8)
    x, y = at_xy
    canvas[y : y + face.shape[0], x : x + face.shape[1]] = face
    return canvas


def test_faces_are_found_cropped_and_aligned(
    astronaut: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    face = np.asarray(Image.fromarray(astronaut[20:240, 120:340]).resize((160, 160)))
    place = tmp_path / "photos" / "happy"
    place.mkdir(parents=True)
    Image.fromarray(photo_with(face, (10, 40))).save(place / "one.png")
    two = photo_with(face, (10, 10))
    small = np.asarray(Image.fromarray(face).resize((110, 110)))
    two[120:230, 280:390] = small[:, ::-1]
    Image.fromarray(two).save(place / "two.jpg")
    random = np.random.default_rng(0)
    (place / "tree.png").write_bytes(png(smooth(random, 200)))
    Image.fromarray(face).save(place / "phone.jpg")
    (place / "phone.jpg").rename(place / "phone.HEIC")  # a JPEG by another name
    (place / "camera.NEF").write_bytes(bytes(40))
    words = ["prepare", str(tmp_path / "photos"), str(tmp_path / "out"), "--size", "96"]
    assert main([*words, "--near-copies", "keep"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["dropped"] == {"no_face": 1, "unsupported_format": 1}
    assert (said["kept"], said["several_faces"]) == (3, 1)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["several"] == ["happy/two.jpg"]
    faces = read(tmp_path / "out", 96).images.astype(int)
    # One face, wherever it stood: framed alike, so that the crops agree.
    assert np.abs(faces - faces.mean(axis=0)).mean() < 14
    assert main([*words[:2], str(tmp_path / "whole"), "--crops"]) == 0
    assert json.loads(capsys.readouterr().out)["dropped"] == {"unsupported_format": 1}


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A folder of HEIC photos, one under another name and one that ends too early."""
    heif = pytest.importorskip("pillow_heif")
    place = tmp_path / "photos" / "happy"
    place.mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in ("IMG_1.HEIC", "IMG_2.heif", "IMG_3.export"):
        heif.from_pillow(Image.fromarray(smooth(random)).convert("RGB")).save(place / "photo.heic")
        (place / "photo.heic").rename(place / name)
    whole = (place / "IMG_1.HEIC").read_bytes()
    (place / "half.heic").write_bytes(whole[: len(whole) // 2])
    return place.parent


def test_photos_of_a_phone_are_read(phone: Path, tmp_path: Path) -> None:
    report = prepare_folder(phone, tmp_path / "out", size_px=48, crops=True)
    assert report.kept == 3
    assert {one.file: one.reason for one in report.files} == {"happy/half.heic": "unreadable"}
    (phone / "happy" / "half.heic").unlink()
    assert len(read(phone, 48)) == 2  # by their endings: train and evaluate read them too


def test_photos_that_nothing_here_reads_are_named_with_what_would(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.init()
    (phone / "happy" / "a.avif").write_bytes(b"\0\0\0\x1cftypavif" + bytes(40))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(Image.OPEN, "AVIF", raising=False)
    report = prepare_folder(phone, tmp_path / "out", size_px=48, crops=True)
    assert (report.kept, report.dropped) == (0, {"unsupported_format": 5})
    needed = {one.file: one.of for one in report.files}
    assert "pip install -U pillow," in needed.pop("happy/a.avif")
    assert all("pip install pillow-heif" in sentence for sentence in needed.values())
    with pytest.raises(ImageError, match=r"pillow-heif .*in .*IMG_1\.HEIC"):
        read(phone, 48)


def test_cropped_faces_without_crops_are_told_of_the_switch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder_of(drawn_faces(6), tmp_path / "in")
    assert main(["prepare", str(tmp_path / "in"), str(tmp_path / "out")]) == 0
    assert "--crops" in capsys.readouterr().err


def near_pair(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    face = smooth(random)
    return face, np.clip(face.astype(int) + 6, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("policy", "kept"), [("drop", 41), ("keep", 42), ("report", 42)])
def test_near_copies_lose_no_label_and_stay_on_one_side(
    policy: str, kept: int, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    same, other = near_pair(random), near_pair(random)
    folders = {"happy": [same[0], same[1], other[0]], "sad": [other[1]]}
    for label in folders:
        (tmp_path / "in" / label).mkdir(parents=True)
        folders[label] += [smooth(random) for _ in range(19)]
        for number, face in enumerate(folders[label]):
            (tmp_path / "in" / label / f"{number:02}.png").write_bytes(png(face))
    report = prepare_folder(
        tmp_path / "in", tmp_path / "out", size_px=96, crops=True, near_copies=policy
    )
    assert report.kept == kept
    assert [one.file for one in report.near] == (["happy/01.png"] if policy == "report" else [])
    if policy == "drop":
        assert [(one.file, one.reason) for one in report.files] == [("happy/01.png", "near")]
    place = {
        f"{path.parent.name}/{path.name[:2]}": path.relative_to(tmp_path / "out").parts[0]
        for path in (tmp_path / "out").rglob("*-*.png")
    }
    assert place["happy/02"] == place["sad/00"]  # one face, two labels: both stay, together
    if policy != "drop":
        assert place["happy/00"] == place["happy/01"]


@pytest.mark.data
@pytest.mark.slow
def test_expressions_of_one_person_are_no_copies(shared_data: Path, tmp_path: Path) -> None:
    table = pq.read_table(shared_data / "jaffe_half.parquet").drop_columns(["split"])
    pq.write_table(table, tmp_path / "jaffe.parquet")
    report = prepare_folder(tmp_path / "jaffe.parquet", tmp_path / "out")
    assert report.found == 108
    assert report.kept >= 105
    assert report.subjects == 5
    assert "other_label" not in report.dropped


@pytest.mark.data
@pytest.mark.slow
def test_every_identical_copy_of_fer2013_is_found(shared_data: Path, tmp_path: Path) -> None:
    """All pictures that have a twin, and a seeded sample of the others."""
    table = pq.read_table(shared_data / "fer2013.parquet", columns=["image", "split", "label"])
    table = table.filter(pc.equal(table["split"], "train")).drop_columns(["split"])
    bits = [
        cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_GRAYSCALE).tobytes()
        for one in table["image"].to_pylist()
    ]
    counts = Counter(bits)
    extra = sum(count - 1 for count in counts.values())
    assert extra == 1236
    twins = [row for row, one in enumerate(bits) if counts[one] > 1]
    single = [row for row, one in enumerate(bits) if counts[one] == 1]
    sample = np.random.default_rng(0).choice(single, 1000, replace=False)
    rows = np.sort(np.concatenate([twins, sample]))
    pq.write_table(table.take(rows), tmp_path / "sample.parquet")
    report = prepare_folder(tmp_path / "sample.parquet", tmp_path / "out", size_px=48, crops=True)
    labels = table["label"].to_pylist()
    by_bits: dict[bytes, list[str]] = {}
    for row in rows.tolist():
        by_bits.setdefault(bits[row], []).append(labels[row])
    # Those that are one grey level all over are copies too, and are dropped as blank.
    blank = [one for one in by_bits if np.frombuffer(one, np.uint8).std() < BLANK_STD]
    assert report.dropped["blank"] == sum(len(by_bits[one]) for one in blank)
    extra -= sum(len(by_bits.pop(one)) - 1 for one in blank)
    conflicting = [found for found in by_bits.values() if len(set(found)) > 1]
    agreeing = [found for found in by_bits.values() if len(set(found)) == 1]
    assert report.dropped["other_label"] == sum(map(len, conflicting))
    assert report.dropped["identical"] == sum(len(found) - 1 for found in agreeing)
    again = [one for one in report.files if one.reason in ("identical", "other_label")]
    assert len(again) - len(conflicting) == extra

"""Many pictures as one table: the same numbers as one by one, errors as rows, and after a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn import png
from PIL import Image

from yuzug import Analyzer, ImageError
from yuzug.cli import main
from yuzug.folders.job import MIN_PART, Job

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]
SOME = MIN_PART * 2 + 40  # three parts


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load("cnn")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut_path: Path) -> Path:
    """A folder of eleven: faces of several sizes, a picture without one, and two broken files."""
    folder = tmp_path_factory.mktemp("photos")
    portrait = Image.open(astronaut_path).convert("RGB")
    for number in range(8):
        side = 200 + 40 * number
        portrait.resize((side, side)).save(folder / f"face{number}.png")
    Image.new("RGB", (64, 48), "grey").save(folder / "nobody.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (folder / "empty.png").write_bytes(b"")
    portrait.close()
    return folder


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts of small crops, one of them broken."""
    folder = tmp_path_factory.mktemp("crops")
    noise = np.random.default_rng(0).integers(0, 255, (SOME, 48, 48), np.uint8)
    for number, picture in enumerate(noise):
        (folder / f"{number:04d}.png").write_bytes(png(picture))
    (folder / "0300.png").write_bytes(b"no picture")
    return folder


def test_many_are_read_as_one_by_one(photos: Path, analyzer: Analyzer) -> None:
    paths = sorted(photos.iterdir())
    many = list(analyzer.analyze_many(paths, workers=3))
    assert len(many) == len(paths)
    for path, found in zip(paths, many, strict=True):
        if isinstance(found, ImageError):
            with pytest.raises(ImageError) as caught:
                analyzer.analyze(path)
            assert caught.value.kind == found.kind
            continue
        alone = analyzer.analyze(path)
        assert len(found.faces) == len(alone.faces)
        for face, other in zip(found.faces, alone.faces, strict=True):
            assert face.box_xywh == other.box_xywh
            assert face.emotion == other.emotion
            assert face.probabilities == pytest.approx(other.probabilities, abs=1e-5)
            assert face.heatmap == pytest.approx(other.heatmap, abs=1e-3)
        assert set(found.ms) == set(alone.ms)
    assert sum(isinstance(found, ImageError) for found in many) == 2
    assert sum(len(found.faces) for found in many if not isinstance(found, ImageError)) == 8


def test_many_reads_no_further_than_a_little_ahead(analyzer: Analyzer) -> None:
    taken = []

    def endless() -> object:
        while True:
            taken.append(1)
            yield np.zeros((48, 48), np.uint8)

    found = analyzer.analyze_many(endless(), crops=True, workers=2)  # type: ignore[arg-type]
    for _ in range(20):
        next(found)
    found.close()  # type: ignore[attr-defined]
    assert len(taken) < 60


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl", ""])
def test_each_format_is_read_back(
    capsys: Capture, photos: Path, tmp_path: Path, ending: str, analyzer: Analyzer
) -> None:
    out = tmp_path / (f"table.{ending}" if ending else "table")
    assert main(["analyze", str(photos), "--out", str(out), "--model", "cnn"]) == 2
    printed, complained = capsys.readouterr()
    assert printed == ""
    assert complained == "yuzug: 2 of 11 images could not be read; their rows say why\n"
    read = {
        "parquet": pd.read_parquet,
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True),
        "": pd.read_parquet,
    }[ending]
    table = read(out)
    assert table["image"].tolist() == sorted(str(path) for path in photos.iterdir())
    broken = table[table["error"].notna()]
    assert [Path(image).name for image in broken["image"]] == ["broken.jpg", "empty.png"]
    assert broken["error"].str.startswith("ImageError: ").all()
    assert broken["emotion"].isna().all()
    faces = table[table["emotion"].notna()]
    assert len(faces) == 8
    assert list(table.columns)[:8] == ["image", "error", "face", "x", "y", "w", "h", "score"]
    for image, row in zip(faces["image"], faces.to_dict("records"), strict=True):
        (face,) = analyzer.analyze(image).faces
        assert row["emotion"] == face.emotion
        shares = {label: row[label] for label in face.probabilities}
        assert shares == pytest.approx(face.probabilities, abs=1e-4)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_second_run_starts_anew(capsys: Capture, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "table"
    words = ["analyze", "--out", str(out), "--model", "cnn", "--crops"]
    assert main([*words, str(photos / "face0.png"), str(photos / "face1.png")]) == 0
    assert main([*words, str(photos / "face2.png")]) == 0
    assert pd.read_parquet(out)["image"].tolist() == [str(photos / "face2.png")]
    assert capsys.readouterr().err == ""


def command(crops: Path, out: Path, *more: str) -> list[str]:
    words = ["analyze", str(crops), "--out", str(out), "--crops", "--model", "cnn", *more]
    return [sys.executable, "-m", "yuzug.cli", *words]


def finished(crops: Path, out: Path, *more: str) -> None:
    ran = subprocess.run(
        command(crops, out, *more), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2, ran.stderr  # one picture is broken
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_after_three_kills_the_table_is_the_same(crops: Path, tmp_path: Path, ending: str) -> None:
    whole, killed = tmp_path / f"whole.{ending}", tmp_path / f"killed.{ending}"
    finished(crops, whole)
    parts = tmp_path / f"killed.{ending}.parts"
    seen = []
    # Before the first part is whole, after it, and after the second one.
    for wanted in (0, 1, 2):
        process = subprocess.Popen(
            command(crops, killed, "--resume"), cwd=ROOT, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            begun = (parts / "_job.json").exists()
            if begun and len(list(parts.glob("_part-*.json"))) >= wanted:
                break
            time.sleep(0.01)
        process.kill()
        process.wait(60)
        seen.append(len(list(parts.glob("_part-*.json"))))
        assert not killed.exists()
    assert seen == sorted(seen)
    assert seen[1] >= 1
    finished(crops, killed, "--resume")
    assert killed.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_another_job_is_not_resumed(
    capsys: Capture, photos: Path, tmp_path: Path, analyzer: Analyzer
) -> None:
    images = [str(photos / "face0.png")]
    out = tmp_path / "table.csv"
    job = Job.of(images, out, analyzer, model="cnn", crops=False)
    assert job.begin(resume=False) == [0]
    words = ["analyze", "--out", str(out), "--resume", "--model", "cnn"]
    assert main([*words, str(photos / "face1.png")]) == 2
    assert "names" in capsys.readouterr().err
    assert main([*words, *images, "--classes", "5"]) == 2
    assert "classes" in capsys.readouterr().err
    assert main([*words, *images]) == 0
    assert len(pd.read_csv(out)) == 1


def test_a_table_of_somebody_who_was_taught(
    capsys: Capture, photos: Path, tmp_path: Path, analyzer: Analyzer
) -> None:
    image = str(photos / "face0.png")
    me = analyzer.teach({"surprise": [image] * 3})
    (tmp_path / "me.json").write_text(me.to_json())
    out = tmp_path / "table.csv"
    words = ["analyze", image, "--out", str(out), "--model", "cnn"]
    assert main([*words, "--person", str(tmp_path / "me.json")]) == 0
    (face,) = analyzer.analyze(image, person=me).faces
    table = pd.read_csv(out)
    assert table["surprise"][0] == pytest.approx(face.probabilities["surprise"], abs=1e-4)
    assert table["person"].tolist() == [True]
    other = ["analyze", image, "--out", str(out), "--model", "resnet18"]
    for lang, told in (("en", "taught with these weights"), ("tr", "başka bir modele")):
        capsys.readouterr()
        assert main([*other, "--person", str(tmp_path / "me.json"), "--lang", lang]) == 2
        assert told in capsys.readouterr().err
    # What was begun with a person is not finished without.
    job = Job.of([image], out, analyzer, model="cnn", crops=False, person=me)
    job.begin(resume=False)
    assert main([*words, "--resume"]) == 2
    assert "(person)" in capsys.readouterr().err


def test_the_folder_of_somebody_else_is_left_alone(
    capsys: Capture, photos: Path, analyzer: Analyzer
) -> None:
    before = sorted(photos.iterdir())
    (photos / "part-000001.jpg").write_bytes(b"mine")
    assert main(["analyze", str(photos), "--out", str(photos), "--model", "cnn"]) == 2
    assert "with other files" in capsys.readouterr().err
    assert (photos / "part-000001.jpg").read_bytes() == b"mine"
    (photos / "part-000001.jpg").unlink()
    assert sorted(photos.iterdir()) == before


def test_parts_are_few_and_whole_batches(analyzer: Analyzer, tmp_path: Path) -> None:
    class Names(list[str]):
        def __len__(self) -> int:
            return self.count_of

        count_of = 10**7

    job = Job.of(Names(), tmp_path / "t.csv", analyzer, model="cnn", crops=True)
    assert len(job.parts) <= 10_000
    assert job.part_size % 8 == 0
    assert job.part_size * len(job.parts) >= 10**7


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--resume"], "--resume without --out"),
        (["--workers", "2"], "--workers without --out"),
        (["--out", "t.csv", "--recommend"], "--recommend with --out"),
        (["--out", "t.csv", "--cam", "maps"], "--cam with --out"),
        (["--out", "t.xlsx"], "t.xlsx"),
        (["--out", "t.csv", "--address", "auto"], "--address without --engine ray"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    capsys: Capture,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", str(photos / "face0.png"), "--model", "cnn", *words]) == 2
    printed, complained = capsys.readouterr()
    assert printed == ""
    assert named in complained
    assert complained.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_workers_are_a_number(capsys: Capture, photos: Path) -> None:
    for wrong in ("0", "-1", "many", "1000"):
        with pytest.raises(SystemExit) as caught:
            main(["analyze", str(photos), "--out", "t.csv", "--workers", wrong])
        assert caught.value.code == 2
        assert wrong in capsys.readouterr().err


def test_a_folder_without_a_table_gives_lines(
    capsys: Capture, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["analyze", str(photos), "--model", "cnn"]) == 2
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(line["image"]).name for line in found] == sorted(os.listdir(photos))
    assert sum("error" in line for line in found) == 2

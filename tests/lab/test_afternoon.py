"""A student's afternoon: eight Turkish folders with every fault become a model on the page.

Only what docs/lab.md says under "An afternoon" is typed. About two minutes on one core.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from app_server import serving
from journeys import open_tab, show_file
from photos import SHAPES, folders, photo
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from yuzug.cli import main
from yuzug.lab.training.results import Result
from yuzug.models import read_card

ROOT = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]
FAULTS = {
    "not_a_picture": 2, "unsupported_format": 1, "unreadable": 2, "blank": 1,
    "identical": 1, "other_label": 2, "no_label": 1,
}  # fmt: skip


def photos_with_faults(place: Path) -> Path:
    folders(place, 153)
    random = np.random.default_rng(9)
    tree = Image.fromarray(random.integers(0, 255, (9, 9, 3), dtype=np.uint8))
    tree.resize((300, 300), Image.Resampling.BICUBIC).save(place / "Mutlu" / "orman.jpg")
    (place / "Nötr" / ".DS_Store").write_bytes(bytes(8))
    (place / "notlar.txt").write_text("benim notlarım")
    (place / "Üzgün" / "DSC_1.NEF").write_bytes(bytes(40))
    whole = (place / "Mutlu" / "foto 0.jpg").read_bytes()
    (place / "Mutlu" / "yarım.jpg").write_bytes(whole[: len(whole) // 2])
    (place / "Mutlu" / "boş.jpg").write_bytes(b"")
    Image.new("RGB", (200, 200), (120, 120, 120)).save(place / "Nötr" / "düz.png")
    shutil.copy(place / "Kızgın" / "foto 2.jpg", place / "Kızgın" / "kopya.jpg")
    twice = Image.fromarray(photo("Şaşkın", random))
    for label in ("Şaşkın", "Korkmuş"):
        twice.save(place / label / "iki etiket.png")
    twice.save(place / "etiketsiz.png")
    Image.fromarray(photo("Nötr", random)).convert("CMYK").save(place / "Nötr" / "cmyk.jpg")
    Image.fromarray(photo("Mutlu", random)).convert("RGBA").save(place / "Mutlu" / "rgba.png")
    Image.fromarray(photo("Mutlu", random)).save(place / "Mutlu" / "telefon.png")
    (place / "Mutlu" / "telefon.png").rename(place / "Mutlu" / "telefon.HEIC")
    return place


def walk_the_page(weights: Path, photo_file: Path, chromium: str) -> None:
    """Serve the model and look at a photo in a Turkish browser."""
    command = [sys.executable, "-m", "yuzug.cli", "serve", "--model", str(weights)]
    with serving(command, ROOT, os.environ, "PORT") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(locale="tr-TR").new_page()
        page.set_default_timeout(60_000)  # others may keep the machine busy
        page.goto(server.url)
        page.wait_for_selector("body.yz-ready")
        page.locator(".yz-notice-box button:visible").click()
        open_tab(page, "photo")
        show_file(page, photo_file)
        for label in SHAPES:
            expect(page.locator("#yz-photo-reading")).to_contain_text(label, timeout=60_000)
        expect(page.locator("#yz-classes")).to_be_hidden()
        browser.close()
    assert "Traceback" not in server.said, server.said


@pytest.mark.slow
def test_a_students_afternoon(tmp_path: Path, capsys: Capture, chromium: str) -> None:
    source = photos_with_faults(tmp_path / "fotoğraflarım")
    faces, run = tmp_path / "yüzler", tmp_path / "runs" / "own"
    assert main(["prepare", str(source), str(faces), "--lang", "tr"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["found"] == said["kept"] + sum(said["dropped"].values())
    # The detector misses some drawn expressions too; and once aligned, some pictures of the one
    # portrait with one expression differ in their light alone, which is what a near copy is.
    assert 1 <= said["dropped"].pop("no_face") <= 30
    assert said["dropped"].pop("near") <= 20
    assert said["dropped"] == FAULTS
    assert said["kept"] >= 110
    assert main(["train", "own", "--data", str(faces), "--out", str(run), "--lang", "tr"]) == 0
    told = capsys.readouterr()
    weights = Path(told.out.strip())
    assert told.err.count("Epok ") == 10
    assert set(read_card(weights).heads["own"].labels) == set(SHAPES)
    baseline = Result.of(run).baseline
    assert baseline is not None
    assert baseline.is_better, baseline
    assert "daha iyi" in told.err
    report = tmp_path / "rapor"
    words = ["evaluate", str(faces), "--split", "test", "--model", str(weights)]
    assert main([*words, "--out", str(report), "--lang", "tr"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"] > 1.5 / len(SHAPES)
    assert (report / "predictions.parquet").is_file()
    photo_file = source / "Mutlu" / "foto 0.jpg"
    assert main(["analyze", str(photo_file), "--model", str(weights), "--recommend"]) == 0
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert set(face["probabilities"]) == set(SHAPES)
    file = tmp_path / "own.onnx"
    assert main(["export", str(weights), "--format", "onnx", "--out", str(file)]) == 0
    assert set(json.loads(capsys.readouterr().out)["labels"]) == set(SHAPES)
    walk_the_page(weights, photo_file, chromium)
    words = ["publish", "weights", "--model", str(weights), "--repo-id", "ada/faces"]
    assert main([*words, "--dry-run", str(tmp_path / "upload")]) == 0
    assert "Küçümseyen" in (tmp_path / "upload" / "README.md").read_text(encoding="utf-8")

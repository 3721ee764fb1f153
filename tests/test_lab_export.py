"""Exports: each is run by its own runtime and answers as torch does."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import drawn_faces, folder_of

from yuzug.cli import main
from yuzug.lab.export import TOLERANCE, Served
from yuzug.lab.export import drawn_faces as soft_faces
from yuzug.lab.runtimes import RUNTIMES
from yuzug.models import find, load, read_card
from yuzug.models.classifier import Classifier

Capture = pytest.CaptureFixture[str]


def test_the_graph_says_what_the_app_says() -> None:
    checkpoint = load(find("cnn"))
    served = Served(checkpoint, 5)
    faces = soft_faces(6, served.input_px, seed=3)
    with torch.no_grad():
        given = served(torch.from_numpy(faces)).numpy()
    read = Classifier(checkpoint, 5).classify(list(faces[:, 0].astype(np.uint8))).readings
    # The app rounds the enlarged face to whole grey levels.
    np.testing.assert_allclose(given, [one.probabilities for one in read], atol=2e-2)


@pytest.mark.parametrize("model", ["resnet18", "cnn"])
@pytest.mark.parametrize("kind", ["pt2", "onnx", "tflite", "safetensors"])
def test_each_format_answers_as_torch_does(
    kind: str, model: str, tmp_path: Path, capsys: Capture
) -> None:
    if kind == "tflite" and find_spec("litert_torch") is None:
        pytest.skip("the extra tflite is not installed")
    file = tmp_path / f"{model}.{kind}"
    words = ["export", model, "--classes", "7", "--format", kind, "--out", str(file)]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["largest_difference"] <= said["tolerance"]
    assert len(said["labels"]) == 7
    if kind in RUNTIMES:
        assert said["tolerance"] == TOLERANCE
        # Another number of faces than it was traced with, and faces that it was not tried on.
        faces = soft_faces(3, said["input_px"], seed=9)
        given = RUNTIMES[kind].run(file, faces)
        with torch.no_grad():
            wanted = Served(load(find(model)), 7)(torch.from_numpy(faces)).numpy()
        np.testing.assert_allclose(given, wanted, atol=TOLERANCE)
    else:
        shape = json.loads(file.with_suffix(".json").read_text())
        assert shape["architecture"] == read_card(file).architecture
        assert set(read_card(file).heads) == {"7"}


def test_what_tflite_needs_is_named(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "litert_torch", None)
    words = ["export", "cnn", "--format", "tflite", "--out", str(tmp_path / "a.tflite")]
    assert main(words) == 2
    assert "environment of its own with: pip install '.[tflite]'" in capsys.readouterr().err


def test_eight_bits_are_measured(tmp_path: Path, capsys: Capture) -> None:
    for split, count, seed in (("train", 32, 0), ("validation", 40, 1)):
        folder_of(drawn_faces(count, seed), tmp_path / "faces" / split)
    file = tmp_path / "cnn.onnx"
    words = ["export", "cnn", "--classes", "7", "--format", "onnx", "--out", str(file)]
    assert main([*words, "--quantise", str(tmp_path / "faces")]) == 0
    single, eight = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert eight["mb"] < 0.5 * single["mb"]
    assert eight["n"] == 40
    lost = 100 * (eight["accuracy"] - eight["quantised_accuracy"])
    assert eight["lost_points"] == pytest.approx(lost, abs=0.011)
    assert main([*words[:4], "--format", "pt2", "--out", "a", "--quantise", "b"]) == 2

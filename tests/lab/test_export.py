"""Exports: each is run by its own runtime and answers as torch does."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from drawn import drawn_faces, folder_of, png

from yuzug import _resources
from yuzug.cli import main
from yuzug.lab.data.faceset import read
from yuzug.lab.export.export import TOLERANCE, Served
from yuzug.lab.export.export import drawn_faces as soft_faces
from yuzug.lab.export.runtimes import RUNTIMES, Runtime, describe_tflite, run_onnx
from yuzug.models import available_models, load, read_card, resolve
from yuzug.models.checkpoint import save
from yuzug.models.classifier import Classifier
from yuzug.models.networks import ARCHITECTURES, build
from yuzug.models.preprocess import Preprocessing, normalise

Capture = pytest.CaptureFixture[str]


def test_the_graph_says_what_the_app_says() -> None:
    checkpoint = load(resolve("cnn"))
    served = Served(checkpoint, 5)
    faces = soft_faces(6, served.input_px, seed=3)
    with torch.no_grad():
        given = served(torch.from_numpy(faces)).numpy()
    read = Classifier(checkpoint, 5).classify(list(faces[:, 0].astype(np.uint8))).predictions
    # The app rounds the enlarged face to whole grey levels.
    np.testing.assert_allclose(given, [one.probabilities for one in read], atol=2e-2)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Of each architecture: the bundled weights, or else drawn ones."""
    bundled = {info.name for info in available_models()}
    return {
        name: resolve(name) if name in bundled else drawn(name, tmp_path_factory.mktemp(name))
        for name in ARCHITECTURES
    }


def drawn(architecture: str, place: Path) -> Path:
    """A network of random weights that answers unlike faces unlike."""
    torch.manual_seed(0)
    network = build(architecture, channels=1, size_px=48, heads={"7": 7})
    spec = Preprocessing(channels=1, size_px=48, detail_px=48, mean=0.5, std=0.25)
    with torch.no_grad():
        network.heads["7"].weight.mul_(8)
        network.train()(normalise(torch.from_numpy(soft_faces(32, 48, seed=1)), spec))
    ours = read_card(resolve("cnn"))
    card = ours.model_copy(
        update={
            "name": architecture,
            "architecture": architecture,
            "parameters": sum(one.numel() for one in network.parameters()),
            "preprocessing": spec,
            "heads": {"7": ours.heads["7"].model_copy(update={"metrics": ()})},
        }
    )
    save(network.eval(), card, place / f"{architecture}.safetensors")
    return place / f"{architecture}.safetensors"


def metadata_of(file: Path, kind: str) -> dict[str, object]:
    """What an exported file says of itself, read as a program would."""
    if kind == "onnx":
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        found = session.get_modelmeta().custom_metadata_map
        return found | {key: json.loads(found[key]) for key in ("labels", "input_px")}
    if kind == "pt2":
        extra = {"yuzug.json": ""}
        torch.export.load(file, extra_files=extra)
        return dict(json.loads(extra["yuzug.json"]))
    with ZipFile(file) as files:
        return dict(json.loads(files.read("yuzug.json")))


def test_tflite_carries_its_labels_behind_the_graph(tmp_path: Path) -> None:
    file = tmp_path / "a.tflite"
    file.write_bytes(b"TFL3" * 50)
    describe_tflite(file, {"labels": ["Mutlu", "Üzgün"], "input_px": 48})
    assert file.read_bytes().startswith(b"TFL3" * 50)  # what a runtime reads is as it was
    with ZipFile(file) as files:
        assert files.read("labels.txt").decode() == "Mutlu\nÜzgün\n"
    assert metadata_of(file, "tflite")["labels"] == ["Mutlu", "Üzgün"]


@pytest.mark.parametrize("model", ARCHITECTURES)
@pytest.mark.parametrize("kind", ["pt2", "onnx", "tflite", "safetensors"])
def test_each_format_answers_as_torch_does(
    kind: str, model: str, weights: dict[str, Path], tmp_path: Path, capsys: Capture
) -> None:
    if kind == "tflite" and find_spec("litert_torch") is None:
        pytest.skip("the extra tflite is not installed")
    file = tmp_path / f"{model}.{kind}"
    words = ["export", str(weights[model]), "--classes", "7", "--format", kind, "--out", str(file)]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["largest_difference"] <= said["tolerance"]
    assert len(said["labels"]) == 7
    if kind in RUNTIMES:
        assert said["tolerance"] == TOLERANCE
        assert metadata_of(file, kind)["labels"] == said["labels"]
        assert metadata_of(file, kind)["input_px"] == said["input_px"]
        # Another number of faces than it was traced with, and faces that it was not tried on.
        faces = soft_faces(3, said["input_px"], seed=9)
        given = RUNTIMES[kind].run(file, faces)
        with torch.no_grad():
            wanted = Served(load(weights[model]), 7)(torch.from_numpy(faces)).numpy()
        assert np.ptp(wanted, axis=0).max() > 0.05  # the network tells these faces apart
        np.testing.assert_allclose(given, wanted, atol=TOLERANCE)
    else:
        shape = json.loads(file.with_suffix(".json").read_text())
        assert shape["architecture"] == read_card(file).architecture == model
        assert set(read_card(file).heads) == {"7"}


def test_the_json_beside_exported_weights_is_no_model(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cnn.safetensors").write_bytes(resolve("cnn").read_bytes())
    monkeypatch.setattr(_resources, "folder", lambda _: tmp_path)
    file = tmp_path / "mine.safetensors"
    assert main(["export", "cnn", "--format", "safetensors", "--out", str(file)]) == 0
    assert file.with_suffix(".json").is_file()
    assert resolve("mine") == file
    assert {info.name for info in available_models()} == {"cnn", "mine"}
    assert main(["models"]) == 0
    # An ensemble that was damaged is told of, and not hidden.
    (tmp_path / "broken.json").write_text('{"members": ')
    capsys.readouterr()
    assert main(["models"]) == 2
    assert "broken.json" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["onnx", "safetensors"])
@pytest.mark.parametrize("off", [0.01, float("nan")])
def test_what_differs_from_torch_is_not_kept(
    off: float, kind: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Served.forward
    answers = iter((0.0, off))  # the second is that of what was exported

    def write(_graph: object, _example: object, out: Path) -> None:
        out.write_bytes(b"a graph")

    def run(_path: Path, faces: np.ndarray) -> np.ndarray:
        return np.full((len(faces), 7), off, np.float32)

    monkeypatch.setitem(RUNTIMES, kind, Runtime(write, run))
    if kind == "safetensors":
        monkeypatch.setattr(Served, "forward", lambda *given: shown(*given) + next(answers))
    (tmp_path / "notes.txt").write_text("somebody's own")
    file = tmp_path / f"cnn.{kind}"
    assert main(["export", "cnn", "--format", kind, "--out", str(file)]) == 2
    assert "must agree with torch" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_what_tflite_needs_is_named(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "litert_torch", None)
    words = ["export", "cnn", "--format", "tflite", "--out", str(tmp_path / "a.tflite")]
    assert main(words) == 2
    assert "environment of its own with: pip install 'yuzug[tflite]'" in capsys.readouterr().err


def split_faces(place: Path, names: dict[str, str] | None = None) -> Path:
    for split, count, seed in (("train", 32, 0), ("validation", 40, 1)):
        folder_of(drawn_faces(count, seed), place / split, names)
    return place


def test_eight_bits_are_measured(tmp_path: Path, capsys: Capture) -> None:
    split_faces(tmp_path / "faces")
    file = tmp_path / "cnn.onnx"
    words = ["export", "cnn", "--classes", "7", "--format", "onnx", "--out", str(file)]
    assert main([*words, "--quantise", str(tmp_path / "faces")]) == 0
    single, eight = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert eight["mb"] < 0.5 * single["mb"]
    assert (eight["n"], eight["labels"]) == (40, "label")
    lost = 100 * (eight["accuracy"] - eight["quantised_accuracy"])
    assert eight["lost_points"] == pytest.approx(lost, abs=0.011)
    assert main([*words[:4], "--format", "pt2", "--out", "a", "--quantise", "b"]) == 2


def test_labels_by_other_names_are_measured_as_evaluate_does(
    tmp_path: Path, capsys: Capture
) -> None:
    names = {"happy": "Mutlu", "angry": "anger", "sad": "gloom", "fear": "fear"}
    data = split_faces(tmp_path / "faces", names)
    words = ["export", "cnn", "--format", "onnx", "--out", str(tmp_path / "a.onnx")]
    assert main([*words, "--quantise", str(data), "--map", "gloom=sad"]) == 0
    eight = json.loads(capsys.readouterr().out.splitlines()[1])
    assert eight["n"] == len(list((data / "validation").rglob("*.png")))
    assert eight["mapping"] == {"Mutlu": "happy", "anger": "angry", "gloom": "sad"}
    assert main(["evaluate", str(data), "--model", "cnn", "--map", "gloom=sad"]) == 0
    evaluated = json.loads(capsys.readouterr().out)
    assert (evaluated["n"], evaluated["mapping"]) == (eight["n"], eight["mapping"])
    assert main([*words, "--map", "gloom=sad"]) == 2
    assert "--map without --quantise" in capsys.readouterr().err


def test_eight_bits_of_a_head_fitted_to_votes_are_measured_by_votes(
    tmp_path: Path, capsys: Capture
) -> None:
    faces = drawn_faces(24)
    columns = {
        "image": [png(one) for one in faces.images],
        "label": list(range(24)),  # no label of ours
        "split": ["train", "validation"] * 12,
        "votes_happy": [8] * 24,
        "votes_sad": [1, 1, 1, 9] * 6,
    }
    pq.write_table(pa.table(columns), tmp_path / "faces.parquet")
    words = ["export", "cnn", "--classes", "8", "--format", "onnx"]
    words += ["--out", str(tmp_path / "a.onnx"), "--quantise", str(tmp_path / "faces.parquet")]
    assert main(words) == 0
    eight = json.loads(capsys.readouterr().out.splitlines()[1])
    assert (eight["n"], eight["labels"]) == (12, "votes")
    every = read(tmp_path / "faces.parquet", 48).split("validation")
    head = read_card(resolve("cnn")).heads["8"]
    given = run_onnx(tmp_path / "a.onnx", every.images[:, None].astype(np.float32))
    right = np.array(head.labels)[given.argmax(axis=1)] == every.majority()
    assert eight["accuracy"] == pytest.approx(right.mean(), abs=1e-4)


def test_eight_bits_of_faces_without_a_label_of_the_head_are_refused(
    tmp_path: Path, capsys: Capture
) -> None:
    data = split_faces(tmp_path / "faces", {"happy": "lively", "sad": "gloom"})
    words = ["export", "cnn", "--format", "onnx", "--out", str(tmp_path / "a.onnx")]
    assert main([*words, "--quantise", str(data)]) == 2
    assert "got gloom, lively" in capsys.readouterr().err
    assert not (tmp_path / "a.int8.onnx").exists()


@pytest.mark.parametrize(("missing", "extra"), [("pyarrow", "lab"), ("onnxruntime", "export")])
def test_what_eight_bits_need_is_named_before_anything_is_written(
    missing: str, extra: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("yuzug.lab", missing))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    words = ["export", "cnn", "--format", "onnx", "--out", str(tmp_path / "a.onnx")]
    assert main([*words, "--quantise", str(tmp_path)]) == 2
    assert f"install them with: pip install 'yuzug[{extra}]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

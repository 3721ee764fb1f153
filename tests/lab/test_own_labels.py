"""A file with labels of one's own works everywhere without saying which labels it has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawn import drawn_faces, folder_of, png
from own_labels import LABELS, own_model

from yuzug.cli import main
from yuzug.emotions import LABEL_SETS
from yuzug.errors import ModelError
from yuzug.lab.api import evaluate, export
from yuzug.models import read_card
from yuzug.pipeline import Analyzer
from yuzug.ui.api.endpoints import Endpoints
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_model(tmp_path_factory.mktemp("own") / "mine.safetensors")


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("face") / "face.png"
    path.write_bytes(png(drawn_faces(1).images[0]))
    return path


def test_commands_and_the_library_use_its_one_head(
    own: Path, face: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["analyze", "--crops", str(face), "--model", str(own), "--recommend"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["classes"] == 3
    assert set(said["faces"][0]["probabilities"]) == set(LABELS)
    assert said["recommendations"]
    assert Analyzer.load(own, crops_only=True).classifier.head_name == "own"
    data = folder_of(drawn_faces(40), tmp_path / "data", {"happy": "Mutlu", "sad": "unhappy"})
    out = tmp_path / "report"
    assert main(["evaluate", str(data), "--model", str(own), "--out", str(out)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["mapping"] == {"unhappy": "Üzgün"}
    assert said["per_class"]["Kızgın"]["recall"] is None
    rows = (out / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].replace('"', "").startswith("file,label,prediction,confidence,sure,p_Mutlu")
    assert len(rows) == 1 + said["n"]
    assert evaluate(data, own).accuracy == said["accuracy"]
    done = export(own, tmp_path / "own.onnx")
    assert done.labels == tuple(LABELS)
    words = ["publish", "weights", "--repo-id", "ada/faces", "--model", str(own), "--dry-run"]
    assert main([*words, str(tmp_path / "upload")]) == 0
    card = (tmp_path / "upload" / "README.md").read_text(encoding="utf-8")
    assert "3 (Mutlu, Üzgün, Kızgın)" in card
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "README.md").write_text("somebody's own")
    assert main([*words, str(tmp_path / "other")]) == 2
    assert (tmp_path / "other" / "README.md").read_text() == "somebody's own"


def test_a_number_of_emotions_that_it_has_not_is_told(own: Path, capsys: Capture) -> None:
    with pytest.raises(ModelError, match="leave the number out"):
        Analyzer.load(own, 7)


def test_programs_reach_it_as_the_default_of_the_page(own: Path, face: Path) -> None:
    analyzers = Analyzers(
        {
            one.model: one
            for one in (Analyzer.load(own, crops_only=True), Analyzer.load("cnn", crops_only=True))
        }
    )
    import base64

    data = "data:image/png;base64," + base64.b64encode(face.read_bytes()).decode()
    programs = Endpoints(analyzers)
    (answer,) = programs.analyze([data], None, 7, True)
    assert (answer["model"], answer["classes"]) == ("mine", 3)
    (answer,) = programs.analyze([data], "cnn", 7, True)
    assert (answer["model"], answer["classes"]) == ("cnn", 7)
    shown = programs.explain(data, None, 7, True, "Mutlu")
    assert shown["faces"]


def test_the_page_offers_the_numbers_that_a_model_has(own: Path) -> None:
    analyzers = Analyzers(
        {"mine": Analyzer.load(own, crops_only=True), "cnn": Analyzer.load("cnn")}
    )
    assert analyzers.label_sets("mine") == ()
    assert analyzers.label_sets("cnn") == tuple(LABEL_SETS)
    assert analyzers.fitting(Settings(model="cnn", classes=99)).classes == 8
    assert analyzers.fitting(Settings(model="mine")).classes == 7  # kept for the next model


@pytest.mark.parametrize("count", [2, 20])
def test_a_card_may_have_two_to_twenty_labels(count: int, tmp_path: Path) -> None:
    labels = {f"label {number}": "happy" for number in range(count)}
    path = own_model(tmp_path / "many.safetensors", labels)
    assert len(read_card(path).heads["own"].labels) == count
    picture = np.repeat(drawn_faces(1).images[0][..., None], 3, axis=2)
    found = Analyzer.load(path, crops_only=True).analyze(picture, crops=True)
    assert len(found.faces[0].probabilities) == count

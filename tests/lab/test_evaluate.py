"""Evaluation: intervals, calibration before and after, mapping, the report that stands alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import drawn_faces, folder_of
from PIL import Image

from yuzug._resources import PORTRAIT_FACE
from yuzug.cli import main
from yuzug.errors import YuzugError
from yuzug.lab.evaluation.corruptions import FAULTS
from yuzug.lab.evaluation.evaluate import evaluate
from yuzug.lab.evaluation.intervals import confusion_intervals
from yuzug.pipeline import Analyzer

Capture = pytest.CaptureFixture[str]
PROMISED = {
    "schema", "n", "n_dropped", "coverage", "sure_accuracy", "accuracy", "balanced_accuracy",
    "macro_precision", "macro_recall", "macro_f1", "weighted_precision", "weighted_recall",
    "weighted_f1", "ece", "ece_before_temperature", "ece_if_calibrated", "intervals", "per_class",
    "confusion", "most_confused", "mapping",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn faces in folders, two labels under another name."""
    names = {"happy": "joy", "sad": "sad", "angry": "grr", "neutral": "zen"}
    return folder_of(drawn_faces(28), tmp_path_factory.mktemp("faces"), names)


def test_evaluate_prints_all_that_is_promised(data: Path, capsys: Capture) -> None:
    words = ["evaluate", str(data), "--model", "cnn", "--classes", "4"]
    assert main([*words, "--map", "grr=angry,zen=neutral"]) == 0
    mapped = json.loads(capsys.readouterr().out)
    assert set(mapped) >= PROMISED
    assert mapped["n_dropped"] == 0
    assert mapped["mapping"] == {"joy": "happy", "grr": "angry", "zen": "neutral"}
    assert np.sum(mapped["confusion"]) == mapped["n"]
    low, high = mapped["intervals"]["accuracy"]
    assert low <= mapped["accuracy"] <= high
    for class_ in mapped["per_class"].values():
        assert set(class_) == {"precision", "recall", "specificity", "f1", "support"}
    assert main(words) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["n_dropped"] > 0
    assert plain["n"] + plain["n_dropped"] == mapped["n"]
    assert main([*words, "--map", "bliss=happy"]) == 2
    assert "bliss" in capsys.readouterr().err
    assert main([*words, "--map", "zen=hapy"]) == 2
    said = capsys.readouterr().err
    assert "hapy" in said
    assert "choose among angry, happy, sad, neutral" in said
    assert main([*words, "--map", "zen"]) == 2


def test_robustness_is_printed_without_a_report_too(data: Path, capsys: Capture) -> None:
    words = ["evaluate", str(data), "--model", "cnn", "--classes", "3"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["robustness"] is None
    assert main([*words, "--robustness"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {one["fault"] for one in said["robustness"]} == set(FAULTS)
    assert {one["n"] for one in said["robustness"]} == {said["n"]}
    assert {one["accuracy"][0] for one in said["robustness"]} == {said["accuracy"]}


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--explain", "--robustness"], "--robustness with --explain"),
        (["--sample", "5"], "--sample without --explain"),
        (["--labels", "votes", "--map", "joy=happy"], "leave out --map"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(
    extra: list[str], said: str, data: Path, capsys: Capture
) -> None:
    assert main(["evaluate", str(data), "--model", "cnn", "--classes", "4", *extra]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("extra", [[], ["--robustness"], ["--labels", "votes"], ["--explain"]])
def test_data_without_one_label_of_the_model_is_refused(
    extra: list[str], tmp_path: Path, capsys: Capture
) -> None:
    folder_of(drawn_faces(6), tmp_path, {"happy": "zen", "sad": "gloom"})
    assert main(["evaluate", str(tmp_path), "--model", "cnn", "--classes", "3", *extra]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(label in said for label in ("happy", "sad", "angry"))
    assert ("got none" if "votes" in extra else "got gloom, zen") in said


def test_a_part_without_a_usable_label_is_an_error_of_ours() -> None:
    analyzer = Analyzer.load("cnn", 3, crops_only=True)
    faces = drawn_faces(4)
    strange = replace(faces, labels=np.array(["joy"] * 4))
    with pytest.raises(YuzugError, match=r"angry.*got joy") as caught:
        evaluate(analyzer, strange, data="d", split="s", labels="label")
    assert caught.value.kind == "data.labels"


def test_heat_maps_are_measured_on_the_faces_that_evaluate_measures(
    tmp_path: Path, capsys: Capture
) -> None:
    names = {"happy": "yay", "sad": "sad", "angry": "angry", "fear": "fear"}
    folder_of(drawn_faces(16), tmp_path, names)
    labels = [path.parent.name for path in tmp_path.rglob("*.png")]
    words = ["evaluate", str(tmp_path), "--model", "cnn", "--classes", "3", "--explain"]
    three = {"yay", "sad", "angry"}
    for extra, known in ([], {"sad", "angry"}), (["--map", "yay=happy"], three):
        assert main([*words, *extra]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["split"] == "all"
        assert said["n"] == sum(label in known for label in labels) > 0


def test_heat_maps_of_an_ensemble_are_refused_at_once(data: Path, capsys: Capture) -> None:
    words = ["evaluate", str(data / "nowhere"), "--model", "ensemble", "--explain"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "resnet18, cnn" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_report_stands_alone(lang: str, data: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["evaluate", str(data), "--model", "cnn", "--classes", "3", "--out", str(tmp_path)]
    extra = ["--robustness"] if lang == "en" else []
    assert main([*words, *extra, "--lang", lang]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["'](?!data:)""", page)
    assert "<script" not in page
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    printed = json.loads(capsys.readouterr().out)
    assert report["robustness"] == printed["robustness"]
    assert (tmp_path / "robustness.png").exists() == bool(extra)
    rows = np.sum(report["confusion_normalised"], axis=1)
    present = np.sum(report["confusion"], axis=1) > 0
    assert np.allclose(rows, present, atol=1e-3)
    for name in ("confusion", "confusion_normalised", "reliability", "right", "wrong"):
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size > (200, 100)
    pair = report["most_confused"][0]
    assert f"{pair['n']}" in page
    assert ("95% confidence" if lang == "en" else "%95 güven") in page
    share = f"{100 * printed['accuracy']:.1f}"  # as people write it, in no more digits than count
    assert (f"{share}%" if lang == "en" else "%" + share.replace(".", ",")) in page
    assert ("were predicted as" if lang == "en" else "olarak tahmin edildi") in page


def test_intervals_cover_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    hits = 0
    for seed in range(100):
        right = random.binomial(150, 0.7)
        low, high = confusion_intervals(np.array([[right, 150 - right], [0, 0]]), seed)["accuracy"]
        hits += low <= 0.7 <= high
    assert 88 <= hits <= 100


def test_confidence_before_the_temperature_is_the_plain_softmax() -> None:
    from yuzug.lab.evaluation.predictions import predictions_of, read_crops

    analyzer = Analyzer.load("cnn", 7, crops_only=True)
    faces = drawn_faces(12)
    (read,) = read_crops((analyzer,), faces.images)
    found = predictions_of(analyzer, faces, read, "label")
    batch = analyzer.classifier.classify([face.crop for face in read])
    plain = batch.logits.detach().softmax(dim=1).amax(dim=1)
    np.testing.assert_allclose(found.confidence_before, plain, atol=1e-4)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_grows_with_its_level(fault: str, astronaut: np.ndarray) -> None:
    change, levels = FAULTS[fault]
    face = np.asarray(Image.fromarray(astronaut[PORTRAIT_FACE]).convert("L").resize((48, 48)))
    off = [np.abs(change(face, level).astype(int) - face).mean() for level in levels]
    assert off == sorted(off)
    assert off[0] > 0.2

"""Curves for TensorBoard and trackio: the figures of log.jsonl, epoch for epoch."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from drawn import drawn_faces, folder_of
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from yuzug.cli import main
from yuzug.lab.training.experiment_tracking import TENSORBOARD

RECIPE = (
    "architecture: cnn\npreprocessing: {size_px: 32, detail_px: 32}\nhead_weights: {7: 1}\n"
    "epochs: 2\n"
)


def words(tmp_path: Path) -> list[str]:
    (tmp_path / "small.yaml").write_text(RECIPE)
    data = folder_of(drawn_faces(80), tmp_path / "data")
    return ["train", str(tmp_path / "small.yaml"), "--data", str(data)]


def test_tensorboard_reads_what_the_log_says(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert main([*words(tmp_path), "--out", str(out), "--log", "tensorboard"]) == 0
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    found = EventAccumulator(str(out / TENSORBOARD))
    found.Reload()
    for name, key in {"loss/training": "loss", "score/held_out": "held_out_score",
                      "loss/held_out": "held_out_loss",
                      "score/training": "training_score"}.items():  # fmt: skip
        curve = found.Scalars(name)
        assert [one.step for one in curve] == [1, 2]
        assert [one.value for one in curve] == pytest.approx([line[key] for line in lines])


def test_a_tracker_that_is_not_installed_is_named_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "trackio", None)
    out = tmp_path / "run"
    assert main([*words(tmp_path), "--out", str(out), "--log", "trackio"]) == 2
    assert "pip install 'yuzug[trackio]'" in capsys.readouterr().err
    assert not out.exists()

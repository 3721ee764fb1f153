"""A Space on ZeroGPU: what is read on the GPU, and what happens while none can be had."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
import torch

from yuzug.ui.components.readings import PictureReading
from yuzug.ui.live import handlers as live
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import handlers as photo
from yuzug.ui.server.zerogpu import Faces, Lent, stem_on, with_gpu
from yuzug.ui.session import Settings

ME = Settings(model="cnn", consent=True)


def lend(log: list[int], *, fails: bool = False) -> Any:
    """What ``spaces.GPU(duration=…)`` gives: it wraps what is to run on the GPU."""

    def wrap(task: Lent) -> Lent:
        def run(faces: Faces) -> Faces:
            log.append(len(faces))
            if fails:
                raise gr.Error("ZeroGPU quota exceeded")
            return task(faces)

        return run

    return wrap


def test_photos_are_read_on_the_gpu_and_live_pictures_are_not(
    analyzers: Analyzers, astronaut_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    durations: list[float] = []

    def gpu(duration: float) -> Any:
        durations.append(duration)
        return lend(calls)

    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=gpu))
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    borrowing = with_gpu(analyzers, device="cpu")
    assert durations
    assert set(borrowing.stems) == set(analyzers.models)

    at_home, away = photo.PhotoState(), photo.PhotoState()
    photo.read(analyzers, astronaut_path, ME, at_home)
    assert calls == []
    photo.read(borrowing, astronaut_path, ME, away)
    assert calls == [1]
    assert face_of(away.reading) == pytest.approx(face_of(at_home.reading), abs=1e-5)

    state = live.LiveState()
    frame = astronaut_path.read_bytes()
    live.step(borrowing, frame, live.FrameOptions(), ME, state, now_s=0.0)
    assert state.reading is not None
    assert calls == [1]


def test_while_no_gpu_can_be_had_the_cpu_reads(
    analyzers: Analyzers, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []
    network = analyzers.get("cnn", 7).classifier.checkpoint.network
    stem = stem_on(network.stem, "cpu", lend(calls, fails=True))
    faces = np.zeros((2, 64, 64, 3), np.uint8)
    read = analyzers.get("cnn", 7).with_stem(stem).classifier.classify(list(faces))
    usual = analyzers.get("cnn", 7).classifier.classify(list(faces))
    assert calls == [2]
    torch.testing.assert_close(read.features, usual.features, atol=1e-4, rtol=0)
    assert "quota" in capsys.readouterr().out


def test_elsewhere_nothing_is_borrowed(
    analyzers: Analyzers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    monkeypatch.setitem(sys.modules, "spaces", None)  # to import it would fail
    assert with_gpu(analyzers) is analyzers


def face_of(reading: PictureReading | None) -> dict[str, float]:
    assert reading is not None
    assert reading.face is not None
    return dict(reading.face.probabilities)

"""Folders on a Ray cluster of two workers on this machine, one of which is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn import png

from yuzug import Analyzer, YuzugError
from yuzug.cli import main
from yuzug.folders.job import MIN_PART, Job, read

SOME = MIN_PART * 4 + 40  # five parts


def test_without_ray_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    (tmp_path / "a.png").write_bytes(png(np.zeros((48, 48), np.uint8)))
    words = ["--out", str(tmp_path / "t.csv"), "--model", "cnn", "--crops", "--engine", "ray"]
    assert main(["analyze", str(tmp_path / "a.png"), *words]) == 2
    assert "yuzug[ray]" in capsys.readouterr().err


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("crops")
    noise = np.random.default_rng(0).integers(0, 255, (SOME, 48, 48), np.uint8)
    for number, picture in enumerate(noise):
        (folder / f"{number:04d}.png").write_bytes(png(picture))
    (folder / "0300.png").write_bytes(b"no picture")
    return sorted(str(path) for path in folder.iterdir())


@pytest.mark.filterwarnings("ignore")  # Ray's own, of which there are many
def test_the_rows_are_those_of_one_process_though_a_worker_is_killed(
    images: list[str], tmp_path: Path
) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed: it takes 250 MB")
    from yuzug.folders.ray_engine import read_with_ray

    analyzer = Analyzer.load("cnn")
    alone = Job.of(images, tmp_path / "alone", analyzer, model="cnn", crops=True)
    for _ in read(alone, analyzer, alone.begin(resume=False), workers=1):
        pass
    alone.finish()

    job = Job.of(images, tmp_path / "ray", analyzer, model="cnn", crops=True)
    killed = 0
    for _ in read_with_ray(job, job.begin(resume=False), workers=2):
        if not killed:
            killed = _worker_of_ours()
            os.kill(killed, signal.SIGKILL)
    made = job.finish()
    assert (made.pictures, made.unread) == (SOME, 1)
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "ray"), pd.read_parquet(tmp_path / "alone")
    )
    for part in job.parts:
        assert job.path_of(part).read_bytes() == alone.path_of(part).read_bytes()


@pytest.mark.filterwarnings("ignore")
def test_an_address_without_a_cluster_is_told(images: list[str], tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed: it takes 250 MB")
    from yuzug.folders.ray_engine import read_with_ray

    job = Job.of(images, tmp_path / "ray", Analyzer.load("cnn"), model="cnn", crops=True)
    with pytest.raises(YuzugError, match="--address"):
        list(read_with_ray(job, job.begin(resume=False), address="auto"))


@pytest.mark.filterwarnings("ignore")
def test_other_weights_on_a_machine_are_told(images: list[str], tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed: it takes 250 MB")
    from yuzug.folders.ray_engine import read_with_ray

    job = Job.of(images, tmp_path / "ray", Analyzer.load("cnn"), model="resnet18", crops=True)
    with pytest.raises(YuzugError, match="same weights"):
        list(read_with_ray(job, job.begin(resume=False), workers=1))


def _worker_of_ours() -> int:
    """The process of an actor below this process, and below no other."""
    parents, workers = {}, []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            parents[int(entry.name)] = int(
                (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
            )
            if b"ray::_PartReader" in (entry / "cmdline").read_bytes():
                workers.append(int(entry.name))
        except OSError:  # it has ended meanwhile
            continue
    for worker in workers:
        above = worker
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid():
            return worker
    raise AssertionError("no worker of Ray runs below this process")

"""The wheel carries all that is needed, and what is installed from it works from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from yuzug.recommender import bundled

ROOT = Path(__file__).resolve().parent.parent
CODE = ("*.py", "*.yaml", "*.js", "*.css", "*.svg", "*.jpg", "*.safetensors")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    [path] = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_that_the_checkout_works_with(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    code = {path for kind in CODE for path in (ROOT / "yuzug").rglob(kind)}
    data = {
        path
        for folder in ("weights", "recommendations")
        for kind in CODE
        for path in (ROOT / folder).rglob(kind)
    }
    expected = {path.relative_to(ROOT).as_posix() for path in code}
    expected |= {f"yuzug/_data/{path.relative_to(ROOT).as_posix()}" for path in data}
    assert len([name for name in expected if name.endswith(".safetensors")]) >= 2
    assert expected - inside == set()
    # No data, no runs, nothing of the tests.
    assert all(name.startswith(("yuzug/", "yuzug-")) for name in inside)


def test_the_bundled_weights_stay_below_their_limit() -> None:
    size_mb = sum(path.stat().st_size for path in (ROOT / "weights").glob("*.safetensors")) / 1e6
    assert size_mb <= 40


def test_what_is_installed_from_it_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*install, "--target", str(site), str(wheel)], check=True)
    portrait = site / "yuzug" / "ui" / "examples" / "astronaut.jpg"
    env = {**os.environ, "PYTHONPATH": str(site)}

    def said(*words: str) -> str:
        command = [sys.executable, str(site / "bin" / "yuzug"), *words]
        ran = subprocess.run(
            command, cwd=elsewhere, env=env, capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    models = json.loads(said("models", "--json"))["models"]
    assert [model["name"] for model in models] == ["resnet18", "cnn", "ensemble"]
    line = json.loads(said("analyze", str(portrait), "--recommend", "--lang", "tr"))
    assert line["faces"]
    ours = {activity.id for activity in bundled().activities}
    assert {one["id"] for one in line["recommendations"]} <= ours
    assert str(site) in said("doctor")
    assert not list(elsewhere.iterdir())


@pytest.mark.registry
def test_pip_builds_it_as_a_user_would(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip"]
    probe = subprocess.run(
        [*pip, "download", "--no-deps", "--quiet", "--dest", str(tmp_path), "hatchling"],
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip("no package registry answers")
    built = [*pip, "wheel", "--no-deps", "--quiet", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(built, check=True)
    assert list(tmp_path.glob("yuzug-*.whl"))

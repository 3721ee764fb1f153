"""``import yuzug``: what it offers, and that it costs nothing and changes nothing."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import yuzug

PUBLIC = {
    "LABEL_SETS",
    "METHODS",
    "Alignment",
    "Analysis",
    "Analyzer",
    "Card",
    "CatalogueError",
    "Checkpoint",
    "ConsentError",
    "Contrast",
    "Detection",
    "Detector",
    "DetectorError",
    "Emotion",
    "ExportError",
    "Face",
    "FilmError",
    "Heatmap",
    "HubError",
    "ImageError",
    "LabelSet",
    "LoadedDetector",
    "ModelError",
    "ModelInfo",
    "OptionError",
    "Quality",
    "RegionShares",
    "Person",
    "PersonError",
    "StreamSession",
    "Suggestion",
    "TrainingError",
    "Trust",
    "WeightsError",
    "YuzugError",
    "__version__",
    "available_models",
    "load_detector",
    "load_model",
    "read_video",
    "recommend",
}


def test_the_public_names_are_these() -> None:
    assert set(yuzug.__all__) == PUBLIC
    assert dir(yuzug) == sorted(PUBLIC)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_each_name_is_there_and_comes_from_its_own_module(name: str) -> None:
    value = getattr(yuzug, name)
    home = getattr(value, "__module__", "yuzug")
    assert home.split(".")[0] == "yuzug"
    if home != "yuzug":
        assert getattr(importlib.import_module(home), name) is value


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Analyser'"):
        _ = yuzug.Analyser


def test_every_error_is_public() -> None:
    from yuzug import errors

    kinds = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.YuzugError)
    }
    assert kinds <= PUBLIC


@pytest.mark.parametrize(
    "before", ["", "import yuzug.recommender", "from yuzug.recommender.engine import choose"]
)
def test_recommend_stays_the_function_whatever_was_imported_before(before: str) -> None:
    run(f"{before}\nimport yuzug\nassert yuzug.recommend('sad', count=1)[0].why")


def test_import_loads_nothing_heavy_and_writes_nothing() -> None:
    run(
        "import builtins, os, sys, warnings\n"
        "before = dict(os.environ), list(warnings.filters)\n"
        "import yuzug\n"
        "heavy = {'numpy', 'torch', 'cv2', 'gradio', 'pydantic', 'yaml', 'huggingface_hub'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert before == (dict(os.environ), list(warnings.filters))"
    )


def run(code: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr

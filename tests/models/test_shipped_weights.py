"""The bundled weights: what they answered, how well they read, how sure they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from yuzug._resources import PORTRAIT_FACE
from yuzug.faces import HaarDetector
from yuzug.lab.data.faceset import FaceSet, read
from yuzug.lab.evaluation.evaluate import Evaluation, evaluate
from yuzug.lab.publish.golden import Golden, answers, path_of
from yuzug.lab.training.recipe_files import read_recipe
from yuzug.models import available_models, load, resolve
from yuzug.pipeline import Analyzer

RECIPES = Path(__file__).resolve().parents[2] / "yuzug" / "lab" / "training" / "recipes"
NAMES = [info.name for info in available_models()]


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Sums in one order, so that the same machine gives the same digits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", NAMES)
def test_answers_are_the_golden_ones(name: str, astronaut: np.ndarray) -> None:
    path = resolve(name)
    golden = Golden.model_validate_json(path_of(path).read_text())
    now = answers(load(path), astronaut[PORTRAIT_FACE])
    np.testing.assert_allclose(now.noise_features, golden.noise_features, atol=1e-3)
    for head, logits in golden.noise_logits.items():
        np.testing.assert_allclose(now.noise_logits[head], logits, atol=2e-3)
        # Looser: decoding the photo and reducing it may differ by a grey level between versions.
        np.testing.assert_allclose(now.photo_logits[head], golden.photo_logits[head], atol=0.15)


@pytest.fixture(scope="module")
def validation(shared_data: Path) -> FaceSet:
    return read(shared_data / "fer2013.parquet", 48).split("validation")


def measured(name: str, classes: int, faces: FaceSet) -> Evaluation:
    analyzer = Analyzer.load(name, classes, detector=HaarDetector())
    return evaluate(analyzer, faces, data="FER2013", split="validation", labels="label")


@pytest.mark.data
@pytest.mark.parametrize("name", NAMES)
def test_seven_classes_on_the_validation_split(name: str, validation: FaceSet) -> None:
    result = measured(name, 7, validation)
    assert result.n == 3589
    assert result.accuracy >= 0.62
    assert result.coverage >= 0.70
    assert result.sure_accuracy >= result.accuracy + 0.05
    shown = next(one for one in load(resolve(name)).card.heads["7"].metrics)
    assert result.accuracy == pytest.approx(shown.accuracy, abs=0.002)
    assert result.ece == pytest.approx(shown.ece, abs=0.005)


def larger(face: np.ndarray, side_px: int) -> np.ndarray:
    """Bicubic, as pictures are enlarged; bilinear would blur them as well."""
    return cv2.resize(face, (side_px, side_px), interpolation=cv2.INTER_CUBIC)


@pytest.mark.data
@pytest.mark.parametrize("side_px", [112, 224])
def test_an_enlarged_face_is_read_as_well_as_it_is(side_px: int, validation: FaceSet) -> None:
    """Webcam crops are larger than FER2013's 48 px; docs/weights.md tells of blurred ones."""
    faces = validation.take(np.random.default_rng(0).permutation(len(validation))[:1000])
    large = replace(faces, images=np.stack([larger(face, side_px) for face in faces.images]))
    as_is, enlarged = (measured("resnet18", 7, each).accuracy for each in (faces, large))
    assert enlarged >= as_is - 0.02


@pytest.mark.parametrize("name", [name for name in NAMES if resolve(name).suffix == ".safetensors"])
def test_the_recipe_that_a_card_names_is_the_one_that_stands_here(name: str) -> None:
    card = load(resolve(name)).card
    assert read_recipe(RECIPES / f"{card.recipe}.yaml").digest == card.recipe_digest

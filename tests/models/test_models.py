"""Networks, checkpoints and the classifier."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from yuzug.emotions import LABEL_SETS
from yuzug.errors import ModelError, WeightsError
from yuzug.models import Classifier, available_models, embedding_dim, load, read_card, resolve
from yuzug.models.card import Card, HeadCard
from yuzug.models.checkpoint import save
from yuzug.models.networks import ARCHITECTURES, build
from yuzug.models.preprocess import Preprocessing, prepare, resize

SPEC = Preprocessing(channels=1, size_px=56, detail_px=48, mean=0.508, std=0.255)
NAMES = [info.name for info in available_models()]


def small_card(architecture: str = "cnn", parameters: int = 0) -> Card:
    return Card(
        name="tiny",
        architecture=architecture,
        parameters=parameters,
        preprocessing=SPEC,
        heads={
            str(n): HeadCard(
                labels=LABEL_SETS[n].names,
                served_from="7" if n < 7 else str(n),
                fitted_to="label",
                temperature=1.3,
                sure_at=0.5,
            )
            for n in (3, 7, 8)
        },
        full_evidence=1.0,
        data="none",
        recipe="none",
        recipe_digest="0",
        licence="Apache-2.0",
        limits=("drawn for a test",),
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network = build("cnn", channels=1, size_px=56, heads={"3": 3, "7": 7, "8": 8})
    count = sum(parameter.numel() for parameter in network.parameters())
    path = tmp_path / "tiny.safetensors"
    save(network, small_card(parameters=count), path)
    return path


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_the_explained_grid_is_at_least_7_by_7(architecture: str) -> None:
    network = build(architecture, channels=1, size_px=56, heads={"7": 7}).eval()
    assert min(network.features(torch.zeros(1, 1, 56, 56)).shape[2:]) >= 7


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_features_then_head_is_the_whole_network(architecture: str) -> None:
    network = build(architecture, channels=1, size_px=56, heads={"7": 7, "3": 3}).eval()
    x = torch.randn(2, 1, 56, 56)
    with torch.no_grad():
        whole = network(x)
        split = network.head(network.features(x), "3")
    torch.testing.assert_close(whole["3"], split)


def test_saved_and_loaded_is_the_same_to_half_precision(saved: Path) -> None:
    checkpoint = load(saved)
    assert checkpoint.card == small_card(parameters=checkpoint.card.parameters)
    assert not checkpoint.network.training
    assert not any(parameter.requires_grad for parameter in checkpoint.network.parameters())


def rewritten(source: Path, target: Path, change: dict[str, object], drop: str = "") -> Path:
    with safe_open(source, framework="pt") as file:
        card = json.loads(file.metadata()["yuzug_card"])
    card.update(change)
    tensors = {name: value for name, value in load_file(source).items() if name != drop}
    save_file(tensors, target, metadata={"yuzug_card": json.dumps(card)})
    return target


@pytest.mark.parametrize(
    ("change", "drop"),
    [
        ({"architecture": "vgg"}, ""),
        ({"architecture": "resnet18"}, ""),
        ({"parameters": 5}, ""),
        ({"licence": None}, ""),
        ({"surprise": 1}, ""),
        ({}, "heads.7.weight"),
    ],
)
def test_weights_that_disagree_with_their_card_are_refused(
    saved: Path, tmp_path: Path, change: dict[str, object], drop: str
) -> None:
    with pytest.raises(WeightsError) as caught:
        load(rewritten(saved, tmp_path / "wrong.safetensors", change, drop))
    assert caught.value.kind == "weights.damaged"
    assert "\n" not in str(caught.value)


def test_damaged_and_missing_files_are_refused(saved: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.safetensors"
    short.write_bytes(saved.read_bytes()[:1000])
    pickled = tmp_path / "pickled.safetensors"
    torch.save({"a": torch.zeros(1)}, pickled)
    bare = tmp_path / "bare.safetensors"
    save_file({"a": torch.zeros(1)}, bare)
    for path in (short, pickled, bare):
        with pytest.raises(WeightsError, match="safetensors with a card") as caught:
            load(path)
        assert caught.value.kind == "weights.damaged"
    with pytest.raises(WeightsError) as missing:
        read_card(tmp_path / "nothing.safetensors")
    assert missing.value.kind == "weights.missing"


def test_unknown_models_and_class_counts_are_named(saved: Path) -> None:
    with pytest.raises(ModelError, match="resnet18") as caught:
        resolve("resnet19")
    assert caught.value.kind == "model.unknown"
    for classes in (2, 9, 0, -7):
        with pytest.raises(ModelError) as wrong:
            Classifier(load(saved), classes)
        assert wrong.value.kind == "model.classes"


def test_a_set_served_from_a_larger_head_is_that_head_renormalised(saved: Path) -> None:
    checkpoint = load(saved)
    face = np.random.default_rng(0).integers(0, 255, (60, 60), dtype=np.uint8)
    seven = Classifier(checkpoint, 7).classify([face]).predictions[0]
    three = Classifier(checkpoint, 3).classify([face]).predictions[0]
    share = dict(zip(seven.labels, seven.probabilities, strict=True))
    kept = np.array([share[name] for name in three.labels])
    np.testing.assert_allclose(three.probabilities, kept / kept.sum(), rtol=1e-4)
    assert 0 <= three.outside <= 1


@settings(max_examples=15, deadline=None)
@given(side=st.integers(16, 300), colour=st.booleans())
def test_faces_of_any_size_give_probabilities(side: int, colour: bool) -> None:
    shape = (side, side, 3) if colour else (side, side)
    face = np.random.default_rng(side).integers(0, 255, shape, dtype=np.uint8)
    reading = Classifier(load(resolve("cnn")), 7).classify([face]).predictions[0]
    assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_preprocessing_reduces_to_the_detail_that_was_trained_on() -> None:
    fine = np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8)
    coarse = resize(fine, 48)
    torch.testing.assert_close(prepare([fine], SPEC), prepare([coarse], SPEC))


@pytest.mark.parametrize("name", NAMES)
def test_shipped_weights_are_what_their_card_says(name: str) -> None:
    checkpoint = load(resolve(name))
    card = checkpoint.card
    assert card.name == name
    assert set(card.heads) == {str(n) for n in LABEL_SETS}
    for size, head in card.heads.items():
        assert head.labels == LABEL_SETS[int(size)].names
        assert head.metrics, "a shipped head has measured numbers"


@pytest.mark.parametrize("name", [info.name for info in available_models()])
def test_how_many_numbers_describe_a_face_is_known_without_the_weights(name: str) -> None:
    assert embedding_dim(resolve(name)) == load(resolve(name)).network.embedding_dim


def test_shipped_weights_are_both_networks_in_at_most_40_mb() -> None:
    models = available_models()
    files = [info for info in models if info.path.suffix == ".safetensors"]
    assert {info.card.architecture for info in files} == {"resnet18", "cnn"}
    assert models[0].name == "resnet18"
    assert sum(info.size_mb for info in files) <= 40

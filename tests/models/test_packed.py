"""Weights laid out for the processor: the same answers, maps and trust."""

from __future__ import annotations

import platform

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from yuzug.models import Checkpoint, available_models, load_model, packed_features
from yuzug.models.packed import TOLERANCE
from yuzug.pipeline import Analyzer

pytestmark = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="laid out on x86 alone"
)
NAMES = [info.name for info in available_models()]


def faces_for(checkpoint: Checkpoint, count: int) -> torch.Tensor:
    spec = checkpoint.card.preprocessing
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, spec.channels, spec.size_px, spec.size_px, generator=generator)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_activations_for_any_number_of_faces(name: str) -> None:
    checkpoint = load_model(name)
    network = checkpoint.network
    stem = packed_features(network, checkpoint.card.preprocessing)
    assert stem != network.features, "nothing was laid out"
    for count in (1, 3):
        faces = faces_for(checkpoint, count)
        before = faces.clone()
        with torch.no_grad():
            torch.testing.assert_close(stem(faces), network.features(faces), atol=1e-4, rtol=0)
        assert torch.equal(faces, before), "the input was written over"


@pytest.mark.parametrize("name", ["cnn", "resnet18"])
def test_the_same_reading_map_and_trust(name: str, astronaut: NDArray[np.uint8]) -> None:
    plain = Analyzer.load(name, 7)
    laid_out = plain.with_packed_weights()
    (one,), (other,) = plain.analyze(astronaut).faces, laid_out.analyze(astronaut).faces
    assert one.probabilities == pytest.approx(other.probabilities, abs=1e-3)
    assert one.doubts == other.doubts
    assert one.explanation
    assert other.explanation
    np.testing.assert_allclose(one.explanation.values, other.explanation.values, atol=1e-3)
    assert one.explanation.strength == pytest.approx(other.explanation.strength, abs=1e-3)
    trusts = plain.trust(one), laid_out.trust(other)
    assert trusts[0].score == pytest.approx(trusts[1].score, abs=1e-2)
    assert laid_out.with_classes(3).classifier.stem is laid_out.classifier.stem


def test_a_network_that_is_computed_elsewhere_stays_there() -> None:
    plain = Analyzer.load("cnn")
    elsewhere = plain.with_stem(lambda faces: plain.classifier.stem(faces))
    assert elsewhere.with_packed_weights() is elsewhere
    laid_out = plain.with_packed_weights()
    assert laid_out.with_packed_weights() is laid_out


def test_what_cannot_be_laid_out_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = load_model("cnn")
    network, spec = checkpoint.network, checkpoint.card.preprocessing

    def missing(*_: object) -> None:
        raise AttributeError("another PyTorch")

    with monkeypatch.context() as another:
        another.setattr(torch._C._nn, "mkldnn_reorder_conv2d_weight", missing)
        assert packed_features(network, spec) == network.features
    with monkeypatch.context() as another:
        another.setattr("yuzug.models.packed.TOLERANCE", -1.0)
        assert packed_features(network, spec) == network.features
    network.train()
    assert packed_features(network, spec) == network.features
    assert 0 < TOLERANCE <= 1e-3

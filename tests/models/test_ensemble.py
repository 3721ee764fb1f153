"""The ensemble: members vote with calibrated probabilities, and the map is the mean of theirs."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import drawn_faces

from yuzug._resources import PORTRAIT_FACE
from yuzug.errors import WeightsError
from yuzug.explain import METHODS, ForwardPass, evidence
from yuzug.lab.training.build_ensemble import MEMBERS, build_ensemble
from yuzug.models import Classifier, available_models, load, resolve
from yuzug.models.checkpoint import Checkpoint, members
from yuzug.models.preprocess import prepare
from yuzug.pipeline import Analyzer


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> np.ndarray:
    return astronaut[PORTRAIT_FACE]


def test_it_stands_among_the_models_and_names_its_members() -> None:
    info = next(info for info in available_models() if info.name == "ensemble")
    own = {info.name: info.size_mb for info in available_models()}
    assert info.size_mb == pytest.approx(sum(own[name] for name in MEMBERS))
    assert info.card.parameters == sum(load(resolve(name)).card.parameters for name in MEMBERS)


def test_its_numbers_are_those_of_the_members_that_stand_here() -> None:
    named = members(resolve("ensemble"))
    assert tuple(named) == MEMBERS
    for name, digest in named.items():
        now = sha256(resolve(name).read_bytes()).hexdigest()
        assert now == digest, "run python -m yuzug.lab.training.build_ensemble"


@pytest.mark.parametrize("classes", [3, 7, 8])
def test_it_gives_the_mean_of_the_calibrated_probabilities(classes: int, face: np.ndarray) -> None:
    single = [
        Classifier(load(resolve(name)), classes).classify([face]).predictions[0].probabilities
        for name in MEMBERS
    ]
    voting = Classifier(load(resolve("ensemble")), classes)
    powered = np.mean(single, axis=0) ** (1 / voting.head.temperature)
    given = voting.classify([face]).predictions[0].probabilities
    np.testing.assert_allclose(given, powered / powered.sum(), atol=1e-4)


def test_its_map_is_the_mean_of_the_members_maps(face: np.ndarray) -> None:
    checkpoint = load(resolve("ensemble"))
    network = checkpoint.network
    x = prepare([face], checkpoint.card.preprocessing)
    forward = ForwardPass.of(x, network.stem, lambda a: network.head(a, "7"))
    whole = METHODS["hirescam"].maps(forward, [3])
    signed = torch.zeros(forward.features.shape[2:])
    for name in MEMBERS:
        member = load(resolve(name))
        card = member.card.heads["7"]
        column = member.card.heads[card.served_from].labels.index(card.labels[3])
        own = member.network.features(x).detach().requires_grad_(True)
        logit = member.network.head(own, card.served_from)[0, column] / card.temperature
        (grad,) = torch.autograd.grad(logit, own)
        signed += (grad * own.detach()).sum(dim=1)[0] / 2
    np.testing.assert_allclose(whole[0], signed.clamp_min(0), atol=1e-5)
    card = checkpoint.card.model_copy(update={"explanation": "hirescam"})
    analyzer = Analyzer(Checkpoint(network, card), 7)
    (served,) = analyzer.explainer.maps(analyzer.classifier.classify([face]), [3])
    np.testing.assert_allclose(served.raw, whole[0], atol=1e-5)


def test_an_ensemble_that_is_made_explains_itself_by_the_map_that_shows_both(
    tmp_path: Path,
) -> None:
    for name in MEMBERS:
        (tmp_path / resolve(name).name).symlink_to(resolve(name))
    faces = drawn_faces(80)
    card = load(build_ensemble(tmp_path, "both", faces, faces, "drawn")).card
    assert card.explanation == "hirescam"
    network = load(resolve("ensemble")).network
    x = prepare(list(faces.images), card.preprocessing)
    forward = ForwardPass.of(x, network.stem, lambda a: network.head(a, "7"))
    maps = METHODS["hirescam"].maps(forward, forward.logits.argmax(dim=1).tolist())
    lowest = np.quantile(evidence(maps), 0.25)
    assert card.full_evidence == pytest.approx(max(1e-5, lowest), rel=1e-3)


def test_it_analyses_like_any_other(astronaut_path: Path) -> None:
    found = Analyzer.load("ensemble").analyze(astronaut_path).dominant
    assert found is not None
    assert found.emotion == "happy"
    assert found.heatmap is not None
    assert found.heatmap.max() == pytest.approx(1.0)


def test_an_ensemble_without_its_members_is_refused(tmp_path: Path) -> None:
    alone = tmp_path / "ensemble.json"
    alone.write_bytes(resolve("ensemble").read_bytes())
    with pytest.raises(WeightsError) as caught:
        load(alone)
    assert caught.value.kind == "weights.missing"
    for name in ("../cnn", "/cnn", "", "a/b"):
        given = json.loads(resolve("ensemble").read_text(encoding="utf-8"))
        given["members"] = {name: "0" * 64, "cnn": "0" * 64}
        alone.write_text(json.dumps(given))
        with pytest.raises(WeightsError, match="members") as caught:
            load(alone)
        assert caught.value.kind == "weights.damaged"
    alone.write_text(json.dumps({"members": {}}))
    with pytest.raises(WeightsError, match=r"ensemble\.json"):
        load(alone)

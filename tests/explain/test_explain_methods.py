"""Every method gives the library's map, leaves nothing behind, and threads may share it."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import pytorch_grad_cam
import torch
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from yuzug._resources import PORTRAIT_FACE
from yuzug.emotions import LANGUAGES
from yuzug.explain import METHODS, ForwardPass, difference, scale
from yuzug.explain.rise import random_masks
from yuzug.models import Checkpoint, load, resolve
from yuzug.models.card import Card
from yuzug.pipeline import Analyzer

FAST = [name for name, method in METHODS.items() if method.speed == "fast"]
NETWORKS = ["resnet18", "cnn"]
LIBRARY: dict[str, Callable[..., object]] = {
    "hirescam": pytorch_grad_cam.HiResCAM,
    "gradcam++": pytorch_grad_cam.GradCAMPlusPlus,
    "layercam": pytorch_grad_cam.LayerCAM,
    "xgradcam": pytorch_grad_cam.XGradCAM,
    "scorecam": pytorch_grad_cam.ScoreCAM,
    "ablationcam": pytorch_grad_cam.AblationCAM,
}


@pytest.fixture(scope="module", params=NETWORKS)
def checkpoint(request: pytest.FixtureRequest) -> Checkpoint:
    return load(resolve(request.param))


@pytest.fixture(scope="module")
def analyzer(checkpoint: Checkpoint) -> Analyzer:
    return Analyzer(checkpoint, 7)


@pytest.fixture(scope="module")
def faces(astronaut: np.ndarray) -> list[np.ndarray]:
    """A face, its mirror image and a darker one: RGB uint8 (118, 118, 3)."""
    face = astronaut[PORTRAIT_FACE]
    return [face, face[:, ::-1].copy(), (face * 0.6).astype(np.uint8)]


@pytest.fixture(scope="module")
def forward(analyzer: Analyzer, faces: list[np.ndarray]) -> ForwardPass:
    return analyzer.explainer.forward_pass(analyzer.classifier.classify(faces))


class Whole(nn.Module):
    """The network as the library wants it, with the layer that it is to hook."""

    def __init__(self, forward: ForwardPass) -> None:
        super().__init__()
        self.stem, self.explained, self.head = forward.stem, nn.Identity(), forward.head

    def forward(self, x: Tensor) -> Tensor:
        # A leaf for the library's backward, since our parameters want no gradient.
        return self.head(self.explained(self.stem(x)))


def by_the_library(
    make: Callable[..., object], forward: ForwardPass, targets: list[int]
) -> np.ndarray:
    model = Whole(forward)
    wanted = [ClassifierOutputTarget(target) for target in targets]
    inputs = forward.inputs.clone().requires_grad_()
    with make(model=model, target_layers=[model.explained]) as cam:
        return np.asarray(cam(inputs, wanted))


@pytest.mark.parametrize("name", sorted(set(LIBRARY) & set(FAST)))
def test_a_method_gives_the_map_of_the_library(name: str, forward: ForwardPass) -> None:
    for target in range(7):
        targets = [target, (target + 1) % 7, (target + 2) % 7]
        ours = METHODS[name].maps(forward, targets)
        theirs = by_the_library(LIBRARY[name], forward, targets)
        # Scaled as the library scales: where a map is all but flat, nothing is left to compare.
        scaled = scale_cam_image(scale_cam_image(ours, theirs.shape[1:]))
        np.testing.assert_allclose(scaled, theirs, atol=1e-4)


@pytest.mark.parametrize("name", ["scorecam", "ablationcam"])
def test_a_slow_method_gives_the_map_of_the_library(
    name: str, analyzer: Analyzer, faces: list[np.ndarray]
) -> None:
    if analyzer.model == "resnet18":
        pytest.skip("512 passes of the large network say no more than 128 of the small one")
    one = analyzer.explainer.forward_pass(analyzer.classifier.classify(faces[:1]))
    (ours,) = METHODS[name].maps(one, [3])
    (theirs,) = by_the_library(LIBRARY[name], one, [3])
    np.testing.assert_allclose(scale(ours, theirs.shape[0]), theirs, atol=1e-3)


def test_eigencam_gives_the_map_of_the_library_or_its_negative(forward: ForwardPass) -> None:
    ours = METHODS["eigencam"].maps(forward, [0, 0, 0])
    with pytorch_grad_cam.EigenCAM(Whole(forward), []) as cam:
        theirs = cam.get_cam_image(None, None, None, forward.activations, None, False)
    for one, other in zip(ours, theirs, strict=True):
        sign = 1 if other.max() > -other.min() else -1
        np.testing.assert_allclose(one, np.maximum(sign * other, 0), atol=1e-3)


def test_finercam_gives_the_map_of_the_library(forward: ForwardPass) -> None:
    model = Whole(forward)
    tops = forward.logits.argmax(dim=1).tolist()
    inputs = forward.inputs.clone().requires_grad_()
    with pytorch_grad_cam.FinerCAM(model, [model.explained]) as cam:
        theirs = cam(inputs)
    ours = METHODS["finercam"].maps(forward, tops)
    scaled = scale_cam_image(scale_cam_image(ours, theirs.shape[1:]))
    np.testing.assert_allclose(scaled, theirs, atol=1e-3)


def test_a_contrast_is_the_difference_of_two_signed_maps(forward: ForwardPass) -> None:
    there = difference(forward.logits, forward.features, 3, 5)
    back = difference(forward.logits, forward.features, 5, 3)
    np.testing.assert_allclose(there, -back, atol=1e-6)
    np.testing.assert_array_less(np.full(3, 0.01), np.abs(there).max(axis=(1, 2)))


def test_the_fused_map_is_finer(forward: ForwardPass) -> None:
    fused = METHODS["fused"].maps(forward, [3, 3, 3])
    assert fused.shape == (3, 14, 14)
    assert (fused >= 0).all()
    assert (fused.max(axis=(1, 2)) > 0).all()


@pytest.mark.parametrize("name", FAST)
def test_a_thousand_maps_leave_nothing_behind(name: str, forward: ForwardPass) -> None:
    modules = [*forward.stem.modules()]
    before = [state(module) for module in modules]
    maps, targets = METHODS[name].maps, [3, 4, 5]
    one = ForwardPass.of(forward.inputs[:1], forward.stem, forward.head)
    for _ in range(50):
        maps(one, targets[:1])
    gc.collect()
    objects, held_mb = len(gc.get_objects()), resident_mb()
    for _ in range(1000 if forward.features.shape[1] < 512 or name == "gradcam" else 100):
        maps(one, targets[:1])
    assert resident_mb() - held_mb < 5
    gc.collect()
    assert len(gc.get_objects()) - objects < 50
    assert [state(module) for module in modules] == before
    assert one.features.grad is None


def state(module: nn.Module) -> tuple[object, ...]:
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
    wants = [(p.requires_grad, p.grad is None) for p in module.parameters(recurse=False)]
    return (module.training, [len(one) for one in hooks], wants)


def resident_mb() -> float:
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        pytest.skip("memory is counted on Linux alone")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.parametrize("name", FAST)
def test_eight_threads_get_the_maps_that_one_gets(name: str, forward: ForwardPass) -> None:
    maps = METHODS[name].maps
    alone = [maps(forward, [target, 0, 6]) for target in range(7)]
    gate = threading.Barrier(8)

    def work(turn: int) -> np.ndarray:
        if turn < 8:
            gate.wait(timeout=60)
        return maps(forward, [turn % 7, 0, 6])

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, range(16)))
    for turn, one in enumerate(together):
        np.testing.assert_allclose(one, alone[turn % 7], atol=1e-5)


def test_lime_finds_the_patch_that_the_answer_hangs_on() -> None:
    pytest.importorskip("lime")

    def head(features: Tensor) -> Tensor:
        corner = features[:, :, :14, :14].mean(dim=(1, 2, 3))
        return torch.stack([corner, -corner], dim=1)

    pictures = torch.full((1, 1, 56, 56), 1.0)
    pictures[0, 0, :14, :14] = 3.0
    (found,) = METHODS["lime"].maps(ForwardPass.of(pictures, nn.Identity(), head), [0])
    assert found[:12, :12].mean() > 5 * found[16:, 16:].mean()


def test_rise_finds_the_patch_that_the_answer_hangs_on_and_nothing_where_there_is_none() -> None:
    def head(features: Tensor) -> Tensor:
        corner = features[:, :, :14, :14].mean(dim=(1, 2, 3))
        return torch.stack([corner, -corner], dim=1)

    pictures = torch.full((1, 1, 56, 56), 1.0)
    pictures[0, 0, :14, :14] = 3.0
    forward = ForwardPass.of(pictures, nn.Identity(), head)
    (found,) = METHODS["rise"].maps(forward, [0])
    assert found.shape == (56, 56)
    assert found[:12, :12].mean() > 5 * found[24:, 24:].mean()
    np.testing.assert_array_equal(METHODS["rise"].maps(forward, [0])[0], found)

    def blind(features: Tensor) -> Tensor:
        return features.mean(dim=(1, 2, 3))[:, None] * torch.zeros(2)

    (nothing,) = METHODS["rise"].maps(ForwardPass.of(pictures, nn.Identity(), blind), [0])
    assert nothing.max() < 1e-6


def test_masks_of_rise_show_half_of_each_pixel() -> None:
    masks = random_masks(48)
    assert masks.shape == (500, 48, 48)
    assert 0 <= float(masks.min()) <= float(masks.max()) <= 1
    assert (masks.mean(dim=0) - 0.5).abs().max() < 0.1


def test_the_card_can_name_only_methods_that_there_are() -> None:
    named = Card.model_fields["explanation"].annotation
    assert set(named.__args__) <= set(FAST)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_method_says_in_a_line_what_it_shows_and_costs(lang: str) -> None:
    lines = [method.line(lang) for method in METHODS.values()]
    assert len(set(lines)) == len(METHODS)
    assert all("\n" not in line and len(line) < 140 for line in lines)

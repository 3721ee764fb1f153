"""Grad-CAM through the head alone is the Grad-CAM that everyone means."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from skimage import data
from torch import Tensor, nn

from yuzug.explain import ForwardPass, evidence, scale, strength
from yuzug.explain.gradcam import gradcam
from yuzug.models import available_models, load
from yuzug.models.networks import ARCHITECTURES, Network, build
from yuzug.models.preprocess import Preprocessing, prepare

SPEC = Preprocessing(channels=1, size_px=56, detail_px=48, mean=0.508, std=0.255)


class OneHead(nn.Module):
    """A network as the library wants it: one tensor in, one tensor of logits out."""

    def __init__(self, network: Network, name: str) -> None:
        super().__init__()
        self.network, self.name = network, name

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x)[self.name]


def library_maps(network: Network, batch: Tensor, targets: list[int]) -> np.ndarray:
    model = OneHead(network, "7")
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    try:
        with GradCAM(model=model, target_layers=[network.stem[-1]]) as cam:
            return np.asarray(cam(batch.clone(), [ClassifierOutputTarget(one) for one in targets]))
    finally:
        for parameter in network.parameters():
            parameter.requires_grad_(False)
            parameter.grad = None


def ours(network: Network, batch: Tensor, targets: list[int]) -> np.ndarray:
    forward = ForwardPass.of(batch, network.stem, lambda a: network.head(a, "7"))
    return gradcam(forward, targets)


def random_network(architecture: str) -> Network:
    torch.manual_seed(3)
    network = build(architecture, channels=1, size_px=56, heads={"7": 7}).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
    return network


def real_network(architecture: str) -> Network:
    paths = {info.card.architecture: info.path for info in available_models()}
    return load(paths[architecture]).network


@pytest.fixture(scope="module")
def astronaut_face() -> np.ndarray:
    return data.astronaut()[60:190, 160:290]


@pytest.mark.parametrize(
    ("architecture", "make"),
    [
        *((name, random_network) for name in sorted(ARCHITECTURES)),
        *((name, real_network) for name in ("resnet18", "cnn")),
    ],
)
def test_equals_the_library_on_random_and_real_inputs(
    architecture: str, make: Callable[[str], Network], astronaut_face: np.ndarray
) -> None:
    network = make(architecture)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(6, 1, 56, 56, generator=generator)
    batch = torch.cat([noise, prepare([astronaut_face], SPEC)])
    targets = [0, 1, 2, 3, 4, 5, 6]
    raw = ours(network, batch, targets)
    theirs = library_maps(network, batch, targets)
    scaled = np.stack([scale(one, 56) for one in raw])
    np.testing.assert_allclose(scaled, theirs, atol=1e-4)
    # The library scales once for each layer and once for their mean; given our unscaled maps it
    # comes to its own result. They are not all of one size, so the comparison says something.
    np.testing.assert_allclose(scale_cam_image(scale_cam_image(raw, (56, 56))), theirs, atol=1e-4)
    assert raw.max(axis=(1, 2)).std() > 0


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_equals_the_library_before_its_scaling(architecture: str) -> None:
    network = random_network(architecture)
    batch = torch.randn(3, 1, 56, 56, generator=torch.Generator().manual_seed(1))
    model = OneHead(network, "7")
    with GradCAM(model=model, target_layers=[network.stem[-1]]) as cam:
        model(batch)
        cam.outputs = cam.activations_and_grads(batch)
        cam.outputs[torch.arange(3), torch.tensor([1, 4, 6])].sum().backward()
        unscaled = np.maximum(
            cam.get_cam_image(
                batch,
                network.stem[-1],
                None,
                cam.activations_and_grads.activations[0].numpy(),
                cam.activations_and_grads.gradients[0].numpy(),
            ),
            0,
        )
    np.testing.assert_allclose(ours(network, batch, [1, 4, 6]), unscaled, atol=1e-4)


def test_equals_the_closed_form_of_a_pooled_linear_head() -> None:
    network = random_network("resnet18")
    batch = torch.randn(2, 1, 56, 56, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        features = network.features(batch)
    weights = network.heads["7"].weight.detach()[[5, 0]]
    height, width = features.shape[2:]
    closed = torch.relu(torch.einsum("nk,nkhw->nhw", weights, features)) / (height * width)
    np.testing.assert_allclose(ours(network, batch, [5, 0]), closed.numpy(), atol=1e-5)


@pytest.mark.parametrize("architecture", ["resnet18", "cnn"])
def test_every_class_of_one_face_equals_the_library(
    architecture: str, astronaut_face: np.ndarray
) -> None:
    network = real_network(architecture)
    face = prepare([astronaut_face], SPEC)
    together = ours(network, face.expand(7, -1, -1, -1), list(range(7)))
    for target in range(7):
        (alone,) = ours(network, face, [target])
        np.testing.assert_allclose(alone, together[target], atol=1e-4)
        (theirs,) = library_maps(network, face, [target])
        np.testing.assert_allclose(scale(alone, 56), theirs, atol=1e-4)


def test_leaves_nothing_behind() -> None:
    network = random_network("cnn")
    batch = torch.randn(2, 1, 56, 56)
    modes = [module.training for module in network.modules()]
    wanted = [parameter.requires_grad for parameter in network.parameters()]
    ours(network, batch, [0, 1])
    assert all(parameter.grad is None for parameter in network.parameters())
    assert [parameter.requires_grad for parameter in network.parameters()] == wanted
    assert [module.training for module in network.modules()] == modes
    assert not any(
        module._forward_hooks or module._backward_hooks or module._forward_pre_hooks
        for module in network.modules()
    )


def test_threads_get_the_maps_that_one_gets() -> None:
    network = random_network("resnet18")
    batches = [
        torch.randn(1, 1, 56, 56, generator=torch.Generator().manual_seed(seed))
        for seed in range(16)
    ]
    alone = [ours(network, batch, [seed % 7]) for seed, batch in enumerate(batches)]
    gate = threading.Barrier(8)

    def work(seed: int) -> np.ndarray:
        if seed < 8:
            gate.wait(timeout=30)
        return ours(network, batches[seed], [seed % 7])

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, range(16)))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_an_empty_map_stays_empty_and_a_weak_one_faint() -> None:
    empty = np.zeros((7, 7), np.float32)
    assert scale(empty, 56).max() == 0.0
    assert strength(float(evidence(empty[None])[0]), 2.0) == 0.0
    weak = empty.copy()
    weak[3, 3] = 0.02
    assert scale(weak, 56).max() == 1.0
    assert strength(float(evidence(weak[None])[0]), 2.0) == pytest.approx(0.01)
    assert strength(float(evidence(1000 * weak[None])[0]), 2.0) == 1.0

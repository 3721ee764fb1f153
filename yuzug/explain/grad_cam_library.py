"""The methods that pytorch-grad-cam implements, on our own gradient.

The library's objects hook a model when they are made, and leak or collide when they are made for
each call or shared by threads. Here each is made once, without a layer to hook: it is given the
activations and the gradient through the head, and only asked for its formula.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from yuzug.explain.forward_pass import ForwardPass, gradient, target_weights

# How many of the classes nearest to the target FinerCAM sets against it, as in the paper.
_RIVALS = 3


class _Nothing(nn.Module):
    """A model for an object that is never to run one."""

    def __init__(self) -> None:
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(1), requires_grad=False)


@cache
def _formula(name: str) -> Any:
    import pytorch_grad_cam  # drags in matplotlib and scikit-learn: only for those who ask

    return getattr(pytorch_grad_cam, name)(_Nothing(), [])


def of_gradient(name: str) -> Callable[[ForwardPass, Sequence[int]], NDArray[np.float32]]:
    """The method of the library with this class name, on the gradient of each target's logit."""

    def maps(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
        return _weigh(name, forward, forward.gradient(targets))

    return maps


def _weigh(name: str, forward: ForwardPass, grad: Tensor) -> NDArray[np.float32]:
    """The maps of a method of the library from activations and their gradient."""
    values = grad.float().numpy()
    maps = _formula(name).get_cam_image(None, None, None, forward.activations, values, False)
    return np.asarray(np.maximum(maps, 0), np.float32)


def eigencam(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """First principal component of the activations, whatever the class: (N, h, w).

    A component has no sign of its own; the library settles it so that the larger end is positive.

    Source: Muhammad and Yeasin 2020, "Eigen-CAM".
    """
    from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection_with_sign_correction

    maps = get_2d_projection_with_sign_correction(forward.activations)
    return np.asarray(np.maximum(maps, 0), np.float32)


def finercam(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Grad-CAM of the target's lead over the classes nearest to it: (N, h, w).

    Source: Zhang et al. 2025, "Finer-CAM", equation 6.
    """
    from pytorch_grad_cam.utils.model_targets import FinerWeightedTarget

    leads = [
        FinerWeightedTarget(target, _nearest(row, target), alpha=1)
        for row, target in zip(forward.logits.detach(), targets, strict=True)
    ]
    with torch.enable_grad():
        rows = zip(leads, forward.logits, strict=True)
        by_how_much = torch.stack([lead(row) for lead, row in rows])[:, None]
    weights = target_weights([0] * len(leads))
    return _weigh("GradCAM", forward, gradient(by_how_much, forward.features, weights))


def _nearest(logits: Tensor, target: int) -> list[int]:
    gaps = (logits - logits[target]).abs()
    gaps[target] = -1
    return [int(index) for index in gaps.argsort()[1 : 1 + _RIVALS]]


class _Private(nn.Module):
    """The network as the slow methods want it, with a layer of its own that they may replace."""

    def __init__(self, before: Callable[[Tensor], Tensor], head: Callable[[Tensor], Tensor]):
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.explained = nn.Identity()
        self._before, self._head = before, head

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self._head(self.explained(self._before(x)))
        return logits


def scorecam(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Each activation weighed by what the network says where only it is lit: (N, h, w).

    Source: Wang et al. 2020, "Score-CAM", algorithm 1.
    """
    from pytorch_grad_cam import ScoreCAM

    model = _Private(forward.stem, forward.head)
    return _searched(ScoreCAM(model, []), None, forward.inputs, forward.activations, targets)


def ablationcam(forward: ForwardPass, targets: Sequence[int]) -> NDArray[np.float32]:
    """Each activation weighed by what the class loses without it: (N, h, w).

    Source: Desai and Ramaswamy 2020, "Ablation-CAM", equation 1.
    """
    from pytorch_grad_cam import AblationCAM
    from pytorch_grad_cam.ablation_layer import AblationLayer

    model = _Private(lambda features: features, forward.head)
    cam = AblationCAM(model, [], ablation_layer=AblationLayer())
    features = forward.features.detach()
    return _searched(cam, model.explained, features, forward.activations, targets)


@contextmanager
def quietly() -> Iterator[None]:
    """Without the libraries' bars, one a face, which would drown what the command line says."""
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
        yield


def _searched(
    cam: Any,
    layer: nn.Module | None,
    inputs: Tensor,
    activations: NDArray[np.float32],
    targets: Sequence[int],
) -> NDArray[np.float32]:
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    wanted = [ClassifierOutputTarget(target) for target in targets]
    with torch.no_grad(), quietly():
        maps = cam.get_cam_image(inputs, layer, wanted, activations, None, False)
    return np.asarray(np.maximum(maps, 0), np.float32)

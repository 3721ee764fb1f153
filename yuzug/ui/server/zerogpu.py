"""A Space on ZeroGPU: the heavy part of each network on the GPU, lent for a moment at a time."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from importlib import import_module
from typing import cast

import gradio as gr
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from yuzug.models import Stem
from yuzug.ui.models import Analyzers

# The longest that one loan may last; a visitor has a few minutes of them a day.
LOAN_S = 10

Faces = NDArray[np.float32]
Lent = Callable[[Faces], Faces]


def with_gpu(analyzers: Analyzers, device: str = "cuda") -> Analyzers:
    """The same models, on the GPU too where this runs on ZeroGPU; elsewhere nothing changes.

    The package of Spaces must be there before a model is moved: it keeps the weights aside until
    a GPU is lent.
    """
    if os.environ.get("SPACES_ZERO_GPU", "").lower() not in ("1", "t", "true"):
        return analyzers
    # By name: in a checkout without that package our own folder answers to it.
    lend = import_module("spaces").GPU(duration=LOAN_S)
    stems = {
        name: stem_on(analyzer.classifier.checkpoint.network.stem, device, lend)
        for name, analyzer in analyzers.by_model.items()
    }
    return replace(analyzers, stems=stems)


def stem_on(stem: nn.Module, device: str, lend: Callable[[Lent], Lent]) -> Stem:
    """A copy of a stem on a device that is lent; while none can be had, the stem itself.

    What ``lend`` wraps may run in another process, so arrays go there and come back.
    """
    moved = deepcopy(stem).to(device)

    @lend
    def compute(faces: Faces) -> Faces:
        with torch.no_grad():
            return np.asarray(moved(torch.from_numpy(faces).to(device)).float().cpu().numpy())

    def features(faces: Tensor) -> Tensor:
        try:
            return torch.from_numpy(compute(faces.contiguous().numpy()))
        except gr.Error as error:  # none is free, or this visitor's share is used up
            print(f"ZeroGPU: {error.message}", flush=True)
            return cast(Tensor, stem(faces))

    return features

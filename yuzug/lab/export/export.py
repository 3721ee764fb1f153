"""A model as one graph for other runtimes: a grey crop in, calibrated probabilities out."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch user knows
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from yuzug.errors import ExportError, OptionError
from yuzug.lab.export.runtimes import RUNTIMES
from yuzug.models.checkpoint import Checkpoint, load, save
from yuzug.models.classifier import Classifier
from yuzug.models.networks import build
from yuzug.models.preprocess import normalise

# Probabilities of an exported graph may differ from torch's by so much.
TOLERANCE = 1e-4
_TRIED_FACES = 8

Kind = Literal["onnx", "pt2", "tflite", "safetensors"]


class Exported(BaseModel):
    """What ``yuzug export`` prints; ``input_px`` is the side of the grey crop that goes in."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    model: str
    format: Kind
    file: str
    mb: float
    labels: tuple[str, ...]
    input_px: int
    largest_difference: float
    """Of any probability from torch's, on drawn faces, run by the format's own runtime."""
    tolerance: float = TOLERANCE


class Served(nn.Module):
    """Preprocessing, one label set and its temperature around a network.

    Reads (N, 1, D, D) float32 in 0…255, the aligned grey crop reduced to ``detail_px``; gives
    (N, classes) probabilities.
    """

    def __init__(self, checkpoint: Checkpoint, classes: int | str) -> None:
        super().__init__()
        classifier = Classifier(checkpoint, classes)
        # Channels last, as the app has it, makes LiteRT's converter flatten in a wrong order.
        self.network = copy.deepcopy(checkpoint.network).to(memory_format=torch.contiguous_format)
        self.spec = checkpoint.card.preprocessing
        self.head = classifier.head
        self.columns = checkpoint.card.columns(str(classes))

    @property
    def input_px(self) -> int:
        """Side of what goes in."""
        return min(self.spec.detail_px, self.spec.size_px)

    def metadata(self, model: str) -> dict[str, Any]:
        """What a program needs to feed the graph and to name what comes out."""
        side = self.input_px
        return {
            "model": model,
            "labels": list(self.head.labels),
            "input_px": side,
            "input_shape": f"faces, 1, {side}, {side}",
            "input_range": "float32, grey, 0 to 255",
            "output": "probabilities, in the order of labels",
            "sure_at": self.head.sure_at,
        }

    def forward(self, grey: Tensor) -> Tensor:
        """(N, 1, D, D) → (N, classes)."""
        side = self.spec.size_px
        if self.input_px != side:
            # Not rounded to whole grey levels as OpenCV does: runtimes would round unlike.
            grey = F.interpolate(grey, (side, side), mode="bilinear", align_corners=False)
        logits = self.network.logits(self.network.features(normalise(grey, self.spec)))
        chosen = logits[self.head.served_from][:, self.columns]
        return torch.softmax(chosen / self.head.temperature, dim=1)


def export(checkpoint: Checkpoint, classes: int | str, kind: Kind, out: Path) -> Exported:
    """Write a model in another format, run it there, and compare; what differs is not kept.

    Raises:
        ModelError: ``model.classes`` where there is no such label set.
        OptionError: ``option.invalid`` for an ensemble as safetensors, or ``export.differs``.
    """
    served = Served(checkpoint, classes).eval()
    faces = drawn_faces(_TRIED_FACES, served.input_px)
    with torch.no_grad():
        expected = served(torch.from_numpy(faces)).numpy()
    out.parent.mkdir(parents=True, exist_ok=True)
    if kind == "safetensors":
        write_single(checkpoint, classes, out)
        with torch.no_grad():
            given = Served(load(out), classes)(torch.from_numpy(faces)).numpy()
        limit = 2e-3  # stored in half precision
    else:
        runtime = RUNTIMES[kind]
        runtime.write(served, torch.from_numpy(faces), out)
        if runtime.describe is not None:
            runtime.describe(out, served.metadata(checkpoint.card.name))
        given, limit = runtime.run(out, faces), TOLERANCE
    difference = float(np.abs(given - expected).max())
    if not difference <= limit:  # NaN too
        for written in (out, _beside(out)) if kind == "safetensors" else (out,):
            written.unlink()
        raise ExportError(
            "export.differs",
            must=f"the exported model must agree with torch to {limit:g}",
            got=f"a difference of {difference:.2g}",
            do="use another version of the converter, and report which one this was",
        )
    return Exported(
        model=checkpoint.card.name,
        format=kind,
        file=str(out),
        mb=round(out.stat().st_size / 1e6, 2),
        labels=served.head.labels,
        input_px=served.input_px,
        largest_difference=float(f"{difference:.2g}"),
        tolerance=limit,
    )


def _beside(weights: Path) -> Path:
    return weights.with_suffix(".json")


def drawn_faces(count: int, side_px: int, seed: int = 0) -> NDArray[np.float32]:
    """Soft random pictures, (N, 1, S, S) float32 of whole numbers in 0…255."""
    random = np.random.default_rng(seed)
    coarse = torch.from_numpy(random.uniform(0, 255, (count, 1, 6, 6)).astype(np.float32))
    fine = F.interpolate(coarse, (side_px, side_px), mode="bicubic", align_corners=False)
    return np.asarray(fine.clamp(0, 255).round().numpy(), np.float32)


def write_single(checkpoint: Checkpoint, classes: int | str, out: Path) -> None:
    """The weights of one label set, with its card inside, and beside it the network in JSON."""
    card = checkpoint.card
    head = Classifier(checkpoint, classes).head
    name = str(classes)
    if card.architecture == "ensemble":
        raise OptionError(
            "option.invalid",
            must="a safetensors file contains one network",
            got="an ensemble",
            do="export its members one by one, or choose another format",
        )
    columns = card.columns(name)
    spec = card.preprocessing
    sizes = {name: len(columns)}
    network = build(card.architecture, channels=spec.channels, size_px=spec.size_px, heads=sizes)
    state = {
        key: value
        for key, value in checkpoint.network.state_dict().items()
        if not key.startswith("heads.")
    }
    for part in ("weight", "bias"):
        served = checkpoint.network.state_dict()[f"heads.{head.served_from}.{part}"]
        state[f"heads.{name}.{part}"] = served[columns]
    network.load_state_dict(state)
    single = card.model_copy(
        update={
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "heads": {name: head.model_copy(update={"served_from": name})},
        }
    )
    save(network, single, out)
    shape = {
        "architecture": card.architecture,
        "channels": spec.channels,
        "size_px": spec.size_px,
        "heads": {name: head.labels},
        "temperature": head.temperature,
        "preprocessing": spec.model_dump(),
        "layers": {key: list(value.shape) for key, value in network.state_dict().items()},
    }
    _beside(out).write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")

"""Save and resume a training run: its state after each epoch, in one safetensors file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from yuzug.errors import TrainingError
from yuzug.lab.data.faceset import FaceSet
from yuzug.lab.training.pretrained import start_file
from yuzug.lab.training.recipe import Recipe
from yuzug.texts.causes import caused

_KEY = "yuzug_run"
# Files in the folder of a run: what goes on from after a stop, and what stays of it at the end.
STATE = "state.safetensors"
FINISHED = "run.json"


class EpochLog(BaseModel):
    """A line of ``log.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: int
    loss: float
    held_out_score: float
    held_out_loss: float | None = None
    """Cross-entropy in nats; logs of older versions have none."""
    training_score: float | None = None
    """The score on faces that are trained on; logs of older versions have none."""
    learning_rate: float
    seconds: float


class Progress(BaseModel):
    """What a run began with, and a line for each epoch that it has behind it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    """Its digest."""
    data: str = ""
    """sha256 of the faces that are trained on and held out; states of older versions have none."""
    held_out: int = 0
    """How many faces are held out."""
    planned_epochs: int = 0
    """Of the recipe."""
    weights: dict[str, str] = {}
    """sha256 of the files that the recipe starts from and is taught by, by their names in it."""
    epochs: tuple[EpochLog, ...] = ()

    @classmethod
    def beginning(cls, recipe: Recipe, train: FaceSet, held: FaceSet) -> Progress:
        """Where a run of this recipe on these faces begins.

        Raises:
            ModelError: ``model.unknown`` where the recipe names weights that are not there.
        """
        data = sha256()
        for faces in (train, held):
            for part in (faces.images, faces.votes):
                data.update(f"{part.shape}".encode() + part.tobytes())
            data.update("\n".join(faces.labels.tolist()).encode())
        names = [] if recipe.start_from is None else [recipe.start_from]
        names += [] if recipe.teaching is None else recipe.teaching.teachers
        weights = {name: sha256(start_file(name).read_bytes()).hexdigest() for name in names}
        return cls(
            recipe=recipe.digest,
            data=data.hexdigest(),
            held_out=len(held),
            planned_epochs=recipe.epochs,
            weights=weights,
        )

    @classmethod
    def read(cls, out: Path) -> Progress | None:
        """How far the run in a folder is; None where none began there."""
        if (out / FINISHED).is_file():
            return cls.model_validate_json((out / FINISHED).read_text(encoding="utf-8"))
        if not (out / STATE).is_file():
            return None
        with safe_open(out / STATE, framework="pt") as file:
            note = (file.metadata() or {}).get(_KEY)
        return cls.model_validate_json(note) if note else cls(recipe="")

    @property
    def scores(self) -> list[float]:
        """The held-out score of each epoch."""
        return [epoch.held_out_score for epoch in self.epochs]


@dataclass(frozen=True)
class Parts:
    """What learns: the network, the average of its weights, and the optimizer's memory."""

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer


def tensors(module: nn.Module) -> dict[str, Tensor]:
    """The state of a module, on the CPU and in files' order."""
    return {name: value.cpu().contiguous().clone() for name, value in module.state_dict().items()}


def save_state(path: Path, parts: Parts, progress: Progress) -> None:
    """Write the state of a training run atomically."""
    state = {f"network.{key}": value for key, value in tensors(parts.network).items()}
    state |= {f"average.{key}": value for key, value in tensors(parts.average).items()}
    for name, parameter in parts.network.named_parameters():
        for key, value in parts.optimizer.state[parameter].items():
            if isinstance(value, Tensor):
                state[f"optimizer.{key}.{name}"] = value.cpu().contiguous().clone()
    fresh = path.with_name(path.name + ".new")
    save_file(state, fresh, metadata={_KEY: progress.model_dump_json()})
    fresh.replace(path)


def load_state(path: Path, parts: Parts, beginning: Progress) -> Progress:
    """Put the parts back where the run stood; a run without a file begins.

    Raises:
        TrainingError: ``training.run`` where the folder holds a run that began with another recipe,
            other faces or other weights.
    """
    progress = Progress.read(path.parent)
    if progress is None:
        return beginning
    other, name = _other(progress, beginning)
    if other:
        values = {"name": name} if name else {}
        raise caused(TrainingError, "training.run", other, folder=path.parent, **values)
    if not path.is_file():
        return progress
    state = load_file(path)
    parts.network.load_state_dict(_part(state, "network."))
    parts.average.load_state_dict(_part(state, "average."))
    memory = _part(state, "optimizer.")
    for name, parameter in parts.network.named_parameters():
        for key in {one.split(".", 1)[0] for one in memory}:
            if f"{key}.{name}" in memory:
                value = memory[f"{key}.{name}"]
                # Counts of steps stay on the CPU, where optimizers keep them.
                place = parameter.device if value.ndim else value.device
                parts.optimizer.state[parameter][key] = value.to(place)
    return progress


def write_log(path: Path, progress: Progress) -> None:
    """Rewrite the log as JSON Lines, so that it never holds an epoch twice."""
    fresh = path.with_name(path.name + ".new")
    lines = [json.dumps(epoch.model_dump()) for epoch in progress.epochs]
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(path)


def _other(progress: Progress, beginning: Progress) -> tuple[str, str]:
    """Why a saved run is not this one, and the weights that changed; empty where it is."""
    if progress.recipe != beginning.recipe:
        return "run_of_recipe", ""
    if not progress.data:
        return "run_older", ""
    if progress.data != beginning.data:
        return "run_of_data", ""
    if progress.weights != beginning.weights:
        changed = progress.weights.items() ^ beginning.weights.items()
        return "run_of_weights", min(changed)[0]
    return "", ""


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}

"""Where a training run stands, in one safetensors file, so that a kill costs an epoch at most."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from yuzug.errors import YuzugError

_KEY = "yuzug_run"


class EpochLog(BaseModel):
    """A line of ``log.jsonl``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epoch: int
    loss: float
    held_out_score: float
    learning_rate: float
    seconds: float


class Progress(BaseModel):
    """What a run has behind it: its recipe's digest and a line for each epoch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    epochs: tuple[EpochLog, ...] = ()

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
    """Write where the run stands, whole or not at all."""
    state = {f"network.{key}": value for key, value in tensors(parts.network).items()}
    state |= {f"average.{key}": value for key, value in tensors(parts.average).items()}
    for name, parameter in parts.network.named_parameters():
        for key, value in parts.optimizer.state[parameter].items():
            if isinstance(value, Tensor):
                state[f"optimizer.{key}.{name}"] = value.cpu().contiguous().clone()
    fresh = path.with_name(path.name + ".new")
    save_file(state, fresh, metadata={_KEY: progress.model_dump_json()})
    fresh.replace(path)


def load_state(path: Path, parts: Parts, digest: str) -> Progress:
    """Put the parts back where the run stood; a run without a file begins.

    Raises:
        YuzugError: ``option.invalid`` where the folder holds the run of another recipe.
    """
    if not path.is_file():
        return Progress(recipe=digest)
    with safe_open(path, framework="pt") as file:
        note = (file.metadata() or {}).get(_KEY)
    progress = Progress.model_validate_json(note) if note else Progress(recipe="")
    if progress.recipe != digest:
        raise YuzugError(
            "option.invalid",
            must="a folder must hold the run of one recipe",
            got=f"{path.parent} with the run of another one",
            do="choose another folder, or take the recipe as it was",
        )
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
    """The log as JSON Lines, written anew, so that it never holds an epoch twice."""
    fresh = path.with_name(path.name + ".new")
    lines = [json.dumps(epoch.model_dump()) for epoch in progress.epochs]
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(path)


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}

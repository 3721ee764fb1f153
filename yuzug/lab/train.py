"""Training with a recipe: resumable after every epoch, best epoch chosen on a held-out part."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch user knows
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from yuzug.emotions import LABEL_SETS
from yuzug.lab.augment import augment
from yuzug.lab.duplicates import fingerprints, hold_out
from yuzug.lab.faceset import FaceSet
from yuzug.lab.recipe import Cycle, Recipe
from yuzug.lab.targets import Targets, drawn, draws, targets, taught
from yuzug.models.checkpoint import load
from yuzug.models.networks import Network, build
from yuzug.models.preprocess import normalise, prepare
from yuzug.models.shelf import find

# Less contrast than this is a blank picture, of which FER2013 has thirteen.
_MIN_STD = 2.0


def loss(
    logits: dict[str, Tensor], target: Targets, rows: Tensor, heads: dict[int, float]
) -> Tensor:
    """Cross-entropy against soft targets, summed over heads with their weights."""
    total = torch.zeros(())
    for classes, share in heads.items():
        name = str(classes)
        weight = target.weights[name][rows]
        each = F.cross_entropy(logits[name].float(), target.shares[name][rows], reduction="none")
        total = total + share * (each * weight).sum() / weight.sum().clamp_min(1)
    return total


def learning_rate(step: int, cycles: Sequence[Cycle], steps_per_epoch: int) -> float:
    """The rate at a step, counted from 0 over all cycles.

    In each cycle a linear rise over the first 15 %, then half a cosine down to 1e-3 of the peak.
    Source: Smith and Topin 2018, "Super-convergence"; Loshchilov and Hutter 2017, "SGDR".
    """
    cycle, first = cycles[0], 0
    for one in cycles[1:]:
        start = first + cycle.epochs * steps_per_epoch
        if step < start:
            break
        cycle, first = one, start
    steps = cycle.epochs * steps_per_epoch
    rise = max(1, round(0.15 * steps))
    passed = step - first
    if passed < rise:
        return cycle.learning_rate * (passed + 1) / rise
    progress = (passed - rise) / max(1, steps - rise)
    return cycle.learning_rate * (1e-3 + (1 - 1e-3) * (1 + math.cos(math.pi * progress)) / 2)


def split_for(train: FaceSet, measured: FaceSet, recipe: Recipe) -> tuple[FaceSet, FaceSet]:
    """The part to train on and the held-out part; see :func:`yuzug.lab.duplicates.hold_out`."""
    rest, held = hold_out(
        fingerprints(train.images), fingerprints(measured.images), recipe.held_out, recipe.seed
    )
    visible = train.images.reshape(len(train), -1).std(axis=1) >= _MIN_STD
    return train.take(rest[visible[rest]]), train.take(held[visible[held]])


class Trainer:
    """The state of one training run in a folder; made anew it goes on where it stopped."""

    def __init__(self, recipe: Recipe, train: FaceSet, held: FaceSet, out: Path) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.train, self.held, self.out = recipe, train, held, out
        spec = recipe.preprocessing
        sizes = {str(classes): classes for classes in LABEL_SETS}
        network = build(
            recipe.architecture, channels=spec.channels, size_px=spec.size_px, heads=sizes
        )
        if recipe.start_from is not None:
            network.load_state_dict(load(find(recipe.start_from)).network.state_dict())
        self.network: Network = network.to(memory_format=torch.channels_last)
        decay = get_ema_multi_avg_fn(recipe.ema)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.network, multi_avg_fn=decay, use_buffers=True)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(),
            lr=recipe.cycles[0].learning_rate,
            momentum=recipe.momentum,
            nesterov=True,
            weight_decay=recipe.weight_decay,
        )
        self.targets = targets(train, recipe.label_smoothing)
        if recipe.teaching is not None:
            self.targets = taught(self.targets, train, recipe.teaching)
        self.draws = draws(train, recipe.balance)
        self.epoch, self.best = 0, -1.0
        out.mkdir(parents=True, exist_ok=True)
        self._resume()

    @property
    def steps_per_epoch(self) -> int:
        """Full batches in an epoch; the rest of a shuffled epoch is left out."""
        return len(self.train) // self.recipe.batch

    def run(self) -> Path:
        """Train to the last epoch and return the file with the best epoch's weights."""
        while self.epoch < self.recipe.epochs:
            start = time.monotonic()
            mean_loss = self._run_epoch()
            score = self.score()
            self.epoch += 1
            if score > self.best:
                self.best = score
                save_file(_tensors(self.average.module), self.out / "best.safetensors")
            self._save()
            line = {
                "epoch": self.epoch,
                "loss": round(mean_loss, 4),
                "held_out_score": round(score, 4),
                "seconds": round(time.monotonic() - start, 1),
            }
            with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
        return self.out / "best.safetensors"

    def score(self) -> float:
        """Mean accuracy of the averaged weights on the held-out part, 7 and 8 classes."""
        predicted = predict(self.average.module, self.held.images, self.recipe)
        seven, eight = LABEL_SETS[7].names, LABEL_SETS[8].names
        eight_truth = self.held.majority() if self.held.votes.any() else self.held.labels
        return float(
            np.mean(
                [
                    accuracy(predicted["7"], self.held.labels, seven),
                    accuracy(predicted["8"], eight_truth, eight),
                ]
            )
        )

    def _run_epoch(self) -> float:
        # The seed is a function of the epoch, so a resumed run needs no saved random state.
        seed = 1_000_003 * self.recipe.seed + self.epoch
        random = torch.Generator().manual_seed(seed)
        torch.manual_seed(seed)  # dropout has no generator of its own
        order = drawn(self.draws, random)
        images = torch.from_numpy(self.train.images)[:, None]
        steps, total = self.steps_per_epoch, 0.0
        self.network.train()
        for step in tqdm(range(steps), desc=f"epoch {self.epoch + 1}", disable=None):
            rows = order[step * self.recipe.batch : (step + 1) * self.recipe.batch]
            total += self._step(images[rows], rows, self.epoch * steps + step, random)
        return total / max(1, steps)

    def _step(self, images: Tensor, rows: Tensor, step: int, random: torch.Generator) -> float:
        recipe = self.recipe
        rate = learning_rate(step, recipe.cycles, self.steps_per_epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        changed = augment(images, recipe.augmentation, recipe.size_px(self.epoch), random)
        batch = normalise(changed, recipe.preprocessing)
        batch = batch.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.network(batch)
        value = loss(logits, self.targets, rows, recipe.head_weights)
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        return float(value.detach())

    def _save(self) -> None:
        state = {f"network.{key}": value for key, value in _tensors(self.network).items()}
        state |= {f"average.{key}": value for key, value in _tensors(self.average).items()}
        for name, parameter in self.network.named_parameters():
            if "momentum_buffer" in self.optimizer.state[parameter]:
                momentum = self.optimizer.state[parameter]["momentum_buffer"]
                state[f"momentum.{name}"] = momentum.contiguous()
        note = {"epoch": str(self.epoch), "best": str(self.best), "recipe": self.recipe.digest}
        fresh = self.out / "state.safetensors.new"
        save_file(state, fresh, metadata=note)
        fresh.replace(self.out / "state.safetensors")  # never a half-written state

    def _resume(self) -> None:
        path = self.out / "state.safetensors"
        if not path.is_file():
            return
        with safe_open(path, framework="pt") as file:
            note = file.metadata()
        if note["recipe"] != self.recipe.digest:
            return
        state = load_file(path)
        self.network.load_state_dict(_part(state, "network."))
        self.average.load_state_dict(_part(state, "average."))
        for name, parameter in self.network.named_parameters():
            if f"momentum.{name}" in state:
                momentum = state[f"momentum.{name}"]
                self.optimizer.state[parameter]["momentum_buffer"] = momentum
        self.epoch, self.best = int(note["epoch"]), float(note["best"])


def _tensors(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.contiguous().clone() for name, value in module.state_dict().items()}


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}


@torch.inference_mode()
def predict(
    network: torch.nn.Module, images: NDArray[np.uint8], recipe: Recipe, batch: int = 256
) -> dict[str, NDArray[np.float32]]:
    """Logits of every head for grey faces: (N, S, S) uint8 → name → (N, classes) float32."""
    network.eval()
    parts: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(images), batch):
        faces = list(images[start : start + batch])
        out = network(prepare(faces, recipe.preprocessing))
        for name, logits in out.items():
            parts.setdefault(name, []).append(logits.numpy())
    return {name: np.concatenate(part) for name, part in parts.items()}


def accuracy(
    logits: NDArray[np.float32], labels: NDArray[np.str_], names: tuple[str, ...]
) -> float:
    """Share of right answers among the faces whose label is one of ``names``."""
    known = np.isin(labels, names)
    if not known.any():
        return 0.0
    return float((np.array(names)[logits[known].argmax(axis=1)] == labels[known]).mean())

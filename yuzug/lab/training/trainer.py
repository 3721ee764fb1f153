"""Train a network by a recipe; a run resumes after any epoch."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from accelerate.utils import broadcast
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from yuzug.errors import TrainingError
from yuzug.lab.data.faceset import FaceSet
from yuzug.lab.evaluation.metrics import accuracy, balanced_accuracy, cross_entropy, predict
from yuzug.lab.training.augment import augment, mix
from yuzug.lab.training.averaging import AveragedWeights
from yuzug.lab.training.beginning import begun
from yuzug.lab.training.devices import Device, accelerator, has_bfloat16, sent
from yuzug.lab.training.losses import class_weights_of, loss
from yuzug.lab.training.optimizers import optimizer_of
from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.resume import (
    FINISHED,
    STATE,
    EpochLog,
    Parts,
    Progress,
    load_state,
    save_state,
    tensors,
    write_log,
)
from yuzug.lab.training.robustness import degrade
from yuzug.lab.training.schedule import is_over, keeps_last, learning_rate, plateau_factor
from yuzug.lab.training.targets import distilled, drawn, draws, targets
from yuzug.models.preprocess import normalise
from yuzug.texts.causes import caused

HEADS_KEY = "yuzug_heads"
# The averaged weights of the epoch that is kept, in single precision.
KEPT = "best.safetensors"
# Faces that take more stay in the computer's memory, and go to a GPU batch for batch.
_MAX_ON_DEVICE_BYTES = 2**30
# A GPU is waited for every so many steps, to show the loss and to see that it is a number.
_STEPS_AHEAD = 50


@dataclass(frozen=True)
class HeldOut:
    """How well the averaged weights read the held-out part: score in [0, 1], loss in nats."""

    score: float
    loss: float


def _nothing(_: Progress) -> None:
    """What is done after an epoch where nobody asks for anything."""


class Trainer:
    """One training run in a folder; a trainer on the same folder resumes where it stopped.

    Under ``accelerate launch`` there is one in each process, and each batch is shared among them.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: FaceSet,
        held: FaceSet,
        out: Path,
        device: Device = "auto",
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.train, self.held, self.out = recipe, train, held, out
        self.engine = accelerator(device)
        self.heads = recipe.heads(train.labels)
        self.network = begun(recipe, self.heads).to(memory_format=torch.channels_last)
        self.network.to(self.engine.device)
        self.average = AveragedWeights(self.network, recipe.ema)
        self.optimizer = optimizer_of(recipe, self.network)
        wanted = targets(train, recipe.label_smoothing, self.heads)
        if recipe.teaching is not None:
            wanted = distilled(wanted, train, recipe.teaching, self.heads)
        self.targets = wanted.on(self.engine.device)
        self.class_weights = class_weights_of(self.targets, recipe.class_weights)
        images = torch.from_numpy(train.images)[:, None]
        fits = train.images.nbytes <= _MAX_ON_DEVICE_BYTES
        self.images = images.to(self.engine.device) if fits else images
        self.steps_ahead = 1 if self.engine.device.type == "cpu" else _STEPS_AHEAD
        self.draws = draws(train, recipe.balance)
        out.mkdir(parents=True, exist_ok=True)
        parts = Parts(self.network, self.average, self.optimizer)
        beginning = Progress.beginning(recipe, train, held)
        self.progress = load_state(out / STATE, parts, beginning)
        self._model, self._stepper = self.engine.prepare(self.network, self.optimizer)

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes files."""
        return bool(self.engine.is_main_process)

    @property
    def is_finished(self) -> bool:
        """Whether the folder holds the finished run of this recipe on these faces."""
        return (self.out / FINISHED).is_file() and not (self.out / STATE).is_file()

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.progress.epochs)

    @property
    def steps_per_epoch(self) -> int:
        """Full batches in an epoch; the rest of a shuffled epoch is left out."""
        return max(1, len(self.train) // self.recipe.batch)

    def run(self, after_epoch: Callable[[Progress], None] = _nothing) -> Path:
        """Train to the last epoch and return the file with the weights that were kept."""
        recipe = self.recipe
        while self.epoch < recipe.epochs and not is_over(self.progress.scores, recipe.early_stop):
            self._one_epoch()
            if self.leads:
                after_epoch(self.progress)
        self.engine.wait_for_everyone()
        return self.out / KEPT

    def clear(self) -> None:
        """Remove what only an unfinished run needs: several times the size of the weights."""
        if self.progress.epochs:
            note = self.progress.model_dump_json(indent=1)
            (self.out / FINISHED).write_text(note + "\n", encoding="utf-8")
        for name in (STATE, KEPT):
            (self.out / name).unlink(missing_ok=True)

    def timed_steps(self, steps: int, epoch: int = 0) -> float:
        """Seconds that so many steps of an epoch, counted from 0, take; the weights change."""
        random = torch.Generator().manual_seed(self.recipe.seed)
        rows = torch.arange(self.recipe.batch) % len(self.train)
        rate = self.recipe.cycles[0].learning_rate / 100
        self._model.train()
        start = time.monotonic()
        values = torch.stack([self._step(rows, rate, random, epoch) for _ in range(steps)])
        values.tolist()  # a GPU is done only then
        return time.monotonic() - start

    def score(self) -> HeldOut:
        """Score and loss of the averaged weights on the held-out part, mean over main heads."""
        return self._measured(self.held)

    def training_score(self) -> float:
        """The same score on some of the faces that are trained on, unchanged.

        As many as are held out, spread evenly. Far above the other score, it shows overfitting.
        """
        count = min(len(self.train), max(len(self.held), 1))
        rows = np.linspace(0, len(self.train) - 1, count).astype(np.intp)
        return self._measured(self.train.take(rows)).score

    def _measured(self, faces: FaceSet) -> HeldOut:
        predicted = predict(self.average.module, faces.images, self.recipe.preprocessing)
        main = [name for name in self.heads if name in ("7", "8")] or list(self.heads)
        rate = accuracy if self.recipe.choose_by == "accuracy" else balanced_accuracy
        scores, losses = [], []
        for name in main:
            labels = self.heads[name]
            truth = faces.targets(faces.label_source(labels))
            scores.append(rate(predicted[name], truth, labels))
            losses.append(cross_entropy(predicted[name], truth, labels))
        return HeldOut(float(np.mean(scores)), float(np.mean(losses)))

    def _one_epoch(self) -> None:
        start = time.monotonic()
        mean_loss, rate = self._run_epoch()
        # One process judges, so that all go on or stop together.
        held = self.score() if self.leads else HeldOut(0.0, 0.0)
        training = self.training_score() if self.leads else 0.0
        found = torch.tensor([held.score, held.loss, training], device=self.engine.device)
        score, held_loss, training = broadcast(found).tolist()
        line = EpochLog(
            epoch=self.epoch + 1,
            loss=round(mean_loss, 4),
            held_out_score=round(score, 6),
            held_out_loss=round(held_loss, 4) if np.isfinite(held_loss) else None,
            training_score=round(training, 6),
            learning_rate=float(f"{rate:.4g}"),
            seconds=round(time.monotonic() - start, 1),
        )
        self.progress = self.progress.model_copy(update={"epochs": (*self.progress.epochs, line)})
        if self.leads:
            self._save(keeps_last(self.progress.scores, len(self.held)))

    def _run_epoch(self) -> tuple[float, float]:
        """Mean loss and last learning rate."""
        # The seed is a function of the epoch, so a resumed run needs no saved random state.
        seed = 1_000_003 * self.recipe.seed + self.epoch
        random = torch.Generator().manual_seed(seed)
        order = drawn(self.draws, random)
        here, of = self.engine.process_index, self.engine.num_processes
        if here:
            random.manual_seed(seed + here)
        torch.manual_seed(seed + here)  # dropout has no generator of its own
        steps, total, rate = self.steps_per_epoch, 0.0, 0.0
        values: list[Tensor] = []
        self._model.train()
        frozen = self.epoch < self.recipe.freeze_epochs
        if frozen:  # its batch statistics stay too
            self.network.stem.eval()
            self.network.neck.eval()
        title = f"epoch {self.epoch + 1}/{self.recipe.epochs}"
        bar = tqdm(range(steps), title, leave=False, disable=None if self.leads else True)
        for step in bar:
            rows = order[step * self.recipe.batch : (step + 1) * self.recipe.batch][here::of]
            rate = self._rate(self.epoch * steps + step)
            values.append(self._step(rows, rate, random, self.epoch))
            if len(values) == self.steps_ahead or step == steps - 1:
                total += self._checked(values, rate)
                values.clear()
                bar.set_postfix(loss=f"{total / (step + 1):.3f}", refresh=False)
        return total / steps, rate

    def _checked(self, values: list[Tensor], rate: float) -> float:
        """The sum of some losses.

        Raises:
            TrainingError: ``training.diverged`` where one is no number.
        """
        total = float(torch.stack(values).sum())
        if not np.isfinite(total):
            raise _diverged(self.epoch + 1, rate)
        return total

    def _rate(self, step: int) -> float:
        recipe = self.recipe
        rate = learning_rate(step, recipe.cycles, self.steps_per_epoch, recipe.schedule)
        if recipe.schedule == "plateau":
            rate *= plateau_factor(self.progress.scores, recipe.plateau)
        return rate

    def _step(self, rows: Tensor, rate: float, random: torch.Generator, epoch: int) -> Tensor:
        """One step on some rows; the loss, on the device, no number where the gradient is none."""
        recipe = self.recipe
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        stage, device = recipe.stage(epoch), self.engine.device
        images = sent(self.images[sent(rows, self.images.device)], device)
        rows = sent(rows, device)
        how = stage.augmentation or recipe.augmentation
        changed = augment(images, how, stage.size_px, random)
        if epoch >= recipe.epochs - recipe.robustness.last_epochs:
            changed = degrade(changed, recipe.robustness, random)
        mixed = mix(changed, random, mixup=recipe.mixup, cutmix=recipe.cutmix)
        batch = normalise(mixed.faces if mixed else changed, recipe.preprocessing)
        batch = batch.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.engine.device.type, torch.bfloat16, enabled=self._halves()):
            logits = self._model(batch)
        value = self._loss(logits, rows)
        if mixed:
            others = self._loss(logits, rows[mixed.partners])
            value = mixed.share * value + (1 - mixed.share) * others
        self._stepper.zero_grad(set_to_none=True)
        self.engine.backward(value)
        if epoch < recipe.freeze_epochs:
            for part in (self.network.stem, self.network.neck):
                part.zero_grad(set_to_none=True)  # the optimizer leaves these as they are
        norm = self.engine.clip_grad_norm_(self.network.parameters(), 5.0)
        self._stepper.step()
        self.average.update(self.network)
        return torch.where(torch.isfinite(norm), value.detach(), torch.nan)

    def _loss(self, logits: dict[str, Tensor], rows: Tensor) -> Tensor:
        recipe = self.recipe
        return loss(logits, self.targets, rows, recipe.shares, recipe.focal, self.class_weights)

    def _halves(self) -> bool:
        if isinstance(self.recipe.mixed_precision, bool):
            return self.recipe.mixed_precision
        return has_bfloat16(self.engine.device)

    def _save(self, keep: bool) -> None:
        if keep:
            note = {HEADS_KEY: json.dumps(self.heads)}
            save_file(tensors(self.average.module), self.out / KEPT, metadata=note)
        parts = Parts(self.network, self.average, self.optimizer)
        save_state(self.out / STATE, parts, self.progress)
        write_log(self.out / "log.jsonl", self.progress)


def _diverged(epoch: int, rate: float) -> TrainingError:
    return caused(TrainingError, "training.diverged", "diverged", epoch=epoch, rate=f"{rate:.2g}")

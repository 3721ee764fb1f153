"""A training run from end to end: read the data, train, calibrate, measure, compare with the start.

One run of a recipe, or one for each fold of the data and another on all of it.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from shutil import rmtree

import numpy as np
from accelerate.utils import broadcast_object_list

from yuzug.errors import HubError
from yuzug.lab.data.duplicates import NearCopies
from yuzug.lab.data.folds import folds_of
from yuzug.lab.data.subjects import subject_pattern, with_subjects
from yuzug.lab.data.training_data import OUTSIDE, Gathered, arrange, gather, joined, read_sets
from yuzug.lab.training.baseline import compare_with_start
from yuzug.lab.training.devices import Device
from yuzug.lab.training.finalize import finalize
from yuzug.lab.training.pretrained import is_backbone, start_file
from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.repeats import CrossValidation
from yuzug.lab.training.results import Result, write_result
from yuzug.lab.training.resume import Progress
from yuzug.lab.training.trainer import Trainer
from yuzug.models.checkpoint import read_card

# Calibrating, measuring and writing, in seconds, and the steps that a step is timed with.
_RESERVE_S, _TIMED_STEPS = 15.0, 6


@dataclass(frozen=True)
class Trained:
    """A finished run: its weights file, and what it gave."""

    weights: Path
    result: Result


@dataclass(frozen=True)
class Watch:
    """What is called while a run goes on; each may be left as it is."""

    data: Callable[[Gathered], None] = lambda _: None
    epoch: Callable[[Progress, Recipe, Path], None] = lambda *_: None
    """With the folder of the run."""
    fold: Callable[[int, Result | None], None] = lambda *_: None
    """With the number of a fold, before it without and after it with its result."""
    trained: Callable[[], None] = lambda: None
    """After the last epoch of a run, also where an error ends it."""
    no_start: Callable[[str], None] = lambda _: None
    """With the name of starting weights that could not be fetched and need not be."""


def train(
    recipe: Recipe,
    data: Sequence[Path],
    out: Path,
    *,
    outside: Sequence[Path] = (),
    mapping: Mapping[str, str] | None = None,
    near_copies: NearCopies = "drop",
    minutes: float | None = None,
    device: Device = "auto",
    watch: Watch | None = None,
) -> Trained:
    """Train a recipe on labelled faces and write ``<recipe>.safetensors`` into ``out``.

    A run that was stopped goes on where it stood; a finished one is returned as it is. See
    :func:`yuzug.lab.data.training_data.gather` for what is held out and measured.

    Args:
        outside: data of which nothing is trained on, to be measured as well.
        mapping: new names of labels of the data.
        minutes: the epochs of the recipe are changed so that the run takes about so long.

    Raises:
        OptionError: ``option.invalid`` for data or a folder that do not fit the recipe.
    """
    gathered = gather(data, recipe, outside, mapping, near_copies)
    return train_on(gathered, recipe, out, minutes=minutes, device=device, watch=watch)


def train_on(
    gathered: Gathered,
    recipe: Recipe,
    out: Path,
    *,
    minutes: float | None = None,
    device: Device = "auto",
    watch: Watch | None = None,
    compare_held_out: bool = True,
) -> Trained:
    """Train a recipe on data in parts; see :func:`train`.

    Args:
        compare_held_out: whether the held-out faces too are compared with the starting weights:
            nothing was trained on them, but temperature and biases were fitted to them.
    """
    watch = watch or Watch()
    watch.data(gathered)
    asked, recipe = recipe.start_from, startable(recipe, out)
    if recipe.start_from is None and asked is not None:
        watch.no_start(asked)
    if minutes is not None:
        recipe = fitted_to(recipe, gathered, out, minutes, device)
    trainer = Trainer(recipe, gathered.train, gathered.held, out, device)
    if gathered.near_copies and trainer.leads:
        _list_near_copies(out, gathered.near_copies)
    weights = out / f"{recipe.name}.safetensors"
    try:
        kept = trainer.run(lambda progress: watch.epoch(progress, recipe, out))
    finally:
        watch.trained()
    if trainer.leads and not trainer.is_finished:
        weights = finalize(recipe, kept, gathered.held, gathered.measured)
        baseline = None
        if recipe.start_from is not None and not is_backbone(start_file(recipe.start_from)):
            parts = [part.faces for part in gathered.measured if part.split != OUTSIDE]
            faces = joined([*parts, gathered.held] if compare_held_out else parts)
            baseline = compare_with_start(recipe.start_from, weights, faces)
        write_result(out, recipe, read_card(weights), trainer.progress, gathered.counts, baseline)
        trainer.clear()
    trainer.engine.wait_for_everyone()
    return Trained(weights, Result.of(out))


def _list_near_copies(out: Path, pairs: Sequence[tuple[str, str]]) -> None:
    """Write ``near.csv``: each face that is a near copy, and the one that it repeats."""
    with (out / "near.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "copy_of"), *pairs])


def cross_validate(
    recipe: Recipe,
    data: Sequence[Path],
    out: Path,
    folds: int,
    *,
    subject: str | None = None,
    mapping: Mapping[str, str] | None = None,
    near_copies: NearCopies = "drop",
    minutes: float | None = None,
    device: Device = "auto",
    watch: Watch | None = None,
) -> CrossValidation:
    """Train a recipe once for each fold and measure it on that fold alone; write ``folds.json``.

    Each run stands in ``out/fold-<n>``, without its weights: these models are there to be measured.
    See :func:`yuzug.lab.data.folds.folds_of` for what a fold holds.

    Args:
        subject: a regular expression that finds the person in the path of a face, for data that
            does not name people.
        minutes: for each run.

    Raises:
        OptionError: ``data.few`` where there are fewer people, or groups of faces, than folds.
    """
    watch = watch or Watch()
    pattern = subject_pattern(subject)
    sets = [
        replace(one, faces=with_subjects(one.faces, pattern)) for one in read_sets(data, recipe)
    ]
    shared = folds_of(sets, folds, recipe.seed)
    results = []
    for number, parts in enumerate(shared.sets, start=1):
        watch.fold(number, None)
        gathered = arrange(parts, recipe, (), mapping, near_copies, fold=True)
        done = train_on(
            gathered,
            recipe,
            out / f"fold-{number}",
            minutes=minutes,
            device=device,
            watch=watch,
            compare_held_out=False,
        )
        done.weights.unlink(missing_ok=True)
        watch.fold(number, done.result)
        results.append(done.result)
    summary = CrossValidation.of(results, shared.people)
    summary.write(out)
    return summary


def startable(recipe: Recipe, out: Path) -> Recipe:
    """The recipe, without its starting weights where it need not have them and they cannot be had.

    A run that goes on in a folder stays with what it began with.

    Raises:
        HubError: where weights that are required cannot be fetched.
    """
    if recipe.start_from is None or recipe.start_required:
        return recipe
    begun = Progress.read(out)
    if begun is None:
        try:
            start_file(recipe.start_from)
        except HubError:
            return recipe.model_copy(update={"start_from": None})
        return recipe
    # A teacher's weights are among those, too.
    started = recipe.start_from in begun.weights
    return recipe if started else recipe.model_copy(update={"start_from": None})


def fitted_to(
    recipe: Recipe, gathered: Gathered, out: Path, minutes: float, device: Device
) -> Recipe:
    """The recipe with as many epochs as fit into the time, its cycles and stages in proportion.

    A run that goes on keeps the epochs with which it began.
    """
    begun = Progress.read(out)
    if begun is not None and begun.planned_epochs:
        return with_epochs(recipe, begun.planned_epochs)
    seconds = seconds_per_epoch(recipe, gathered, out, device)
    # Processes that train together take the epochs of the first one.
    epochs = broadcast_object_list([max(1, int((60 * minutes - _RESERVE_S) / seconds))])[0]
    return with_epochs(recipe, epochs)


def seconds_per_epoch(recipe: Recipe, gathered: Gathered, out: Path, device: Device) -> float:
    """How long an epoch takes on average over the stages, from some steps of a run that is thrown
    away."""
    trial = Trainer(recipe, gathered.train, gathered.held, out / "trial", device)
    step = 0.0
    for _, epochs in groupby(range(recipe.epochs), recipe.stage):
        epoch, *others = epochs
        first = trial.timed_steps(1, epoch)  # what is made once, such as plans of convolutions
        later = trial.timed_steps(_TIMED_STEPS, epoch) / _TIMED_STEPS
        step += min(first, later) * (1 + len(others)) / recipe.epochs
    start = time.monotonic()
    trial.score()
    trial.training_score()
    scored = time.monotonic() - start
    trial.engine.wait_for_everyone()
    if trial.leads:
        rmtree(out / "trial", ignore_errors=True)
    return max(1e-3, step * trial.steps_per_epoch + scored)


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe with so many epochs, shared among its cycles and stages as before.

    Epochs that train the heads alone shrink and grow with them.
    """
    share = epochs / recipe.epochs
    ends = np.round(np.cumsum([cycle.epochs for cycle in recipe.cycles]) * share).astype(int)
    lengths = np.diff(ends, prepend=0).tolist()
    cycles = [
        cycle.model_copy(update={"epochs": length})
        for cycle, length in zip(recipe.cycles, lengths, strict=True)
        if length
    ]
    stages = [
        stage.model_copy(update={"epochs": length})
        for stage in recipe.stages
        if (length := round(stage.epochs * share))
    ]
    frozen = round(recipe.freeze_epochs * share)
    return recipe.model_copy(
        update={"cycles": tuple(cycles), "stages": tuple(stages), "freeze_epochs": frozen}
    )

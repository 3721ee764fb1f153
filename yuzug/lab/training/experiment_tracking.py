"""Epochs as curves of TensorBoard or trackio, which are imported only where they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Literal, Protocol

from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.resume import Progress

Tracker = Literal["tensorboard", "trackio"]
# The folder of TensorBoard's files in that of a run.
TENSORBOARD = "tensorboard"


class Curves(Protocol):
    """Where the figures of a run go."""

    def add(self, figures: Mapping[str, float], epoch: int) -> None:
        """Note the figures of an epoch, counted from 1."""

    def close(self) -> None:
        """Write what is left."""


class TensorBoard:
    """Scalars in ``out/tensorboard``: ``tensorboard --logdir`` of any folder above shows them."""

    def __init__(self, out: Path, recipe: Recipe, done: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        # Of a run that goes on, what a killed one wrote beyond its last saved epoch is dropped.
        writer: Any = SummaryWriter
        self._writer = writer(str(out / TENSORBOARD), purge_step=done + 1 if done else None)

    def add(self, figures: Mapping[str, float], epoch: int) -> None:
        """Note the figures of an epoch, counted from 1."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, epoch)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


class Trackio:
    """A run of the project "yuzug" in trackio's own folder (``TRACKIO_DIR``): ``trackio show``."""

    def __init__(self, out: Path, recipe: Recipe, done: int) -> None:
        import trackio

        with redirect_stdout(sys.stderr):  # what it says of itself is no output of ours
            self._run = trackio.init(
                project="yuzug",
                name=f"{recipe.name} {out.name}",
                config=recipe.model_dump(mode="json"),
                resume="allow" if done else "never",
                embed=False,
            )

    def add(self, figures: Mapping[str, float], epoch: int) -> None:
        """Note the figures of an epoch, counted from 1."""
        self._run.log(dict(figures), step=epoch)

    def close(self) -> None:
        """Write what is left."""
        with redirect_stdout(sys.stderr):
            self._run.finish()


_MADE: Mapping[Tracker, Callable[[Path, Recipe, int], Curves]] = {
    "tensorboard": TensorBoard,
    "trackio": Trackio,
}


class Tracking:
    """The trackers that are asked for, opened with the first epoch of each run.

    Args:
        names: of the trackers; none are fine.
    """

    def __init__(self, names: Sequence[Tracker]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._open: dict[Path, list[Curves]] = {}

    def epoch(self, progress: Progress, recipe: Recipe, out: Path) -> None:
        """Note the last epoch of a run in the folder ``out``.

        Raises:
            ModuleNotFoundError: where the package of a tracker is not installed.
        """
        if out not in self._open:
            self.close()  # runs come one after another
            done = len(progress.epochs) - 1
            self._open[out] = [_MADE[name](out, recipe, done) for name in self._names]
        line = progress.epochs[-1]
        figures = {
            "loss/training": line.loss,
            "score/held_out": line.held_out_score,
            "learning_rate": line.learning_rate,
        }
        if line.held_out_loss is not None:
            figures["loss/held_out"] = line.held_out_loss
        if line.training_score is not None:
            figures["score/training"] = line.training_score
        for curves in self._open[out]:
            curves.add(figures, line.epoch)

    def close(self) -> None:
        """End the runs that are open."""
        for every in self._open.values():
            for curves in every:
                curves.close()
        self._open.clear()


def check_installed(names: Sequence[Tracker]) -> None:
    """Import the packages of these trackers, before anything is trained.

    Raises:
        ModuleNotFoundError: where one is not installed.
    """
    from importlib import import_module

    for name in names:
        import_module(name)

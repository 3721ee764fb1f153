"""The result of a run: one JSON file beside its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from yuzug.lab.data.training_data import Counts
from yuzug.lab.training.baseline import Baseline
from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.resume import Progress
from yuzug.lab.training.schedule import kept_epoch
from yuzug.models.card import Card, Metrics

NAME = "result.json"
# Values of a recipe that a result tells though they may be the defaults.
_ALWAYS = {"name", "architecture", "preprocessing", "cycles", "batch"}


class Result(BaseModel):
    """A finished run: its recipe as it was, how long it took, what each head gives."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    recipe: dict[str, Any]
    """What the recipe says beyond the defaults."""
    parameters: int
    faces: int
    """Trained on."""
    counts: Counts | None = None
    """Where all faces of the data went; results of older versions do not tell."""
    epochs: int
    best_epoch: int
    """The one whose weights were kept."""
    minutes: float
    start_from: str | None = None
    """The weights that training began with; null for random ones."""
    baseline: Baseline | None = None
    """The result beside the weights that training started from, on the same faces; null where
    there are none with labels of the data."""
    heads: dict[str, tuple[Metrics, ...]]

    @classmethod
    def of(cls, out: Path) -> Result:
        """The result in the folder of a finished run."""
        return cls.model_validate_json((out / NAME).read_text(encoding="utf-8"))


def changed_values(recipe: Recipe) -> dict[str, Any]:
    """What a recipe says beyond the defaults, as JSON has it, and what every result tells."""
    always = recipe.model_dump(mode="json", include=_ALWAYS)
    return always | recipe.model_dump(mode="json", exclude_defaults=True)


def write_result(
    out: Path,
    recipe: Recipe,
    card: Card,
    progress: Progress,
    counts: Counts,
    baseline: Baseline | None = None,
) -> None:
    """Write ``result.json`` beside the weights of a run."""
    result = Result(
        recipe=changed_values(recipe),
        parameters=card.parameters,
        faces=counts.trained,
        counts=counts,
        epochs=len(progress.epochs),
        best_epoch=kept_epoch(progress.scores, progress.held_out),
        minutes=round(sum(line.seconds for line in progress.epochs) / 60, 1),
        start_from=recipe.start_from,
        baseline=baseline,
        heads={name: head.metrics for name, head in card.heads.items()},
    )
    (out / NAME).write_text(result.model_dump_json(by_alias=True, indent=1) + "\n", "utf-8")

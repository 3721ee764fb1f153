"""What a recipe gave: one JSON file beside its weights, and the table of all that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from yuzug.lab.data.training_data import Counts
from yuzug.lab.training.checkpointing import Progress
from yuzug.lab.training.recipe import Recipe
from yuzug.models.card import Card, Metrics

NAME = "result.json"


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
    minutes: float
    heads: dict[str, tuple[Metrics, ...]]


def said(recipe: Recipe) -> dict[str, Any]:
    """What a recipe says beyond the defaults, as JSON has it."""
    return recipe.model_dump(mode="json", exclude_defaults=True)


def write_result(out: Path, recipe: Recipe, card: Card, progress: Progress, counts: Counts) -> None:
    """Keep what a run gave beside its weights."""
    scores = progress.scores
    result = Result(
        recipe=said(recipe),
        parameters=card.parameters,
        faces=counts.trained,
        counts=counts,
        epochs=len(scores),
        best_epoch=1 + scores.index(max(scores)),
        minutes=round(sum(line.seconds for line in progress.epochs) / 60, 1),
        heads={name: head.metrics for name, head in card.heads.items()},
    )
    (out / NAME).write_text(result.model_dump_json(by_alias=True, indent=1) + "\n", "utf-8")

"""A training recipe: YAML in, a checked value out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yuzug.errors import YuzugError
from yuzug.lab.augment import Augmentation
from yuzug.models.preprocess import Preprocessing


class Cycle(BaseModel):
    """One rise and fall of the learning rate; several are warm restarts (Loshchilov 2017)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    """The peak."""


class Stage(BaseModel):
    """Some epochs at one side of the faces.

    A network whose head pools any grid learns the coarse features from smaller faces at less cost
    (Howard 2018, "progressive resizing").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(ge=1)
    size_px: int = Field(ge=16)


class Teaching(BaseModel):
    """Softer targets from finished networks of ours, mixed into labels and votes.

    The teachers read each face once, unchanged and mirrored; the mean of their calibrated
    probabilities is the target (Hinton 2015, "Distilling the knowledge in a neural network",
    with fixed targets). Faces without votes keep their label alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    teachers: tuple[str, ...] = Field(min_length=1)
    """Names of models or paths to weights files."""
    share: float = Field(gt=0, lt=1)


class Recipe(BaseModel):
    """All that decides how a network is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    architecture: str
    preprocessing: Preprocessing
    cycles: tuple[Cycle, ...] = Field(min_length=1)
    batch: int = Field(ge=2)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=5e-4, ge=0)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    ema: float = Field(default=0.998, ge=0, lt=1)
    held_out: float = Field(default=0.1, gt=0, lt=0.5)
    head_weights: dict[int, float] = {3: 0.15, 4: 0.15, 5: 0.15, 6: 0.15, 7: 1.0, 8: 1.0}
    stages: tuple[Stage, ...] = ()
    """Sides of the faces, epoch after epoch; after the last stage the side that is served."""
    start_from: str | None = None
    """Name of a model, or path to a weights file, whose backbone and heads training begins with."""
    teaching: Teaching | None = None
    balance: float = Field(default=0.0, ge=0, le=1)
    """Rare classes are drawn more often: in proportion to their count to the power of minus this
    (0 as they are, 1 all alike)."""
    augmentation: Augmentation = Augmentation()
    seed: int = 0

    @property
    def epochs(self) -> int:
        """Of all cycles together."""
        return sum(cycle.epochs for cycle in self.cycles)

    def size_px(self, epoch: int) -> int:
        """Side of the faces that are trained on in this epoch, counted from 0."""
        first = 0
        for stage in self.stages:
            first += stage.epochs
            if epoch < first:
                return stage.size_px
        return self.preprocessing.size_px

    @property
    def digest(self) -> str:
        """A short hash of every value; stands in the card."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def read_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file.

    Raises:
        YuzugError: ``option.invalid`` naming the first key that is wrong.
    """
    try:
        return Recipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, OSError) as error:
        raise YuzugError(
            "option.invalid",
            must="a recipe must be a YAML file that fits yuzug.lab.recipe.Recipe",
            got=f"{path}: {_first_fault(error)}",
            do="mend the key that is named",
        ) from error


def _first_fault(error: Exception) -> str:
    """One line: the key and what is wrong with it, without the library's own advice."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
    return str(error).splitlines()[0]

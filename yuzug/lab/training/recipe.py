"""A training recipe: every value that decides how a network is trained, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from yuzug.emotions import LABEL_SETS
from yuzug.errors import OptionError
from yuzug.lab.training.augment import Augmentation
from yuzug.lab.training.robustness import Robustness
from yuzug.models.networks import ARCHITECTURES, Network, build
from yuzug.models.preprocess import Preprocessing
from yuzug.texts.causes import caused

# The one head of a checkpoint over a person's own labels, and how many those may be.
OWN = "own"
MIN_LABELS, MAX_LABELS = 2, 20
# Those whose heads pool a grid of any size; the others' dense layer is made for one side.
_POOLED = frozenset({"resnet18"})
# Keys that are younger than weights which name a digest: at their defaults they are not in it.
_YOUNGER = ("licence", "freeze_epochs", "robustness", "start_required")

Schedule = Literal["one-cycle", "cosine", "plateau", "constant"]


class Cycle(BaseModel):
    """One course of the learning rate; several are warm restarts (Loshchilov 2017)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    """The peak."""


class Stage(BaseModel):
    """Some epochs at one side of the faces, with an augmentation of their own if there is one.

    A network whose head pools any grid learns the coarse features from smaller faces at less cost
    (Howard 2018, "progressive resizing"). Faces that are changed less at the end are nearer to
    what is served (Touvron 2019, "Fixing the train-test resolution discrepancy").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(ge=1)
    size_px: int = Field(ge=16)
    augmentation: Augmentation | None = None
    """In place of that of the recipe."""


class Plateau(BaseModel):
    """The learning rate falls by ``factor`` after ``patience`` epochs without a better score."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factor: float = Field(default=0.1, gt=0, lt=1)
    patience: int = Field(default=3, ge=1)


class Distillation(BaseModel):
    """Knowledge distillation: probabilities of trained networks, mixed into labels and votes.

    The teachers read each face once, unchanged and mirrored; the mean of their calibrated
    probabilities is the target (Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a
    neural network", with fixed targets). Faces without votes keep their label alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    teachers: tuple[str, ...] = Field(min_length=1)
    """Names of models or paths to weights files."""
    share: float = Field(gt=0, lt=1)
    """Weight of the teachers' probabilities in the target, the rest is of labels and votes."""


# The preprocessing of the bundled resnet18, so that a recipe may start from it without a word.
_PREPROCESSING: dict[str, Any] = {
    "channels": 1, "size_px": 56, "detail_px": 48, "mean": 0.508, "std": 0.255,
}  # fmt: skip
# Two keys that stand for the one cycle that most recipes have.
CYCLE_KEYS = ("epochs", "learning_rate")
_CYCLE = {"epochs": 10, "learning_rate": 0.005}


class Recipe(BaseModel):
    """All that decides how a network is trained; every key has a default.

    >>> Recipe.model_validate({"epochs": 3, "preprocessing": {"size_px": 48}}).cycles
    (Cycle(epochs=3, learning_rate=0.005),)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(default="model", pattern=r"^[^/\\]+$")
    """Of the weights file; unless given, that of the recipe's file."""
    architecture: str = "resnet18"
    preprocessing: Preprocessing = Preprocessing(**_PREPROCESSING)
    cycles: tuple[Cycle, ...] = Field(default=(Cycle.model_validate(_CYCLE),), min_length=1)
    """One or more courses of the learning rate; ``epochs`` and ``learning_rate`` beside the other
    keys stand for a single one."""
    schedule: Schedule = "one-cycle"
    plateau: Plateau = Plateau()
    """For the schedule of that name."""
    early_stop: int | None = Field(default=None, ge=1)
    """Epochs without a better score after which training ends; without it all are walked."""
    choose_by: Literal["accuracy", "balanced_accuracy"] = "accuracy"
    """The score on the held-out part by which the best epoch is chosen."""
    optimizer: Literal["sgd", "adam", "adamw", "rmsprop"] = "sgd"
    mixed_precision: bool | Literal["auto"] = "auto"
    """Whether convolutions run in bfloat16; auto: where the CPU or GPU multiplies it itself."""
    batch: int = Field(default=16, ge=2)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=5e-4, ge=0)
    label_smoothing: float = Field(default=0.1, ge=0, lt=1)
    focal: float = Field(default=0.0, ge=0)
    """Gamma of the focal loss; 0 is cross-entropy."""
    class_weights: float = Field(default=0.0, ge=0, le=1)
    """Rare classes weigh more in the loss: in proportion to their count to the power of minus
    this (0 all alike)."""
    mixup: float = Field(default=0.0, ge=0)
    """Alpha of mixup; 0 is none. With cutmix too, each batch has one of the two."""
    cutmix: float = Field(default=0.0, ge=0)
    ema: float = Field(default=0.998, ge=0, lt=1)
    """Decay of the averaged weights, which are those that are kept; 0 keeps the last ones."""
    held_out: float = Field(default=0.1, gt=0, lt=0.5)
    head_weights: dict[int, Annotated[float, Field(gt=0)]] = {
        3: 0.15,
        4: 0.15,
        5: 0.15,
        6: 0.15,
        7: 1.0,
        8: 1.0,
    }
    """The label sets that get a head, and what each weighs in the loss."""
    own_labels: bool = False
    """One head over the 2 to 20 labels found in the data, in place of ``head_weights``."""
    sample: int | None = Field(default=None, ge=8)
    """So many training faces at most, drawn by the seed, the classes as even as they come."""
    stages: tuple[Stage, ...] = ()
    """Sides of the faces, epoch after epoch; after the last stage the side that is served. Only for
    a network whose head pools any grid."""
    start_from: str | None = None
    """Name of a model, or path to a weights file, whose backbone and heads training begins with;
    ``imagenet``, or a plain ResNet18 as safetensors, gives a backbone alone."""
    start_required: bool = True
    """Whether there is no training without these weights; otherwise it begins with random ones
    where they cannot be fetched, and the result says so."""
    freeze_epochs: int = Field(default=0, ge=0)
    """For so many epochs only the heads are trained; then all of the network."""
    fresh_heads: bool = False
    """Whether ``start_from`` gives its backbone alone."""
    teaching: Distillation | None = None
    balance: float = Field(default=0.0, ge=0, le=1)
    """Rare classes are drawn more often: in proportion to their count to the power of minus this
    (0 as they are, 1 all alike)."""
    augmentation: Augmentation = Augmentation()
    robustness: Robustness = Robustness()
    seed: int = 0
    licence: str = Field(default="Apache-2.0", min_length=1, max_length=80)
    """What the card says of the weights: an SPDX identifier, or a name of your own."""

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, values: Any) -> Any:
        """One cycle from its two short keys, and the rest of a preprocessing that names some."""
        if not isinstance(values, dict):
            return values
        values = dict(values)
        short = {key: values.pop(key) for key in CYCLE_KEYS if key in values}
        if short:
            if "cycles" in values:
                raise ValueError(f"{min(short)}: a recipe has cycles or {min(short)}, not both")
            values["cycles"] = [_CYCLE | short]
        if isinstance(values.get("preprocessing"), dict):
            values["preprocessing"] = _PREPROCESSING | values["preprocessing"]
        return values

    @field_validator("architecture")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in ARCHITECTURES:
            raise ValueError(f"{name!r} is none of {', '.join(ARCHITECTURES)}")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> Recipe:
        unknown = sorted(set(self.head_weights) - set(LABEL_SETS))
        if unknown or not self.head_weights:
            raise ValueError(f"head_weights: {unknown or 'none'} where label sets have 3 to 8")
        if self.own_labels and self.teaching is not None:
            raise ValueError("teaching: our networks know nothing about a person's own labels")
        if self.stages and self.architecture not in _POOLED:
            raise ValueError(f"stages: the head of {self.architecture} reads one size of faces")
        return self

    def build(self, heads: Mapping[str, Sequence[str]]) -> Network:
        """An untrained network of this recipe with these heads: labels by name."""
        spec = self.preprocessing
        sizes = {name: len(labels) for name, labels in heads.items()}
        return build(self.architecture, channels=spec.channels, size_px=spec.size_px, heads=sizes)

    def heads(self, labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The labels of each head by its name, for training data with these labels.

        Raises:
            OptionError: ``option.invalid`` where own labels are fewer than 2 or more than 20.
        """
        if not self.own_labels:
            return {str(size): LABEL_SETS[size].names for size in self.head_weights}
        own = tuple(sorted({str(label) for label in labels} - {""}))
        if not MIN_LABELS <= len(own) <= MAX_LABELS:
            raise caused(
                OptionError,
                "data.labels_count",
                "own_labels_count",
                least=MIN_LABELS,
                most=MAX_LABELS,
                n=len(own),
                labels=", ".join(own),
            )
        return {OWN: own}

    @property
    def shares(self) -> dict[str, float]:
        """What each head weighs in the loss, by its name."""
        if self.own_labels:
            return {OWN: 1.0}
        return {str(size): share for size, share in self.head_weights.items()}

    @property
    def epochs(self) -> int:
        """Of all cycles together."""
        return sum(cycle.epochs for cycle in self.cycles)

    def stage(self, epoch: int) -> Stage:
        """Side and augmentation of the faces that are trained on in an epoch, counted from 0."""
        first = 0
        for stage in self.stages:
            first += stage.epochs
            if epoch < first:
                return stage
        return Stage(epochs=max(1, self.epochs - first), size_px=self.preprocessing.size_px)

    @property
    def digest(self) -> str:
        """A short hash of every value; stands in the card."""
        fields = type(self).model_fields
        untold = {key for key in _YOUNGER if getattr(self, key) == fields[key].default}
        values = self.model_dump_json(exclude=untold)
        return hashlib.sha256(values.encode()).hexdigest()[:16]

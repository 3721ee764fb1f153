"""The card: one value that binds weights to their labels, preprocessing, numbers and limits.

It travels inside the safetensors file. No other line knows a mean, a size or a label order.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from yuzug.models.networks import Network, build
from yuzug.models.preprocess import Preprocessing

# Cards come from strangers too: a name becomes part of the network and of the page.
HeadName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
Label = Annotated[str, Field(min_length=1, max_length=40)]
_USUAL_HEAD = "7"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# A class with a lower recall is named as a weakness of the model.
_WEAK_RECALL = 0.5


class ClassMetrics(_Frozen):
    """One-vs-rest metrics of one class, in [0, 1]."""

    precision: float
    recall: float
    specificity: float
    f1: float
    support: int

    @property
    def is_weak(self) -> bool:
        """Whether fewer than half of the faces of this class are found."""
        return self.recall < _WEAK_RECALL


class Metrics(_Frozen):
    """What was measured on one split with one kind of labels; shares in [0, 1]."""

    data: str
    split: str
    labels: Literal["label", "votes"]
    n: int
    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    ece: float
    """Expected calibration error over 15 bins of confidence, after the temperature."""
    coverage: float
    """Share of faces whose prediction is above the confidence threshold."""
    sure_accuracy: float | None
    """Accuracy of the sure readings; null without one."""
    per_class: dict[str, ClassMetrics]


class HeadCard(_Frozen):
    """One label set of a checkpoint."""

    labels: tuple[Label, ...] = Field(min_length=2, max_length=20)
    """In the order of the outputs."""
    served_from: str
    """Name of the head whose outputs are read: this one, or a larger one restricted to its
    labels and renormalised, where that measured better on the held-out part."""
    fitted_to: Literal["label", "votes"]
    temperature: float = Field(gt=0)
    sure_at: float = Field(ge=0, le=1)
    """The confidence threshold: predictions below it are not sure."""
    metrics: tuple[Metrics, ...] = ()


class Card(_Frozen):
    """All that is known about one weights file."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    name: str
    architecture: str
    parameters: int
    preprocessing: Preprocessing
    heads: dict[HeadName, HeadCard] = Field(min_length=1, max_length=16)
    """By the name of the head: the class count for the label sets of this package."""
    explanation: Literal["gradcam", "hirescam"] = "gradcam"
    """The method of a heat map where none is asked for; both of these measure in logits."""
    full_evidence: float = Field(gt=0)
    """Positive evidence, in logits, from which a heat map is drawn at full strength: three of
    four held-out faces have more."""
    data: str
    recipe: str
    recipe_digest: str
    recipe_values: dict[str, Any] | None = None
    """Every value of the recipe; weights of older versions have its name and digest alone."""
    licence: str
    limits: tuple[str, ...]

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )

    @model_validator(mode="after")
    def _heads_are_served(self) -> Card:
        for name, head in self.heads.items():
            if head.served_from not in self.heads:
                raise ValueError(f"head {name} is served from {head.served_from}, which is none")
            outputs = self.heads[head.served_from].labels
            missing = [label for label in head.labels if label not in outputs]
            if missing:
                raise ValueError(f"head {head.served_from} has no output for {missing}")
        return self

    def build(self) -> Network:
        """The network that the card describes, with the initial weights of its layers.

        Raises:
            WeightsError: ``weights.damaged`` where this version has no such architecture.
            KeyError: where a head has a name that a module of PyTorch has already.
        """
        spec = self.preprocessing
        return build(
            self.architecture,
            channels=spec.channels,
            size_px=spec.size_px,
            heads=self.head_sizes,
        )

    def columns(self, head: str) -> list[int]:
        """Positions of a head's labels among the outputs of the head that serves it.

        Raises:
            KeyError: where there is no such head.
        """
        outputs = self.heads[self.heads[head].served_from].labels
        return [outputs.index(label) for label in self.heads[head].labels]

    @property
    def default_head(self) -> str:
        """Name of the head that is used where none is chosen: that of seven emotions where there
        is one, else the one with most labels."""
        if _USUAL_HEAD in self.heads:
            return _USUAL_HEAD
        return max(self.heads, key=lambda name: len(self.heads[name].labels))

    @property
    def head_sizes(self) -> dict[str, int]:
        """How many outputs each head has, by name."""
        return {name: len(head.labels) for name, head in self.heads.items()}

"""What a catalogue holds: activities, the kinds they belong to, and the policy of choosing.

The YAML files under ``recommendations/`` become these models; an unknown key is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from yuzug.emotions import Emotion, Language

Goal = Literal["match", "lift", "calm"]
Energy = Literal["low", "medium", "high"]
Place = Literal["indoor", "outdoor"]
Company = Literal["alone", "together"]
GOALS: tuple[Goal, ...] = get_args(Goal)
ENERGIES: tuple[Energy, ...] = get_args(Energy)
PLACES: tuple[Place, ...] = get_args(Place)
COMPANIES: tuple[Company, ...] = get_args(Company)


def _is_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(f"must be text, but is {value!r}: put it in quotes")
    return value


def _small(label: str) -> str:
    # The Turkish capital İ has a small letter of its own that Python spells with two characters.
    return label.strip().replace("İ", "i").lower()


def _is_readable(value: str) -> str:
    if "<" in value or ">" in value:
        raise ValueError("must be plain words without < or >")
    if not value.isprintable():
        raise ValueError("must stand on one line, without control characters")
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[
    str,
    BeforeValidator(_is_text),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=400),
    AfterValidator(_is_readable),
]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Weight = Annotated[float, Field(gt=0, le=1, strict=True)]


class Strict(BaseModel):
    """A model that forbids unknown keys and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """One sentence in both languages, side by side."""

    en: Sentence
    tr: Sentence

    def of(self, lang: Language) -> str:
        """The sentence in this language."""
        return self.en if lang == "en" else self.tr


class Activity(Strict):
    """Something to do: how, for which mood, in which circumstances.

    ``emotions`` says for each expression which goals the activity serves and how well, 0 to 1:
    ``sad: {lift: 0.9}`` is "for a sad expression it is a very good lift".
    """

    id: Id
    title: Words
    steps: Annotated[tuple[Words, ...], Field(min_length=1, max_length=6)]
    kind: Id
    emotions: Annotated[
        dict[Emotion, Annotated[dict[Goal, Weight], Field(min_length=1)]], Field(min_length=1)
    ]
    minutes: Annotated[int, Field(ge=1, le=240, strict=True)]
    energy: Energy
    place: Literal["indoor", "outdoor", "any"]
    company: Literal["alone", "together", "any"]


class Kind(Strict):
    """A way in which activities work, with the evidence for it.

    ``because`` is the sentence that a person reads; ``effect`` the figure behind it.
    """

    name: Words
    family: Literal["activation", "regulation"]
    because: Words
    effect: Words
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]


class Source(Strict):
    """A publication that exists: how it is cited in passing, and where it stands."""

    short: Sentence
    full: Sentence
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")]


class Scores(Strict):
    """How much each term counts in the score, which is their sum."""

    mood: Share
    goal: Share
    time: Share
    chance: Share


class Variety(Strict):
    """A kind comes again after ``apart`` others; ``relevance`` is the λ of marginal relevance."""

    apart: Annotated[int, Field(ge=0, le=10)]
    relevance: Share


class Unsure(Strict):
    """What is offered when the reading is not sure: neutral for this share, gentle in energy."""

    neutral_share: Share
    energies: Annotated[tuple[Energy, ...], Field(min_length=1)]


class Policy(Strict):
    """How an emotion becomes a choice."""

    goals: dict[Emotion, dict[Goal, Share]]
    fit_at_least: Share
    scores: Scores
    variety: Variety
    unsure: Unsure
    labels: dict[Emotion, tuple[Sentence, ...]]

    def emotion_of(self, label: str) -> Emotion | None:
        """The emotion that goes by this name, in any case of letters; None where none does."""
        return self._emotions.get(_small(label))

    @cached_property
    def _emotions(self) -> dict[str, Emotion]:
        names = {emotion.value: emotion for emotion in Emotion}
        for emotion, labels in self.labels.items():
            names.update({_small(label): emotion for label in labels})
        return names


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Activities with the kinds, sources and policy that they need; made by ``load``."""

    activities: tuple[Activity, ...]
    kinds: dict[str, Kind]
    sources: dict[str, Source]
    policy: Policy

"""What a catalogue holds: activities, the kinds they belong to, and the policy of choosing.

The YAML files under ``recommendations/`` become these models; an unknown key is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from yuzug.emotions import Emotion
from yuzug.recommend.policy import Policy
from yuzug.recommend.vocabulary import (
    Access,
    Caution,
    Cost,
    Energy,
    Goal,
    Id,
    Need,
    Sentence,
    Strict,
    Time,
    Words,
)

Weight = Annotated[float, Field(gt=0, le=1, strict=True)]


class Activity(Strict):
    """Something to do: how, for which mood, in which circumstances."""

    id: Id
    """Small letters, digits, hyphens; once given it never changes."""
    title: Words
    steps: Annotated[tuple[Words, ...], Field(min_length=1, max_length=6)]
    """One to six; the first is something to do right now."""
    kind: Id
    """A key of kinds.yaml."""
    emotions: Annotated[
        dict[Emotion, Annotated[dict[Goal, Weight], Field(min_length=1)]], Field(min_length=1)
    ]
    """Which goal it serves for which expression, and how well: ``sad: {lift: 0.9}``."""
    minutes: Annotated[int, Field(ge=2, le=120, strict=True)]
    """What it takes, from the first to the last step."""
    energy: Energy
    place: Literal["indoor", "outdoor", "any"]
    company: Literal["alone", "together", "any"]
    """A message is "alone", a call is not."""
    cost: Cost = "free"
    """Cheap is what may have to be bought for little."""
    needs: tuple[Need, ...] = ()
    """What must be at hand."""
    times: tuple[Time, ...] = ()
    """The times of day at which it makes sense; any where this is empty."""
    cautions: tuple[Caution, ...] = ()
    """Who should rather not, or ask first."""
    accessible: tuple[Access, ...] = ()
    """How it can be done as described: seated, with one hand, without hearing, sight, speech."""


class Kind(Strict):
    """A way in which activities work, with the evidence for it."""

    name: Words
    family: Literal["activation", "regulation"]
    """Behavioural activation, or emotion regulation."""
    because: Words
    """The sentence that a person reads under an activity; the sources follow it."""
    effect: Words
    """The figure behind that sentence: the shift to be expected."""
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Keys of the list of sources."""


class Source(Strict):
    """A publication that exists: how it is cited in passing, and where it stands."""

    short: Sentence
    full: Sentence
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/\S+$")]


@dataclass(frozen=True, eq=False, repr=False)  # what it holds would fill pages
class Catalogue:
    """Activities with the kinds, sources and policy that they need; made by ``load``."""

    activities: tuple[Activity, ...]
    kinds: dict[str, Kind]
    sources: dict[str, Source]
    policy: Policy

    @cached_property
    def by_id(self) -> dict[str, Activity]:
        """The activities by their ids."""
        return {activity.id: activity for activity in self.activities}

    def __deepcopy__(self, _memo: object) -> Catalogue:
        return self  # nothing in it changes

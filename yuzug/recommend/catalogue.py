"""What a catalogue holds: activities, the kinds they belong to, and the policy of choosing.

The YAML files under ``recommendations/`` become these models; an unknown key is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """Something to do: how, for which mood, in which circumstances.

    ``emotions`` says for each expression which goals the activity serves and how well, 0 to 1:
    ``sad: {lift: 0.9}`` is "for a sad expression it is a very good lift". ``needs`` is what must
    be at hand; no ``times`` means any time of day; ``cautions`` say who should rather not, or
    ask first; ``accessible`` says without what it can be done as described.
    """

    id: Id
    title: Words
    steps: Annotated[tuple[Words, ...], Field(min_length=1, max_length=6)]
    kind: Id
    emotions: Annotated[
        dict[Emotion, Annotated[dict[Goal, Weight], Field(min_length=1)]], Field(min_length=1)
    ]
    minutes: Annotated[int, Field(ge=2, le=120, strict=True)]
    energy: Energy
    place: Literal["indoor", "outdoor", "any"]
    company: Literal["alone", "together", "any"]
    cost: Cost = "free"
    needs: tuple[Need, ...] = ()
    times: tuple[Time, ...] = ()
    cautions: tuple[Caution, ...] = ()
    accessible: tuple[Access, ...] = ()


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


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Activities with the kinds, sources and policy that they need; made by ``load``."""

    activities: tuple[Activity, ...]
    kinds: dict[str, Kind]
    sources: dict[str, Source]
    policy: Policy

"""What a catalogue holds: activities, the kinds they belong to, and the policy of choosing.

The YAML files under ``recommendations/`` become these models; an unknown key is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.vocabulary import (
    Access,
    Caution,
    Cost,
    Energy,
    Goal,
    Guide,
    Id,
    Need,
    Sentence,
    Strict,
    Time,
    Words,
    misfit,
)

Weight = Annotated[float, Field(gt=0, le=1, strict=True)]


class Breath(Strict):
    """One round of a breathing pacer in seconds, and how many rounds there are."""

    in_s: Annotated[int, Field(ge=1, le=20, strict=True)]
    hold_s: Annotated[int, Field(ge=0, le=20, strict=True)] = 0
    out_s: Annotated[int, Field(ge=1, le=20, strict=True)]
    rounds: Annotated[int, Field(ge=1, le=60, strict=True)]


class Counted(Strict):
    """What is counted, and how often: five things to see, ten breaths."""

    times: Annotated[int, Field(ge=1, le=100, strict=True)]
    what: Words


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
    not_for: tuple[Emotion, ...] = ()
    """Expressions for which it never comes, whatever else the mood holds."""
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
    guide: Guide = "steps"
    """What leads through it when it is opened."""
    timer_s: Annotated[int, Field(ge=10, le=7200, strict=True)] | None = None
    """With ``guide: timer``, how many seconds it runs; as long as the activity where left out."""
    breath: Breath | None = None
    """With ``guide: breath``, the rhythm."""
    count: Annotated[tuple[Counted, ...], Field(min_length=1, max_length=10)] | None = None
    """With ``guide: count``, what is counted, one after another."""
    prompt: Words | None = None
    """With ``guide: write``, the words above the text box."""

    @model_validator(mode="after")
    def _goes_together(self) -> Activity:
        for emotion in self.not_for:
            if emotion in self.emotions:
                raise misfit("findings.for_and_not_for", emotion=emotion.value)
        parts = {"breath": self.breath, "count": self.count, "write": self.prompt}
        for guide, part in parts.items():
            if (part is not None) != (self.guide == guide):
                key = "prompt" if guide == "write" else guide
                raise misfit("findings.guide_key", guide=guide, part=key)
        if self.timer_s is not None and self.guide != "timer":
            raise misfit("findings.guide_timer")
        return self

    def guide_data(self, lang: Language) -> dict[str, Any]:
        """What the guide needs to run, in one language; empty for ``steps``.

        ``timer``: seconds. ``breath``: in_s, hold_s, out_s, rounds. ``count``: counts, a list of
        times and what. ``write``: prompt.
        """
        if self.guide == "timer":
            return {"seconds": self.timer_s or 60 * self.minutes}
        if self.breath is not None:
            return self.breath.model_dump()
        if self.count is not None:
            return {"counts": [{"times": c.times, "what": c.what.of(lang)} for c in self.count]}
        return {} if self.prompt is None else {"prompt": self.prompt.of(lang)}


class Evidence(Strict):
    """What publications found, in a sentence and as a figure."""

    because: Words
    """The sentence that a person reads under an activity; the sources follow it."""
    effect: Words
    """The figure behind that sentence: the shift to be expected."""
    sources: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Keys of the list of sources."""


class Kind(Evidence):
    """A way in which activities work, with the evidence for it."""

    name: Words
    family: Literal["activation", "regulation"]
    """Behavioural activation, or emotion regulation."""
    for_emotion: dict[Emotion, Evidence] = Field(default_factory=dict)
    """What else is known where the mood is mostly this emotion; for other moods it is left out."""

    @property
    def citations(self) -> tuple[tuple[tuple[str, ...], Id], ...]:
        """Every source that it names, those for one emotion too, after its path in the kind."""
        named: dict[tuple[str, ...], Evidence] = {("sources",): self}
        for emotion, more in self.for_emotion.items():
            named["for_emotion", emotion.value, "sources"] = more
        return tuple((path, source) for path, one in named.items() for source in one.sources)


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

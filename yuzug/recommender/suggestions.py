"""An activity as a person sees it: with its reasons, in either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from yuzug.emotions import Language
from yuzug.recommender import reasons
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.engine import Choice
from yuzug.recommender.reasons import Request


@dataclass(frozen=True)
class Suggestion:
    """One chosen activity, and why it was chosen; ``lang`` is the language of its sentences.

    ``steps[0]`` is the concrete first step; ``place`` and ``company`` may be "any"; no ``times``
    means any time of day; ``notes`` say what is needed and who should take care; ``evidence``
    cites the publications in full; ``guide`` leads through it with ``guide_data``; ``terms`` sum
    to ``score``.
    """

    choice: Choice
    lang: Language
    request: Request = field(repr=False, compare=False)

    def in_language(self, lang: Language) -> Suggestion:
        """The same suggestion in this language."""
        return replace(self, lang=lang)

    @property
    def activity(self) -> Activity:
        """The activity as it stands in the catalogue, in both languages."""
        return self.choice.activity

    @property
    def id(self) -> str:
        """The activity's name in the catalogue."""
        return self.activity.id

    @property
    def title(self) -> str:
        """A few words."""
        return self.activity.title.of(self.lang)

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do, one sentence each."""
        return tuple(step.of(self.lang) for step in self.activity.steps)

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.activity.minutes

    @property
    def kind(self) -> str:
        """The kind of activity, a key of kinds.yaml."""
        return self.activity.kind

    @property
    def energy(self) -> str:
        """How much effort it takes: low, medium or high."""
        return self.activity.energy

    @property
    def place(self) -> str:
        """Where: as asked for, if the activity leaves it open."""
        return reasons.place_of(self.activity, self.request.filters)

    @property
    def company(self) -> str:
        """With whom: as asked for, if the activity leaves it open."""
        return reasons.company_of(self.activity, self.request.filters)

    @property
    def goal(self) -> str:
        """What it is for, of the goals of the vocabulary."""
        return self.choice.goal

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons, one sentence each: mood, circumstances, evidence, what helped before."""
        return reasons.why(self.choice, self.request, self.lang)

    @property
    def aim(self) -> str:
        """What it is for, in a sentence that says nothing of an expression."""
        return reasons.aim(self.choice, self.lang)

    @property
    def evidence(self) -> str:
        """The publications behind this kind of activity, and what they found."""
        return reasons.evidence(self.choice, self.request, self.lang)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be at hand, what it costs, and who should take care."""
        return reasons.notes(self.activity, self.lang)

    @property
    def cost(self) -> str:
        """Free or cheap."""
        return self.activity.cost

    @property
    def needs(self) -> tuple[str, ...]:
        """What must be at hand."""
        return self.activity.needs

    @property
    def times(self) -> tuple[str, ...]:
        """The times of day at which it makes sense; any where this is empty."""
        return self.activity.times

    @property
    def cautions(self) -> tuple[str, ...]:
        """What calls for care."""
        return self.activity.cautions

    @property
    def accessible(self) -> tuple[str, ...]:
        """In which ways it is doable as described."""
        return self.activity.accessible

    @property
    def guide(self) -> str:
        """What leads through it: steps, timer, breath, count or write."""
        return self.activity.guide

    @property
    def guide_data(self) -> Mapping[str, Any]:
        """What the guide needs to run."""
        return self.activity.guide_data(self.lang)

    @property
    def score(self) -> float:
        """What it was ranked by: the sum of the terms."""
        return self.choice.score

    @property
    def terms(self) -> Mapping[str, float]:
        """The terms of the score by name, as ``policy.yaml`` weighs them."""
        return self.choice.terms

    def to_json(self) -> dict[str, Any]:
        """The suggestion as JSON shows it, on every surface."""
        return {
            "id": self.id,
            "title": self.title,
            "why": list(self.why),
            "steps": list(self.steps),
            "minutes": self.minutes,
            "kind": self.kind,
            "goal": self.goal,
            "energy": self.energy,
            "place": self.place,
            "company": self.company,
            "cost": self.cost,
            "needs": list(self.needs),
            "times": list(self.times),
            "cautions": list(self.cautions),
            "accessible": list(self.accessible),
            "notes": list(self.notes),
            "guide": self.guide,
            "guide_data": dict(self.guide_data),
            "evidence": self.evidence,
            "score": round(self.score, 4),
            "terms": {name: round(term, 4) for name, term in self.terms.items()},
        }

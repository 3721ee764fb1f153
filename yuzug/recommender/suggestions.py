"""An activity as a person sees it: in one language, with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yuzug.emotions import Language
from yuzug.recommender import reasons
from yuzug.recommender.catalogue.models import Catalogue
from yuzug.recommender.engine import Choice
from yuzug.recommender.filters import Wish
from yuzug.recommender.history import History
from yuzug.recommender.mood import Mood


@dataclass(frozen=True)
class Suggestion:
    """One activity in one language, and why it was chosen.

    ``steps[0]`` is the concrete first step; ``place`` and ``company`` may be "any"; no ``times``
    means any time of day; ``notes`` say what is needed and who should take care; ``evidence``
    cites the publications in full; ``guide`` leads through it with ``guide_data``; ``terms`` sum
    to ``score``.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    minutes: int
    kind: str
    energy: str
    place: str
    company: str
    goal: str
    why: tuple[str, ...]
    evidence: str
    score: float
    cost: str = "free"
    needs: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    accessible: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    guide: str = "steps"
    guide_data: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, float] = field(default_factory=dict)

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


def suggestion(
    choice: Choice, catalogue: Catalogue, lang: Language, mood: Mood, wish: Wish, history: History
) -> Suggestion:
    """This choice in this language."""
    activity = choice.activity
    return Suggestion(
        id=activity.id,
        title=activity.title.of(lang),
        steps=tuple(step.of(lang) for step in activity.steps),
        minutes=activity.minutes,
        kind=activity.kind,
        energy=activity.energy,
        place=reasons.place_of(activity, wish),
        company=reasons.company_of(activity, wish),
        goal=choice.goal,
        why=reasons.why(choice, mood, wish, history, catalogue, lang),
        evidence=reasons.evidence(choice, catalogue, lang),
        score=choice.score,
        cost=activity.cost,
        needs=activity.needs,
        times=activity.times,
        cautions=activity.cautions,
        accessible=activity.accessible,
        notes=reasons.notes(activity, lang),
        guide=activity.guide,
        guide_data=activity.guide_data(lang),
        terms=choice.terms,
    )

"""What to do next: activities that fit a mood and a wish, each with its reasons.

YAML (recommendations/) → load → catalogue → index → engine → reasons → suggestions
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.errors import YuzugError
from yuzug.recommend import reasons
from yuzug.recommend.catalogue import COMPANIES, ENERGIES, GOALS, PLACES, Catalogue
from yuzug.recommend.engine import Choice, Mood, Wish, choose, mood_of
from yuzug.recommend.findings import Finding, invalid
from yuzug.recommend.lint import check
from yuzug.recommend.load import Loaded, bundled, load

__all__ = ["Catalogue", "Finding", "Loaded", "Suggestion", "bundled", "check", "load", "recommend"]


@dataclass(frozen=True)
class Suggestion:
    """One activity in one language, and why it was chosen.

    ``steps[0]`` is the concrete first step; ``place`` and ``company`` may be "any";
    ``evidence`` cites the publications in full; ``terms`` sum to ``score``.
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
            "evidence": self.evidence,
            "score": round(self.score, 4),
        }


def recommend(
    emotion: str | Mapping[str, float],
    *,
    lang: Language = "en",
    minutes: int | None = None,
    energy: str | None = None,
    place: str | None = None,
    company: str | None = None,
    goal: str | None = None,
    count: int = 3,
    seed: int = 0,
    catalogue: Catalogue | str | PathLike[str] | None = None,
    recent: Sequence[str] = (),
    sure: bool = True,
) -> list[Suggestion]:
    """Activities for an emotion, or for a whole distribution over emotions, best first.

    What the person says excludes strictly: at most ``minutes``, exactly this ``energy``, this
    ``place``, this ``company``, this ``goal``; so fewer than ``count`` may come, or none.
    ``recent`` holds the ids suggested before, oldest first; none of them comes again. With
    ``sure=False`` the ideas are gentle and neutral and say so. A folder given as ``catalogue``
    extends ours. In a distribution, a label that is no emotion counts as neutral (see
    ``engine.mood_of``).

    >>> [first] = recommend("sad", minutes=10, place="indoor", count=1)
    >>> first.minutes <= 10 and first.place in ("indoor", "any")
    True

    Raises:
        YuzugError: ``emotion.unknown`` for a name that is no emotion, ``option.invalid`` for an
            option that cannot be.
        CatalogueError: ``catalogue.invalid`` for a folder with a fault; ``load`` leaves the
            fault out instead and names it.
    """
    _check_choice("lang", lang, LANGUAGES)
    _check_choice("energy", energy, (None, *ENERGIES))
    _check_choice("place", place, (None, *PLACES))
    _check_choice("company", company, (None, *COMPANIES))
    _check_choice("goal", goal, (None, *GOALS))
    _check_whole("count", count, 1)
    _check_whole("minutes", 1 if minutes is None else minutes, 1)
    _check_whole("seed", seed, None)
    entire = _catalogue(catalogue)
    mood = _mood(emotion, entire, sure)
    wish = Wish(minutes, energy, place, company, goal)  # type: ignore[arg-type]  # checked above
    choices = choose(entire, mood, wish, count=count, seed=seed, recent=recent)
    return [_suggestion(choice, entire, lang, mood, wish) for choice in choices]


def _suggestion(
    choice: Choice, catalogue: Catalogue, lang: Language, mood: Mood, wish: Wish
) -> Suggestion:
    activity = choice.activity
    return Suggestion(
        id=activity.id,
        title=activity.title.of(lang),
        steps=tuple(step.of(lang) for step in activity.steps),
        minutes=activity.minutes,
        kind=activity.kind,
        energy=activity.energy,
        place=wish.place or activity.place,
        company=wish.company or activity.company,
        goal=choice.goal,
        why=reasons.why(choice, mood, wish, catalogue, lang),
        evidence=reasons.evidence(choice, catalogue, lang),
        score=choice.score,
        terms=choice.terms,
    )


def _mood(emotion: str | Mapping[str, float], catalogue: Catalogue, sure: bool) -> Mood:
    if isinstance(emotion, Mapping):
        return mood_of(_checked_weights(emotion), catalogue.policy, sure=sure)
    if not isinstance(emotion, str) or catalogue.policy.emotion_of(emotion) is None:
        raise YuzugError(
            "emotion.unknown",
            must="an emotion must be one of " + ", ".join(e.value for e in Emotion),
            got=repr(emotion),
            do="choose one of these",
        )
    return mood_of({emotion: 1.0}, catalogue.policy, sure=sure)


def _checked_weights(given: Mapping[str, float]) -> dict[str, float]:
    try:
        weights = {str.strip(label): float(weight) for label, weight in given.items()}
        total = math.fsum(weights.values())
    except (TypeError, ValueError, OverflowError):
        total = math.nan
    if not math.isfinite(total) or total <= 0 or min(weights.values()) < 0:
        raise YuzugError(
            "option.invalid",
            must="the weights must be names with numbers from 0 up, not all of them 0",
            got=repr(dict(given)),
            do="pass the probabilities of a reading, such as {'sad': 0.7, 'neutral': 0.3}",
        )
    return weights


def _catalogue(given: Catalogue | str | PathLike[str] | None) -> Catalogue:
    if given is None:
        return bundled()
    if isinstance(given, Catalogue):
        return given
    loaded = load(Path(given), base=bundled())
    for finding in loaded.findings:
        raise invalid(finding)
    return loaded.catalogue


def _check_choice(name: str, value: object, choices: Sequence[str | None]) -> None:
    if value not in choices:
        raise YuzugError(
            "option.invalid",
            must=f"{name} must be one of {', '.join(c for c in choices if c)}",
            got=repr(value),
            do="choose one of these" + (", or leave it out" if None in choices else ""),
        )


def _check_whole(name: str, value: object, least: int | None) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or (least and value < least):
        raise YuzugError(
            "option.invalid",
            must=f"{name} must be a whole number" + (f" of at least {least}" if least else ""),
            got=repr(value),
            do=f"give {name} such a number, or leave it out",
        )

"""How many activities each emotion has, for each thing that a person may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from yuzug.emotions import Emotion
from yuzug.recommend.catalogue import Catalogue
from yuzug.recommend.index import EMOTIONS, Bools, Index, index_of
from yuzug.recommend.vocabulary import COMPANIES, ENERGIES, GOALS, PLACES
from yuzug.recommend.wish import Wish, permitted

# Alone at home and tired is when advice is wanted most and choice is scarcest.
_TIRED = [
    Wish(minutes=minutes, energy="low", place="indoor", company="alone") for minutes in (5, 10, 30)
]


@dataclass(frozen=True)
class Count:
    """How many activities an emotion has for one wish, and how many it should have."""

    emotion: Emotion
    wish: str
    found: int
    least: int


def coverage(catalogue: Catalogue) -> list[Count]:
    """The counts for every emotion: over all, for each single filter, and alone at home, tired."""
    index, least_fit = index_of(catalogue), catalogue.policy.fit_at_least
    return [
        Count(emotion, name, int((permitted(index, wish) & fits).sum()), least)
        for name, wish, least in _wishes()
        for emotion in EMOTIONS
        for fits in [_fitting(index, emotion, wish, least_fit)]
    ]


def table(catalogue: Catalogue) -> str:
    """The counts as a table in Markdown, one line a wish and one column an emotion."""
    lines: dict[str, list[str]] = {}
    for count in coverage(catalogue):
        lines.setdefault(count.wish, []).append(str(count.found))
    head = "| | " + " | ".join(emotion.value for emotion in EMOTIONS) + " |"
    rule = "|---|" + "---:|" * len(EMOTIONS)
    return "\n".join([head, rule, *(f"| {w} | {' | '.join(n)} |" for w, n in lines.items())])


def _wishes() -> list[tuple[str, Wish, int]]:
    single = [
        *(Wish(goal=goal) for goal in GOALS),
        *(Wish(energy=energy) for energy in ENERGIES),
        *(Wish(place=place) for place in PLACES),
        *(Wish(company=company) for company in COMPANIES),
    ]
    return [
        ("all", Wish(), 5),
        *((_name(wish), wish, 5) for wish in single),
        *((_name(wish), wish, 3) for wish in _TIRED),
    ]


def _name(wish: Wish) -> str:
    asked = [wish.goal, wish.energy, wish.place, wish.company]
    minutes = [f"{wish.minutes} minutes"] if wish.minutes else []
    return ", ".join([*minutes, *(word for word in asked if word)])


def _fitting(index: Index, emotion: Emotion, wish: Wish, least_fit: float) -> Bools:
    goals = [GOALS.index(wish.goal)] if wish.goal else range(len(GOALS))
    best = index.weights[:, EMOTIONS.index(emotion), list(goals)].max(axis=1)
    rows: Bools = (best > 0) & (best >= least_fit)
    return rows

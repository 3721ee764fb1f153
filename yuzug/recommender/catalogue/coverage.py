"""How many activities each emotion has, for each thing that a person may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yuzug.emotions import Emotion
from yuzug.recommender.catalogue import vocabulary as words
from yuzug.recommender.catalogue.models import Catalogue
from yuzug.recommender.engine import offered
from yuzug.recommender.filters import Wish
from yuzug.recommender.index import EMOTIONS
from yuzug.recommender.mood import Mood

MINUTES = (5, 10, 30)
_ENOUGH = 5
_ENOUGH_WHEN_TIRED = 3


@dataclass(frozen=True)
class Count:
    """How many activities an emotion has for one wish, and how many it should have."""

    emotion: Emotion
    wish: str
    found: int
    least: int


def coverage(catalogue: Catalogue) -> list[Count]:
    """The counts for every emotion.

    Over all, for each single filter, for a reading that is not sure, and for somebody alone at
    home with little energy: then advice is wanted most and choice is scarcest.
    """
    return [
        Count(emotion, name, int(offered(catalogue, mood, wish).sum()), least)
        for name, wish, sure, least in _cases()
        for emotion in EMOTIONS
        for mood in [Mood({emotion: 1.0}, sure=sure)]
    ]


def table(catalogue: Catalogue) -> str:
    """The counts as a table in Markdown, one line a wish and one column an emotion."""
    lines: dict[str, list[str]] = {}
    for count in coverage(catalogue):
        lines.setdefault(count.wish, []).append(str(count.found))
    head = "| | " + " | ".join(emotion.value for emotion in EMOTIONS) + " |"
    rule = "|---|" + "---:|" * len(EMOTIONS)
    return "\n".join([head, rule, *(f"| {w} | {' | '.join(n)} |" for w, n in lines.items())])


def _cases() -> Iterator[tuple[str, Wish, bool, int]]:
    yield "all", Wish(), True, _ENOUGH
    yield "not sure", Wish(), False, _ENOUGH
    for name, wish in _single_wishes():
        yield name, wish, True, _ENOUGH
    for minutes in MINUTES:
        tired = Wish(minutes=minutes, energy="low", place="indoor", company="alone")
        name = f"{minutes} minutes, low, indoor, alone"
        yield name, tired, True, _ENOUGH_WHEN_TIRED


def _single_wishes() -> Iterator[tuple[str, Wish]]:
    """Every wish that says one thing, with its name; who has a thing at hand has more choice."""
    yield from ((goal, Wish(goal=goal)) for goal in words.GOALS)
    yield from ((f"{minutes} minutes", Wish(minutes=minutes)) for minutes in MINUTES)
    yield from ((energy, Wish(energy=energy)) for energy in words.ENERGIES)
    yield from ((place, Wish(place=place)) for place in words.PLACES)
    yield from ((company, Wish(company=company)) for company in words.COMPANIES)
    yield "free", Wish(cost="free")
    yield "nothing at hand", Wish(equipment=frozenset())
    yield from ((time, Wish(time=time)) for time in words.TIMES)
    yield from ((way, Wish(accessible=frozenset({way}))) for way in words.ACCESSES)
    for caution in words.CAUTIONS:
        yield f"without {caution}", Wish(cautions=frozenset({caution}))

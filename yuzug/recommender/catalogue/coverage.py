"""How many activities each emotion has, for each thing that a person may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yuzug.emotions import Emotion
from yuzug.recommender.catalogue.models import Catalogue
from yuzug.recommender.engine import offered
from yuzug.recommender.filters import Filters, single_filters
from yuzug.recommender.index import EMOTIONS
from yuzug.recommender.mood import Mood

_ENOUGH = 5
_TIRED_MINUTES = (5, 10, 30)
_ENOUGH_WHEN_TIRED = 3


@dataclass(frozen=True)
class Count:
    """How many activities an emotion has with some filters, and how many it should have."""

    emotion: Emotion
    filters: str
    found: int
    least: int


def coverage(catalogue: Catalogue) -> list[Count]:
    """The counts for every emotion.

    Over all, for each single filter, for a reading that is not sure, and for somebody alone at
    home with little energy: then advice is wanted most and choice is scarcest.
    """
    return [
        Count(emotion, name, int(offered(catalogue, mood, filters).sum()), least)
        for name, filters, sure, least in _cases()
        for emotion in EMOTIONS
        for mood in [Mood({emotion: 1.0}, sure=sure)]
    ]


def table(catalogue: Catalogue) -> str:
    """Write the counts as a table in Markdown: a line for each case, a column for each emotion."""
    lines: dict[str, list[str]] = {}
    for count in coverage(catalogue):
        lines.setdefault(count.filters, []).append(str(count.found))
    head = "| | " + " | ".join(emotion.value for emotion in EMOTIONS) + " |"
    rule = "|---|" + "---:|" * len(EMOTIONS)
    return "\n".join(
        [head, rule, *(f"| {name} | {' | '.join(found)} |" for name, found in lines.items())]
    )


def _cases() -> Iterator[tuple[str, Filters, bool, int]]:
    yield "all", Filters(), True, _ENOUGH
    yield "not sure", Filters(), False, _ENOUGH
    for name, filters in single_filters():
        yield name, filters, True, _ENOUGH
    for minutes in _TIRED_MINUTES:
        tired = Filters(minutes=minutes, energy="low", place="indoor", company="alone")
        name = f"{minutes} minutes, low, indoor, alone"
        yield name, tired, True, _ENOUGH_WHEN_TIRED

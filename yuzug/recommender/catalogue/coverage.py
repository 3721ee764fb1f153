"""How many activities each emotion and mood has, for each thing that a person may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yuzug.recommender.catalogue.models import Catalogue
from yuzug.recommender.engine import offered
from yuzug.recommender.filters import Filters, single_filters
from yuzug.recommender.index import EMOTIONS
from yuzug.recommender.mood import Mood, named_mood

_ENOUGH = 5
_ENOUGH_OF_A_GOAL = 3
_TIRED_MINUTES = (5, 10, 30)
_ENOUGH_WHEN_TIRED = 3


@dataclass(frozen=True)
class Count:
    """How many activities an emotion or a mood has with some filters, and how many it should."""

    name: str
    filters: str
    found: int
    least: int


def coverage(catalogue: Catalogue) -> list[Count]:
    """The counts for every emotion.

    Over all, for each single filter, for a reading that is not sure, and for somebody alone at
    home with little energy: then advice is wanted most and choice is scarcest.
    """
    return [
        Count(emotion.value, name, int(offered(catalogue, mood, filters).sum()), least)
        for name, filters, sure, least in _cases()
        for emotion in EMOTIONS
        for mood in [Mood({emotion: 1.0}, sure=sure)]
    ]


def mood_coverage(catalogue: Catalogue) -> list[Count]:
    """The counts for every mood that a person may name: over all, at night, when tired, by goal."""
    policy = catalogue.policy
    return [
        Count(key, name, int(offered(catalogue, named_mood(key, policy), filters).sum()), least)
        for key in policy.moods
        for name, filters, least in [
            *_mood_cases(),
            *((goal, Filters(goal=goal), _ENOUGH_OF_A_GOAL) for goal in policy.moods[key].goals),
        ]
    ]


def table(catalogue: Catalogue) -> str:
    """Write the counts as a table in Markdown: a line for each case, a column for each emotion."""
    lines: dict[str, list[str]] = {}
    for count in coverage(catalogue):
        lines.setdefault(count.filters, []).append(str(count.found))
    return _table([emotion.value for emotion in EMOTIONS], lines)


def mood_table(catalogue: Catalogue) -> str:
    """Write the counts of the moods as a table in Markdown: a line for each mood."""
    cases = [name for name, _, _ in _mood_cases()]
    lines: dict[str, list[str]] = {}
    for count in mood_coverage(catalogue):
        if count.filters in cases:
            lines.setdefault(count.name, []).append(str(count.found))
    return _table(cases, lines)


def _table(heads: list[str], lines: dict[str, list[str]]) -> str:
    rule = "|---|" + "---:|" * len(heads)
    rows = (f"| {name} | {' | '.join(cells)} |" for name, cells in lines.items())
    return "\n".join([f"| | {' | '.join(heads)} |", rule, *rows])


def _cases() -> Iterator[tuple[str, Filters, bool, int]]:
    yield "all", Filters(), True, _ENOUGH
    yield "not sure", Filters(), False, _ENOUGH
    for name, filters in single_filters():
        yield name, filters, True, _ENOUGH
    for minutes in _TIRED_MINUTES:
        name, filters = _tired(minutes)
        yield name, filters, True, _ENOUGH_WHEN_TIRED


def _mood_cases() -> Iterator[tuple[str, Filters, int]]:
    yield "all", Filters(), _ENOUGH
    yield "night", Filters(time_of_day="night"), _ENOUGH
    yield "5 minutes", Filters(minutes=5), _ENOUGH
    yield *_tired(10), _ENOUGH_WHEN_TIRED


def _tired(minutes: int) -> tuple[str, Filters]:
    filters = Filters(minutes=minutes, energy="low", place="indoor", company="alone")
    return f"{minutes} minutes, low, indoor, alone", filters

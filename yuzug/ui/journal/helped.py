"""What helped most: mean change between the ratings before and after an activity."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from html import escape

from yuzug.emotions import Language
from yuzug.recommender import Catalogue
from yuzug.recommender.filters import time_of_day
from yuzug.texts import text
from yuzug.texts.numbers import day, tenths
from yuzug.ui.journal.entries import ActivityEntry

LEAST = 3  # rated activities, before a summary is shown
_MOST_ROWS = 5


@dataclass(frozen=True)
class Row:
    """Rated activities that belong together: how many, and the mean rating before and after."""

    name: str
    count: int
    before: float
    after: float

    @property
    def change(self) -> float:
        """How much better it was afterwards, -4 to 4."""
        return self.after - self.before


def grouped(
    activities: Iterable[ActivityEntry], group: Callable[[ActivityEntry], str | None]
) -> list[Row]:
    """The rated activities by group, in the order in which the groups came.

    An activity that was rated only once, or belongs to no group, is left out.
    """
    ratings: dict[str, list[tuple[int, int]]] = {}
    for entry in activities:
        name = group(entry)
        if name is not None and entry.before is not None and entry.after is not None:
            ratings.setdefault(name, []).append((entry.before, entry.after))
    return [
        Row(name, len(pairs), *(sum(column) / len(pairs) for column in zip(*pairs, strict=True)))
        for name, pairs in ratings.items()
    ]


def tables(
    activities: tuple[ActivityEntry, ...],
    lang: Language,
    catalogue: Catalogue,
    zone: tzinfo = timezone.utc,
) -> str:
    """What helped by activity, kind, time of day and week; empty where too little was rated.

    ``zone`` is the visitor's time zone.
    """
    if sum(row.count for row in grouped(activities, lambda entry: "all")) < LEAST:
        return ""

    def kind(entry: ActivityEntry) -> str | None:
        activity = catalogue.by_id.get(entry.id)
        return catalogue.kinds[activity.kind].name.of(lang) if activity else None

    def time(entry: ActivityEntry) -> str:
        return text(f"journal.time_{time_of_day(entry.at.astimezone(zone).hour)}", lang)

    def week(entry: ActivityEntry) -> str:
        date = entry.at.astimezone(zone).date()
        return day(date - timedelta(days=date.weekday()), lang)

    shown = {
        "activity": _best(grouped(activities, lambda entry: entry.title(lang, catalogue))),
        "kind": _best(grouped(activities, kind)),
        "time": _best(grouped(activities, time)),
        "week": grouped(activities, week)[: -_MOST_ROWS - 1 : -1],
    }
    return '<div class="helped">' + "".join(_table(*one, lang) for one in shown.items()) + "</div>"


def _best(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row.change)[:_MOST_ROWS]


def _table(name: str, rows: list[Row], lang: Language) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th><td>{row.count}</td>'
        f"<td>{tenths(row.before, lang)} → {tenths(row.after, lang)}</td></tr>"
        for row in rows
    )
    heads = "".join(
        f'<th scope="col">{escape(text(key, lang))}</th>'
        for key in (f"journal.by_{name}", "journal.times_rated", "journal.before_after")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"

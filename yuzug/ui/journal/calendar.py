"""A small calendar of the last weeks: on which days something was noted or done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta, timezone, tzinfo
from html import escape
from typing import TypeVar

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.texts.numbers import day
from yuzug.ui.journal.entries import ActivityEntry, Journal, MoodEntry

WEEKS = 5
_Entry = TypeVar("_Entry", MoodEntry, ActivityEntry)


def calendar(
    journal: Journal,
    today: date,
    lang: Language,
    name: Callable[[MoodEntry], str],
    zone: tzinfo = timezone.utc,
) -> str:
    """Draw the weeks up to today's as a table, the days from Monday on.

    ``name`` is what a mood is called; ``zone`` is the visitor's time zone.
    """
    moods, done = _by_day(journal.moods, zone), _by_day(journal.activities, zone)
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    heads = "".join(
        f'<th scope="col">{escape(one)}</th>' for one in text("journal.weekdays", lang).split()
    )
    weeks = ""
    for week in range(WEEKS):
        dates = [first + timedelta(days=7 * week + number) for number in range(7)]
        cells = "".join(
            _cell(one, one == today, moods.get(one, []), done.get(one, []), lang, name)
            if one <= today
            else "<td></td>"
            for one in dates
        )
        weeks += f"<tr>{cells}</tr>"
    legend = "".join(
        f'<span><i class="{sort}"></i>{escape(text(f"journal.calendar_{sort}", lang))}</span>'
        for sort in ("mood", "activity")
    )
    title = escape(text("journal.calendar", lang))
    return (
        f'<div class="yz-calendar"><table aria-label="{title}"><thead><tr>{heads}</tr></thead>'
        f'<tbody>{weeks}</tbody></table><p class="legend">{legend}</p></div>'
    )


def _by_day(entries: Iterable[_Entry], zone: tzinfo) -> dict[date, list[_Entry]]:
    days: dict[date, list[_Entry]] = {}
    for entry in entries:
        days.setdefault(entry.at.astimezone(zone).date(), []).append(entry)
    return days


def _cell(
    when: date,
    is_today: bool,
    moods: list[MoodEntry],
    done: list[ActivityEntry],
    lang: Language,
    name: Callable[[MoodEntry], str],
) -> str:
    parts = [", ".join(dict.fromkeys(name(mood) for mood in moods))] if moods else []
    if done:
        plural = "one" if len(done) == 1 else "many"
        parts.append(text(f"journal.calendar_done_{plural}", lang, count=len(done)))
    sentence = f"{day(when, lang)}: {'; '.join(parts)}" if parts else day(when, lang)
    marks = ('<i class="mood"></i>' if moods else "") + ('<i class="activity"></i>' if done else "")
    today = ' aria-current="date"' if is_today else ""
    return (
        f'<td{today} title="{escape(sentence)}"><span aria-hidden="true">{when.day}</span>'
        f'<span class="yz-sr">{escape(sentence)}</span><b>{marks}</b></td>'
    )

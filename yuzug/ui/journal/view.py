"""The Journal tab as HTML: the offer of one, or its moods over time and what was done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from html import escape
from typing import Any

import gradio as gr

from yuzug.emotions import Emotion, Language, looks
from yuzug.recommender import Catalogue
from yuzug.recommender.catalogue.policy import Policy
from yuzug.texts import text
from yuzug.texts.case_and_alphabet import lower
from yuzug.texts.numbers import tenths
from yuzug.ui.components.html import panel
from yuzug.ui.components.reading import RING_FACE
from yuzug.ui.i18n import Chrome
from yuzug.ui.journal import helped
from yuzug.ui.journal.calendar import calendar
from yuzug.ui.journal.entries import ActivityEntry, Journal, MoodEntry, now

_SHOWN = 8  # entries in view
# From pleasant to hard: where an expression has its row that is no mood to choose.
_EXPRESSIONS = tuple(
    Emotion(name)
    for name in ("happy", "surprise", "neutral", "contempt", "disgust", "fear", "sad", "angry")
)


def page(
    journal: Journal | None,
    lang: Language,
    catalogue: Catalogue,
    refused: bool = False,
    zone: tzinfo = timezone.utc,
) -> str:
    """HTML of the tab.

    ``refused`` is whether a file to import was none of ours; ``zone`` the visitor's time zone.
    """
    if journal is None:
        return offer(lang, refused)
    if journal.empty:
        body = f'<p class="yz-note">{_t("empty", lang)}</p>'
    else:
        over_time = _moods(journal.moods, lang, catalogue.policy)
        over_time += _section("calendar", _calendar(journal, lang, catalogue, zone), lang)
        body = f'<div class="over-time">{over_time}</div>' + _entries(journal, lang, catalogue)
        found = helped.tables(journal.activities, lang, catalogue, zone)
        body += _section("helped_most", found, lang) if found else ""
    return (
        f'<div class="yz-journal"><header><h2>{_t("title", lang)}</h2>{_tools(lang)}</header>'
        f"{_titles(journal, lang, catalogue)}{_refused(refused, lang)}{body}</div>"
    )


def offer(lang: Language, refused: bool = False) -> str:
    """What a journal is, and the button that begins one."""
    points = "".join(f"<li>{_t(f'offer_{name}', lang)}</li>" for name in ("what", "where", "end"))
    return (
        f'<div class="yz-journal offer">{RING_FACE}<h2>{_t("offer_title", lang)}</h2>'
        f'<ul>{points}</ul><button type="button" class="yz-button main" data-keep="start">'
        f"{_t('start', lang)}</button>{_import(lang)}{_refused(refused, lang)}</div>"
    )


def _import(lang: Language) -> str:
    return (
        f'<label class="yz-link yz-import">{_t("import", lang)}'
        '<input type="file" accept="application/json,.json" data-import /></label>'
    )


def _refused(refused: bool, lang: Language) -> str:
    note = f'<p class="yz-note">{_t("import_refused", lang)}</p>' if refused else ""
    return f'<div class="refused" role="status">{note}</div>'


def _tools(lang: Language) -> str:
    name = text("journal.file", lang)
    saves = "".join(
        f'<button type="button" class="yz-link" data-save="{ending}" data-file="{name}.{ending}">'
        f"{_t(f'export_{ending}', lang)}</button>"
        for ending in ("csv", "json")
    )
    return (
        f'<div class="tools">{saves}{_import(lang)}'
        f'<details data-key="erase"><summary>{_t("erase", lang)}</summary>'
        f'<div class="sure"><p>{_t("erase_sure", lang)}</p>'
        f'<button type="button" class="yz-button warn" data-keep="erase">'
        f"{_t('erase_now', lang)}</button></div></details></div>"
    )


def _titles(journal: Journal, lang: Language, catalogue: Catalogue) -> str:
    """The titles of what was done, for the files that the page saves."""
    titles = {done.id: done.title(lang, catalogue) for done in journal.activities}
    return f'<i hidden data-titles="{escape(json.dumps(titles, ensure_ascii=False))}"></i>'


def _moods(moods: tuple[MoodEntry, ...], lang: Language, policy: Policy) -> str:
    if not moods:
        return _section("moods", f'<p class="yz-note">{_t("moods_none", lang)}</p>', lang)
    [(most, _)] = Counter(_name(mood, lang, policy) for mood in moods).most_common(1)
    plural = "one" if len(moods) == 1 else "many"
    alt = _t(f"moods_alt_{plural}", lang, count=len(moods), looks=most)
    legend = "".join(
        f'<span class="{name}"><i></i>{_t(f"legend_{name}", lang)}</span>'
        for name in ("read", "named")
    )
    times = _time(moods[0].at) + (_time(moods[-1].at) if len(moods) > 1 else "")
    plot = (
        f'<figure class="yz-plot"><div class="legend">{legend}</div>'
        f'<div role="img" aria-label="{alt}">{_plot(moods, lang, policy)}</div>'
        f"<figcaption>{times}</figcaption></figure>"
    )
    return _section("moods", plot, lang)


def rows(policy: Policy) -> list[str]:
    """The names of all moods and expressions, from pleasant to hard."""
    ordered, before = [*policy.offered_moods], None
    for emotion in reversed(_EXPRESSIONS):
        if emotion.value not in ordered:
            ordered.insert(ordered.index(before) if before else len(ordered), emotion.value)
        before = emotion.value
    return ordered


def _plot(moods: tuple[MoodEntry, ...], lang: Language, policy: Policy) -> str:
    """One row for each mood that there was, and a line through the entries in their order."""
    there = {mood.name for mood in moods}
    ordered = [key for key in rows(policy) if key in there]
    ordered += sorted(there.difference(ordered))  # moods of a policy that was there before
    first, last = moods[0].at.timestamp(), moods[-1].at.timestamp()
    span_s = max(last - first, 1.0)
    points = [
        (
            100 * (mood.at.timestamp() - first) / span_s if last > first else 50.0,
            100 * (ordered.index(mood.name) + 0.5) / len(ordered),
        )
        for mood in moods
    ]
    # What the person chose names the row, also where an expression was read later.
    named = sorted(moods, key=lambda mood: mood.source == "chosen")
    names_by_row = {mood.name: _name(mood, lang, policy) for mood in named}
    names = "".join(f"<span>{escape(names_by_row[row])}</span>" for row in ordered)
    dots = "".join(
        f'<i class="{"read" if mood.source == "reading" else "named"}" '
        f'style="left:{x:.2f}%;top:{y:.2f}%"></i>'
        for mood, (x, y) in zip(moods, points, strict=True)
    )
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return (
        f'<div class="names" style="--rows:{len(ordered)}">{names}</div>'
        f'<div class="track" style="--rows:{len(ordered)}">'
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{line}" /></svg>{dots}</div>'
    )


def _entries(journal: Journal, lang: Language, catalogue: Catalogue) -> str:
    """All that was noted, the last first; what is older unfolds."""
    entries: list[MoodEntry | ActivityEntry] = [*journal.moods, *journal.activities]
    rows = [_entry(one, lang, catalogue) for one in sorted(entries, key=_time_of, reverse=True)]
    older = "".join(rows[_SHOWN:])
    fold = (
        f'<details data-key="older"><summary>{_t("older", lang)}</summary>'
        f'<ul class="entries">{older}</ul></details>'
        if older
        else ""
    )
    shown = f'<ul class="entries">{"".join(rows[:_SHOWN])}</ul>{fold}'
    return _section("entries", _average(journal.activities, lang) + shown, lang)


def _time_of(entry: MoodEntry | ActivityEntry) -> datetime:
    return entry.at


def _entry(entry: MoodEntry | ActivityEntry, lang: Language, catalogue: Catalogue) -> str:
    if isinstance(entry, MoodEntry):
        sort, title = "mood", _name(entry, lang, catalogue.policy)
        detail = _t(f"source_{entry.source}", lang)
    else:
        sort, title, detail = "activity", entry.title(lang, catalogue), _rating(entry, lang)
    # What the visitor wrote is filled in by journal.js; the server does not know it.
    return (
        f'<li class="{sort}">{_time(entry.at)}<strong>{escape(title)}</strong>'
        f'<span class="rating">{detail}</span>'
        f'<div class="own" data-own="{escape(entry.key)}"><p class="note"></p><p class="tags"></p>'
        f'<button type="button" class="yz-link" data-write="{escape(entry.key)}" '
        f'data-add="{_t("note_add", lang)}" data-edit="{_t("note_edit", lang)}">'
        f"{_t('note_add', lang)}</button></div></li>"
    )


def _rating(entry: ActivityEntry, lang: Language) -> str:
    if not (entry.before or entry.after):
        return ""
    none = text("journal.no_rating", lang)
    return _t("rating", lang, before=entry.before or none, after=entry.after or none)


def _calendar(journal: Journal, lang: Language, catalogue: Catalogue, zone: tzinfo) -> str:
    today = now().astimezone(zone).date()

    def name(mood: MoodEntry) -> str:
        return _name(mood, lang, catalogue.policy)

    return calendar(journal, today, lang, name, zone)


def _average(activities: tuple[ActivityEntry, ...], lang: Language) -> str:
    rated = [(one.before, one.after) for one in activities if one.before and one.after]
    if not rated:
        return ""
    before, after = (sum(column) / len(rated) for column in zip(*rated, strict=True))
    shown = {"before": tenths(before, lang), "after": tenths(after, lang)}
    return f'<p class="yz-note">{_t("average", lang, count=len(rated), **shown)}</p>'


def _name(mood: MoodEntry, lang: Language, policy: Policy) -> str:
    # A mood that was chosen keeps the words of the choice; others are what an expression looked.
    if mood.source == "chosen" and (mood.mood is None or mood.mood in policy.moods):
        return lower(policy.mood(mood.name).name.of(lang), lang)
    return mood.mood or looks(mood.emotion.value, lang)


def _time(at: datetime) -> str:
    # The script writes it in the visitor's own time and language.
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>'


def _section(name: str, body: str, lang: Language) -> str:
    return f'<section class="{name}"><h3>{_t(name, lang)}</h3>{body}</section>'


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"journal.{name}", lang, **values))


def store(notes: Sequence[Mapping[str, Any]]) -> str:
    """What ``journal/bridge.js`` writes into the journal; nobody sees it."""
    return f'<i data-notes="{escape(json.dumps([*notes], ensure_ascii=False))}"></i>'


@dataclass(frozen=True)
class JournalTab:
    """The bridge to the journal in the browser, and the panel that shows the journal."""

    store: gr.HTML
    panel: gr.HTML


def journal_store() -> gr.HTML:
    """Make the bridge to the journal; outside the tabs, which Gradio makes only once opened."""
    return panel("yz-journal-store", store(()), "journal/bridge")


def journal_tab(chrome: Chrome, store: gr.HTML) -> JournalTab:
    """Make the panel of the Journal tab."""
    return JournalTab(store, panel("yz-journal", offer(chrome.lang), "journal/journal"))

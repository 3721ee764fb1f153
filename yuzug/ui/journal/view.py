"""The Journal tab as HTML: the offer of one, or its moods over time and what was done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

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
from yuzug.ui.journal.entries import ActivityEntry, Journal, MoodEntry

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
    ahead: timedelta = timedelta(),
) -> str:
    """HTML of the tab.

    ``refused`` is whether a file to import was none of ours; ``ahead`` how far the visitor's clock
    is ahead of UTC.
    """
    if journal is None:
        return offer(lang, refused)
    if journal.empty:
        body = f'<p class="yz-note">{_t("empty", lang)}</p>'
    else:
        body = _moods(journal.moods, lang, catalogue.policy) + _activities(
            journal.activities, lang, catalogue
        )
        found = helped.tables(journal.activities, lang, catalogue, ahead)
        body += _section("helped_most", found, lang) if found else ""
    tools = _tools(journal, lang, catalogue)
    return (
        f'<div class="yz-journal"><header><h2>{_t("title", lang)}</h2>{tools}</header>'
        f"{_refused(refused, lang)}{body}</div>"
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


def _tools(journal: Journal, lang: Language, catalogue: Catalogue) -> str:
    # The mark at the front tells spreadsheets that the letters are Unicode.
    file = _t("file", lang)
    csv = f"data:text/csv;charset=utf-8,{quote(chr(0xFEFF) + journal.to_csv(lang, catalogue))}"
    json = f"data:application/json;charset=utf-8,{quote(journal.to_json(lang, catalogue))}"
    return (
        '<div class="tools">'
        f'<a class="yz-link" download="{file}.csv" href="{csv}">{_t("export_csv", lang)}</a>'
        f'<a class="yz-link" download="{file}.json" href="{json}">'
        f"{_t('export_json', lang)}</a>{_import(lang)}"
        f'<details data-key="erase"><summary>{_t("erase", lang)}</summary>'
        f'<div class="sure"><p>{_t("erase_sure", lang)}</p>'
        f'<button type="button" class="yz-button warn" data-keep="erase">'
        f"{_t('erase_now', lang)}</button></div></details></div>"
    )


def _moods(moods: tuple[MoodEntry, ...], lang: Language, policy: Policy) -> str:
    if not moods:
        return _section("moods", f'<p class="yz-note">{_t("moods_none", lang)}</p>', lang)
    [(most, _)] = Counter(_name(mood, lang, policy) for mood in moods).most_common(1)
    alt = _t("moods_alt", lang, count=len(moods), looks=most)
    legend = "".join(
        f'<span class="{name}"><i></i>{_t(f"legend_{name}", lang)}</span>'
        for name in ("read", "said")
    )
    plot = (
        f'<figure class="yz-plot"><div class="legend">{legend}</div>'
        f'<div role="img" aria-label="{alt}">{_plot(moods, lang, policy)}</div>'
        f"<figcaption>{_time(moods[0].at)}{_time(moods[-1].at)}</figcaption></figure>"
    )
    return _section("moods", plot + _table(moods, lang, policy), lang)


def rows(policy: Policy) -> list[str]:
    """The keys of all moods and expressions, from pleasant to hard."""
    ordered = [*policy.offered_moods]
    for place, emotion in enumerate(_EXPRESSIONS):
        if emotion.value not in ordered:
            before = _EXPRESSIONS[max(place - 1, 0)].value
            ordered.insert(ordered.index(before) + 1 if before in ordered else 0, emotion.value)
    return ordered


def _plot(moods: tuple[MoodEntry, ...], lang: Language, policy: Policy) -> str:
    """One row for each mood that there was, and a line through the entries in their order."""
    there = {mood.key for mood in moods}
    ordered = [key for key in rows(policy) if key in there]
    ordered += sorted(there.difference(ordered))  # moods of a policy that was there before
    first, last = moods[0].at.timestamp(), moods[-1].at.timestamp()
    span_s = max(last - first, 1.0)
    points = [
        (
            100 * (mood.at.timestamp() - first) / span_s if last > first else 50.0,
            100 * (ordered.index(mood.key) + 0.5) / len(ordered),
        )
        for mood in moods
    ]
    # What the person chose names the row, also where an expression was read later.
    named = sorted(moods, key=lambda mood: mood.source == "chosen")
    names_by_row = {mood.key: _name(mood, lang, policy) for mood in named}
    names = "".join(f"<span>{escape(names_by_row[row])}</span>" for row in ordered)
    dots = "".join(
        f'<i class="{"read" if mood.source == "reading" else "said"}" '
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


def _table(moods: tuple[MoodEntry, ...], lang: Language, policy: Policy) -> str:
    rows = "".join(
        f"<tr><td>{_time(mood.at)}</td><td>{escape(_name(mood, lang, policy))}</td>"
        f"<td>{_t(f'source_{mood.source}', lang)}</td></tr>"
        for mood in reversed(moods)
    )
    heads = "".join(f'<th scope="col">{_t(name, lang)}</th>' for name in ("when", "looks", "who"))
    return (
        f'<details data-key="table"><summary>{_t("table", lang)}</summary><div class="rows">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _activities(activities: tuple[ActivityEntry, ...], lang: Language, catalogue: Catalogue) -> str:
    if not activities:
        none = f'<p class="yz-note">{_t("activities_none", lang)}</p>'
        return _section("activities", none, lang)
    rows = "".join(_activity(entry, lang, catalogue) for entry in reversed(activities))
    return _section("activities", f'{_average(activities, lang)}<ul class="did">{rows}</ul>', lang)


def _activity(entry: ActivityEntry, lang: Language, catalogue: Catalogue) -> str:
    none = text("journal.no_rating", lang)
    rating = ""
    if entry.before or entry.after:
        words = _t("rating", lang, before=entry.before or none, after=entry.after or none)
        rating = f'<span class="rating">{words}</span>'
    title = escape(entry.title(lang, catalogue))
    return f"<li>{_time(entry.at)}<strong>{title}</strong>{rating}</li>"


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
        return lower(policy.mood(mood.key).name.of(lang), lang)
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

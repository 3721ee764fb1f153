"""All activities to look through: search, the visit's filters, favourites, what was turned down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal, get_args

from yuzug.emotions import Emotion, Language
from yuzug.recommender import search
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.reasons import circumstances, notes
from yuzug.texts import text
from yuzug.ui.advice import filters
from yuzug.ui.visit_history import VisitHistory

View = Literal["all", "favourites", "rejected"]
VIEWS: tuple[View, ...] = get_args(View)
FIRST = 12  # rows at first, and as many more each time
MOST_QUERY = 80  # characters


@dataclass(frozen=True)
class Library:
    """What a person looks for: words, which list, and how many rows are shown."""

    query: str = ""
    view: View = "all"
    rows: int = FIRST


def changed(library: Library | None, values: Mapping[str, object]) -> Library:
    """The library after a change on the page; values that the page does not offer count nothing."""
    library = library or Library()
    query, view = values.get("query"), values.get("view")
    if isinstance(query, str) and query[:MOST_QUERY] != library.query:
        library = Library(query[:MOST_QUERY], library.view)
    if view in VIEWS and view != library.view:
        library = Library(library.query, view)
    if values.get("more") is True:
        library = Library(library.query, library.view, library.rows + FIRST)
    return library


def found(
    library: Library, memory: VisitHistory, mood: tuple[Emotion, ...], lang: Language
) -> list[Activity]:
    """The activities that are looked for; nothing that is not for the ``mood``."""
    catalogue = memory.catalogue
    activities = search(catalogue, library.query, memory.filters, lang=lang, not_for=mood)
    if library.view == "favourites":
        return [one for one in activities if one.id in memory.favourites]
    if library.view == "rejected":
        return [one for one in activities if one.id in memory.rejected]
    return [one for one in activities if one.id not in memory.rejected]


def fold(
    library: Library | None, memory: VisitHistory, mood: tuple[Emotion, ...], lang: Language
) -> str:
    """Draw the fold; empty until it is opened for the first time."""
    inside = _inside(library, memory, mood, lang) if library else ""
    return (
        f'<details class="yz-library" data-key="library" data-library>'
        f"<summary>{_t('library', lang)}</summary><div>{inside}</div></details>"
    )


def star(activity: Activity, memory: VisitHistory, lang: Language) -> str:
    """Draw the button that marks a favourite."""
    pressed = "true" if activity.id in memory.favourites else "false"
    label = _t("favourite", lang, title=activity.title.of(lang))
    return (
        f'<button type="button" class="yz-star" data-act="favourite" aria-pressed="{pressed}" '
        f'aria-label="{label}" title="{label}"><svg viewBox="0 0 24 24" aria-hidden="true">'
        '<path d="m12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z" />'
        "</svg></button>"
    )


def guide(activity: Activity, lang: Language) -> str:
    """What ``guide.js`` leads through, as an attribute."""
    values = {
        "title": activity.title.of(lang),
        "steps": [step.of(lang) for step in activity.steps],
        "guide": activity.guide,
        "data": activity.guide_data(lang),
    }
    return escape(json.dumps(values, ensure_ascii=False))


def _inside(
    library: Library, memory: VisitHistory, mood: tuple[Emotion, ...], lang: Language
) -> str:
    activities = found(library, memory, mood, lang)
    rows = "".join(_row(one, library, memory, lang) for one in activities[: library.rows])
    more = len(activities) > library.rows
    views = "".join(
        f'<button type="button" class="yz-chip{" chosen" if view == library.view else ""}" '
        f'data-act="browse" data-view="{view}" '
        f'aria-pressed="{"true" if view == library.view else "false"}">'
        f"{_t(f'library_{view}', lang)}</button>"
        for view in VIEWS
    )
    label = _t("search", lang)
    return (
        f'<div class="look"><input type="search" data-search maxlength="{MOST_QUERY}" '
        f'value="{escape(library.query)}" placeholder="{label}" aria-label="{label}" />'
        f'<div class="yz-chips" role="group" aria-label="{_t("library_views", lang)}">{views}</div>'
        f"</div>{filters.bar(memory.filters, lang, key='library_filters')}"
        f'<p class="yz-note" role="status">{_count(activities, library, memory, lang)}</p>'
        f'<ul class="yz-rows">{rows}</ul><div class="more">'
        + (
            f'<button type="button" class="yz-button" data-act="browse" data-more>'
            f"{_t('library_more', lang)}</button>"
            if more
            else ""
        )
        + "</div>"
    )


def _count(
    activities: list[Activity], library: Library, memory: VisitHistory, lang: Language
) -> str:
    marked = {"all": (), "favourites": memory.favourites, "rejected": memory.rejected}[library.view]
    if library.view != "all" and not marked:
        return _t(f"library_no_{library.view}", lang)
    if not activities:
        return _t("library_none", lang)
    kept = library.view == "favourites" and not memory.journal_on
    unkept = f" {_t('library_unkept', lang)}" if kept else ""
    plural = "one" if len(activities) == 1 else "many"
    return _t(f"library_count_{plural}", lang, count=len(activities)) + unkept


def _row(activity: Activity, library: Library, memory: VisitHistory, lang: Language) -> str:
    title = activity.title.of(lang)
    steps = "".join(f"<li>{escape(step.of(lang))}</li>" for step in activity.steps)
    cautions = "".join(f"<li>{escape(note)}</li>" for note in notes(activity, lang))
    if library.view == "rejected":
        label = _t("bring_back_label", lang, title=title)
        acts = (
            f'<button type="button" class="yz-button" data-act="bring_back" aria-label="{label}">'
            f"{_t('bring_back', lang)}</button>"
        )
    else:
        label = _t("start_label", lang, title=title)
        acts = (
            f'<button type="button" class="yz-button" data-act="start" aria-label="{label}">'
            f"{_t('start', lang)}</button>{star(activity, memory, lang)}"
        )
    return (
        f'<li data-id="{escape(activity.id)}" data-guide="{guide(activity, lang)}">'
        f'<div class="what"><h4>{escape(title)}</h4>'
        f'<p class="meta">{escape(circumstances(activity, memory.filters, lang))}</p>'
        f'<details data-key="row {escape(activity.id)}"><summary>{_t("all_steps", lang)}</summary>'
        f'<ol>{steps}</ol></details><ul class="notes">{cautions}</ul></div>'
        f'<div class="acts">{acts}</div></li>'
    )


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"advice.{name}", lang, **values))

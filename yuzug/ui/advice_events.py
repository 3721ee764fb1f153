"""Which event of the advice areas and of the journal calls which handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timezone
from typing import Any

import gradio as gr

from yuzug.emotions import Language
from yuzug.recommender import Catalogue
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.state import AdviceState
from yuzug.ui.components import reading as panels
from yuzug.ui.components.event_options import ON_SETTINGS, event_values, every_one, quietly
from yuzug.ui.journal import view as journal_page
from yuzug.ui.journal.entries import read_export, restore_journal
from yuzug.ui.live import handlers as live
from yuzug.ui.page import Page
from yuzug.ui.photo import exporting
from yuzug.ui.photo import handlers as photo
from yuzug.ui.session import Settings

_TABS = ("live", "photo", "mood")
_DOWNLOAD = "() => document.querySelector('#yz-photo-archive a')?.click()"


def wire(page: Page, catalogue: Catalogue) -> None:
    """Connect the cards, filters and moods of each tab, and the journal."""
    for tab in _TABS:
        _wire_area(page, tab)
    _wire_saving(page)
    _wire_journal(page, catalogue)


def _wire_area(page: Page, tab: str) -> None:
    tabs: dict[str, Any] = {"live": page.live.panels, "photo": page.photo.panels, "mood": page.mood}

    def advise(
        settings: Settings,
        live_state: live.LiveState,
        photo_state: photo.PhotoState,
        mood_state: AdviceState,
        event: gr.EventData,
    ) -> list[Any]:
        states = {
            "live": live_state.following.advice,
            "photo": photo_state.advice,
            "mood": mood_state,
        }
        here = states[tab]
        favourites = here.memory.favourites
        spoken = acts.act(event_values(event), here, settings.lang)
        changed = {n for n in _TABS if n == tab or states[n].replace_rejected()}
        areas = _areas(settings.lang, live_state, photo_state, mood_state)
        if here.memory.filters == settings.filters:
            everywhere = here.memory.favourites != favourites
            drawn = [areas[n]() if everywhere or n in changed else gr.skip() for n in _TABS]
            same = [gr.skip(), *page.to_remember(settings, settings)]
            return [*same, *drawn, panels.announcement(spoken)]
        before, settings = settings, replace(settings, filters=here.memory.filters)
        for state in states.values():
            state.filter()
        drawn = [draw() for draw in areas.values()]
        kept = page.to_remember(settings, before)
        return [settings, *kept, *drawn, panels.announcement(spoken)]

    areas = [tabs[name].advice for name in _TABS]
    tabs[tab].advice.advise(
        advise,
        [page.settings, page.live_state, page.photo_state, page.mood_state],
        [page.settings, *page.remembered.values(), *areas, tabs[tab].announcement],
        **{**every_one(page), **ON_SETTINGS},
    )
    tabs[tab].advice.change(_write, [page.mood_state], [page.journal.store], **quietly(page))


def _areas(
    lang: Language,
    live_state: live.LiveState,
    photo_state: photo.PhotoState,
    mood_state: AdviceState,
) -> dict[str, Callable[[], str]]:
    """How the area of each tab is drawn."""
    return {
        "live": lambda: advice.area(live_state.following.advice, lang),
        "photo": lambda: advice.area(photo_state.advice, lang, savable=True),
        "mood": lambda: advice.chooser(mood_state, lang),
    }


def _write(mood_state: AdviceState) -> Any:
    """What the browser is to write into its journal."""
    notes = mood_state.memory.notes
    return journal_page.store(notes) if notes else gr.skip()


def _wire_saving(page: Page) -> None:
    def save(photo_state: photo.PhotoState, event: gr.EventData) -> str:
        named = photo_state.advice.named
        return exporting.link(event_values(event).get("face"), named.emotion if named else None)

    saved = page.photo.panels.advice.save(
        save, [page.photo_state], [page.photo.archive], **every_one(page)
    )
    saved.then(None, None, None, js=_DOWNLOAD)


def _wire_journal(page: Page, catalogue: Catalogue) -> None:
    """Follow the journal in the browser, which tells of every change of it."""

    def follow(settings: Settings, mood_state: AdviceState, event: gr.EventData) -> list[Any]:
        memory, news = mood_state.memory, event_values(event)
        journal, written = restore_journal(news.get("journal")), news.get("done")
        if journal is not None and news.get("act") == "start":
            memory.start()
        else:
            memory.keep(journal, written if isinstance(written, int) else 0)
        imported = read_export(news.get("imported")) if news.get("act") == "import" else None
        if imported is not None:
            memory.merge(imported)
        refused = news.get("act") == "import" and imported is None
        zone = memory.zone or timezone.utc
        drawn = journal_page.page(journal, settings.lang, catalogue, refused, zone)
        return [journal_page.store(memory.notes), drawn]

    tab = page.journal
    tab.store.changed(
        follow, [page.settings, page.mood_state], [tab.store, tab.panel], **every_one(page)
    )

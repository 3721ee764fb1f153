"""Which event of the advice areas and of the journal calls which handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from yuzug.emotions import Language
from yuzug.recommender import Catalogue
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.board import Board
from yuzug.ui.components import reading as panels
from yuzug.ui.components.event_options import every_one, quietly, told
from yuzug.ui.journal import view as journal_page
from yuzug.ui.journal.model import STORAGE_KEY, Journal, restore_journal
from yuzug.ui.live import handlers as live
from yuzug.ui.parts import Page
from yuzug.ui.photo import exporting
from yuzug.ui.photo import handlers as photo
from yuzug.ui.session import Settings

_TABS = ("live", "photo", "mood")
# Gradio writes nothing where there is nothing to keep, so the old entry would stay.
_ERASED = f"(kept) => {{ if (!kept) localStorage.removeItem('{STORAGE_KEY}') }}"
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
        mood_state: Board,
        event: gr.EventData,
    ) -> list[Any]:
        boards = [live_state.following.board, photo_state.board, mood_state]
        here = boards[_TABS.index(tab)]
        spoken = acts.act(told(event), here, settings.lang)
        areas = _areas(settings.lang, live_state, photo_state, mood_state)
        if here.memory.filters == settings.filters:
            drawn = [areas[name]() if name == tab else gr.skip() for name in _TABS]
            return [settings, gr.skip(), *drawn, panels.said(spoken)]
        settings = replace(settings, filters=here.memory.filters)
        for board in boards:
            board.filter()
        drawn = [draw() for draw in areas.values()]
        return [settings, settings.to_browser(), *drawn, panels.said(spoken)]

    areas = [tabs[name].advice for name in _TABS]
    tabs[tab].advice.advise(
        advise,
        [page.settings, page.live_state, page.photo_state, page.mood_state],
        [page.settings, page.browser, *areas, tabs[tab].said],
        **every_one(page),
    )
    tabs[tab].advice.change(
        _write, [page.journal.kept, page.mood_state], [page.journal.kept], **quietly(page)
    )


def _areas(
    lang: Language, live_state: live.LiveState, photo_state: photo.PhotoState, mood_state: Board
) -> dict[str, Callable[[], str]]:
    """How the area of each tab is drawn."""
    return {
        "live": lambda: advice.area(live_state.following.board, lang),
        "photo": lambda: advice.area(photo_state.board, lang, savable=True),
        "mood": lambda: advice.chooser(mood_state, lang),
    }


def _write(kept: object, mood_state: Board) -> Any:
    """Write into the journal what there is to write; it goes straight back to the browser."""
    journal = restore_journal(kept)
    if journal is None:
        return gr.skip()
    written = mood_state.memory.written(journal)
    return gr.skip() if written == journal else written.to_browser()


def _wire_saving(page: Page) -> None:
    def save(photo_state: photo.PhotoState, event: gr.EventData) -> str:
        said = photo_state.board.said
        return exporting.link(told(event).get("face"), said.emotion if said else None)

    saved = page.photo.panels.advice.save(
        save, [page.photo_state], [page.photo.archive], **every_one(page)
    )
    saved.then(None, None, None, js=_DOWNLOAD)


def _wire_journal(page: Page, catalogue: Catalogue) -> None:
    tab = page.journal

    def show(kept: object, settings: Settings) -> str:
        return journal_page.page(restore_journal(kept), settings.lang, catalogue)

    def keep(settings: Settings, mood_state: Board, event: gr.EventData) -> list[Any]:
        memory, journal = mood_state.memory, None
        if told(event).get("act") == "start":
            journal = Journal().write((), memory.helped, memory.rejected)
        memory.keep(journal)
        kept = journal.to_browser() if journal is not None else None
        return [kept, journal_page.page(journal, settings.lang, catalogue)]

    tab.kept.change(show, [tab.kept, page.settings], [tab.panel], **quietly(page))
    kept = tab.panel.keep(
        keep, [page.settings, page.mood_state], [tab.kept, tab.panel], **every_one(page)
    )
    kept.then(None, [tab.kept], None, js=_ERASED)

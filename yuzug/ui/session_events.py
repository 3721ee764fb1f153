"""Events of the page that every tab shares: load, notice, language, model."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timezone
from functools import cache
from typing import Any

import gradio as gr

from yuzug.emotions import Language
from yuzug.ui import about
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.state import AdviceState
from yuzug.ui.components.event_options import ON_SETTINGS, in_order, last_one, quietly
from yuzug.ui.gradio_patches import block_id
from yuzug.ui.journal import view as journal_page
from yuzug.ui.journal.entries import restore_journal
from yuzug.ui.live import handlers as live
from yuzug.ui.models import Analyzers
from yuzug.ui.page import Page
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo.events import WORK_ON_PHOTO, read_again, then_check, then_rest
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.session import STORAGE_KEYS, Settings, preferred_language, restore
from yuzug.ui.visit_history import VisitHistory, zone_of

# The visitor's clock travels with what the browser remembers: its time in ms, as if it were UTC,
# and its zone, as the days of a journal need it.
# So does the journal without its notes and tags; the server reads it and does not hold it.
_KEPT = ", ".join(STORAGE_KEYS)
_ARRIVE = f"""({_KEPT}, ...others) => [{{
  {_KEPT}, clock: Date.now() - new Date().getTimezoneOffset() * 60000,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  journal: window.yuzug.journal.withoutWords(),
}}, null, null, null, null, ...others]"""
_SHOW = "(lang) => window.yuzug.show(lang)"


def wire(demo: GuardedBlocks, page: Page, analyzers: Analyzers, default: Settings) -> None:
    """Connect what every tab shares."""
    _wire_arrival(demo, page, analyzers, default)
    _wire_notices(page)
    _wire_language(page, analyzers)
    _wire_model(page, analyzers)


def _wire_arrival(demo: GuardedBlocks, page: Page, analyzers: Analyzers, default: Settings) -> None:
    states = [page.live_state, page.photo_state, page.mood_state]
    parts = [page.language, page.model, page.classes, *_door_parts(page), *_word_parts(page)]

    @cache  # the document and an arrival must mean the same
    def shown(lang: Language) -> list[Any]:
        """What the document shows a visitor of whom nothing is known but the language."""
        settings = replace(default, lang=lang)
        unvisited = live.LiveState(), photo.PhotoState(), AdviceState()
        journal = journal_page.page(restore_journal(None), lang, analyzers.activities.catalogue)
        return _drawn(page, analyzers, settings, *unvisited, journal)

    def properties(lang: Language) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for part, value in zip(parts, shown(lang), strict=True):
            changed = value if isinstance(value, dict) else {"value": value}
            found.setdefault(block_id(part), {}).update(changed)
        return found

    demo.default_lang, demo.shown = default.lang, properties

    def arrive(
        remembered: object,  # all of it: the script puts the next four into it
        _model: object,
        _classes: object,
        _consent: object,
        _filters: object,
        live_state: live.LiveState,
        photo_state: photo.PhotoState,
        mood_state: AdviceState,
        request: gr.Request,
    ) -> list[Any]:
        asked = str(request.headers.get("accept-language", ""))
        settings = analyzers.fitting(restore(remembered, asked, analyzers.models, default))
        # Other activities come first for another visitor.
        catalogue = analyzers.activities.catalogue
        known = remembered if isinstance(remembered, dict) else {}
        zone = zone_of(known.get("clock"), known.get("zone"))
        journal = restore_journal(known.get("journal"))
        memory = VisitHistory(random.getrandbits(32), settings.filters, catalogue, zone)
        memory.keep(journal)
        for area in (live_state.following.advice, photo_state.advice, mood_state):
            area.memory = memory
        visited = (live_state, photo_state, mood_state)
        entries = journal_page.page(journal, settings.lang, catalogue, zone=zone or timezone.utc)
        drawn = _drawn(page, analyzers, settings, *visited, entries)
        # A slow line waits for every byte, and a phone for every part that is drawn again.
        before = shown(preferred_language(asked, default.lang))
        changes = [gr.skip() if new == old else new for new, old in zip(drawn, before, strict=True)]
        return [settings, *changes, *visited]

    outputs = [page.settings, *parts, *states]
    inputs = [*page.remembered.values(), *states]
    arrival = demo.load(arrive, inputs, outputs, js=_ARRIVE, **quietly(page), **ON_SETTINGS)
    arrival.then(None, [page.language], None, js=_SHOW)


def _wire_notices(page: Page) -> None:
    def accept(settings: Settings) -> list[Any]:
        accepted = settings.with_consent()
        kept = page.to_remember(accepted, settings)
        return [accepted, *_doors(page, accepted), *kept]

    shown = [page.settings, *_door_parts(page)]

    def given(settings: Settings) -> list[Any]:
        """The other tab has written it; a tab that is loaded writes it once more."""
        if settings.consent:
            return [gr.skip()] * len(shown)
        settings = settings.with_consent()
        return [settings, *_doors(page, settings)]

    page.consent.given(given, [page.settings], shown, **quietly(page), **ON_SETTINGS)
    outputs = [*shown, *page.remembered.values()]
    for notice in page.notices:
        accepted = notice.accept.click(
            accept, [page.settings], outputs, **quietly(page), **ON_SETTINGS
        )
        accepted.then(None, None, None, js="() => window.yuzug.begin(true)")


def _wire_language(page: Page, analyzers: Analyzers) -> None:
    states = [page.live_state, page.photo_state, page.mood_state]

    # The browser sends the journal once the language has changed.
    def switch_language(
        lang: Language | None,
        settings: Settings,
        live_state: live.LiveState,
        photo_state: photo.PhotoState,
        mood_state: AdviceState,
    ) -> list[Any]:
        before, settings = settings, replace(settings, lang=lang or settings.lang)
        words = _words(page, analyzers, settings, live_state, photo_state, mood_state, gr.skip())
        return [settings, *page.to_remember(settings, before), *words]

    page.language.input(
        switch_language,
        [page.language, page.settings, *states],
        [page.settings, *page.remembered.values(), *_word_parts(page)],
        **last_one(page),
        **ON_SETTINGS,
    ).then(None, [page.language], None, js=_SHOW)


def _sizes(analyzers: Analyzers, settings: Settings) -> dict[str, Any]:
    """The numbers of expressions to choose from for a model; hidden where there is no choice."""
    sizes = analyzers.label_sets(settings.model)
    update: dict[str, Any] = gr.update(
        choices=[(str(size), size) for size in sizes],
        value=settings.classes if sizes else None,
        visible=len(sizes) > 1,
    )
    return update


def _wire_model(page: Page, analyzers: Analyzers) -> None:
    def choose(model: str, classes: int | None, settings: Settings) -> list[Any]:
        before, sizes_before = settings, analyzers.label_sets(settings.model)
        settings = replace(settings, model=model, classes=classes or settings.classes)
        settings = analyzers.fitting(settings)
        words = about.page(analyzers, settings)
        # The number is left as it stands where it fits: a visitor may have pressed another one
        # since, which this answer would take back.
        same = analyzers.label_sets(model) == sizes_before and settings.classes == classes
        sizes = gr.skip() if same else _sizes(analyzers, settings)
        return [settings, *page.to_remember(settings, before), sizes, words]

    # One event for both, so that of two quick choices the older one cannot land last.
    chosen = gr.on(
        [page.model.input, page.classes.input],
        choose,
        [page.model, page.classes, page.settings],
        [page.settings, *page.remembered.values(), page.classes, page.about],
        **last_one(page),
        **ON_SETTINGS,
    )
    # The server has no picture to read again; the page sends the one that it shows.
    again = chosen.then(
        read_again(analyzers),
        [page.photo.again, page.photo.person, page.settings, page.photo_state],
        [*page.photo.panels],
        js=WORK_ON_PHOTO,
        **in_order(page),
    )
    then_rest(again)
    then_check(again, page, analyzers)


def _door_parts(page: Page) -> list[gr.Column]:
    return [part for notice in page.notices for part in (notice.box, notice.room)]


def _doors(page: Page, settings: Settings) -> list[Any]:
    """The notices closed and the rooms open, or the other way round."""
    accepted = settings.consent
    return [gr.update(visible=not accepted), gr.update(visible=accepted)] * len(page.notices)


def _word_parts(page: Page) -> list[Any]:
    return [
        *page.chrome.components,
        *page.live.panels,
        *page.photo.panels,
        page.mood.advice,
        page.journal.panel,
        page.about,
    ]


def _drawn(
    page: Page,
    analyzers: Analyzers,
    settings: Settings,
    live_state: live.LiveState,
    photo_state: photo.PhotoState,
    mood_state: AdviceState,
    journal: Any,
) -> list[Any]:
    """Values of all parts of the page for these settings: choices, notices, text."""
    choices = [settings.lang, settings.model, _sizes(analyzers, settings)]
    words = _words(page, analyzers, settings, live_state, photo_state, mood_state, journal)
    return [*choices, *_doors(page, settings), *words]


def _words(
    page: Page,
    analyzers: Analyzers,
    settings: Settings,
    live_state: live.LiveState,
    photo_state: photo.PhotoState,
    mood_state: AdviceState,
    journal: Any,
) -> list[Any]:
    """Every word of the page in the chosen language; nothing is analysed."""
    return [
        *page.chrome.updates(settings.lang),
        *live.redraw(live_state, settings.lang),
        *photo.redraw(photo_state, settings.lang),
        advice.chooser(mood_state, settings.lang),
        journal,
        about.page(analyzers, settings),
    ]

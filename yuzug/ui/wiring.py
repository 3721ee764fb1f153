"""Which event calls which handler, and what it may change. No endpoint is public."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui import about, live, photo
from yuzug.ui.analyzers import Analyzers
from yuzug.ui.forget import keep_no_values
from yuzug.ui.layout import Page, draw
from yuzug.ui.settings import Settings, restore
from yuzug.ui.uploads import bytes_of_data_url, encoded

STREAM_EVERY_S = 0.08
# Seconds of work on the server, not of wall clock; then others get their turn, and the page
# goes on by itself.
STREAM_TIME_LIMIT_S = 30
STREAMS_AT_ONCE = 6
_SHOW = "(lang) => window.yuzug.show(lang)"


def build(analyzers: Analyzers, default: Settings) -> gr.Blocks:
    """The app for these models; ``default`` is what a visitor with no wishes gets."""
    keep_no_values()
    demo = gr.Blocks(
        title=text("ui.title", default.lang),
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(300, 300),
    )
    with demo:
        page = draw(analyzers, default)
        _wire_arrival(demo, page, analyzers, default)
        _wire_choices(page, analyzers)
        _wire_live(page, analyzers)
        _wire_photo(page, analyzers)
    demo.queue(default_concurrency_limit=4)
    return demo


def _wire_arrival(demo: gr.Blocks, page: Page, analyzers: Analyzers, default: Settings) -> None:
    rooms = [part for notice in page.notices for part in (notice.box, notice.room)]
    panels = [*page.live.panels, *page.photo.panels, page.about]

    def arrive(
        remembered: object,
        live_state: live.LiveState,
        photo_state: photo.PhotoState,
        request: gr.Request,
    ) -> list[Any]:
        asked = str(request.headers.get("accept-language", ""))
        settings = restore(remembered, asked, analyzers.models, default)
        # Other activities come first for another visitor.
        live_state.seed = photo_state.seed = random.getrandbits(32)
        return [
            settings,
            settings.lang,
            settings.model,
            settings.classes,
            *_doors(settings, len(page.notices)),
            *page.chrome.updates(settings.lang),
            *_redrawn(analyzers, settings, live_state, photo_state),
            live_state,
            photo_state,
        ]

    def accept(settings: Settings) -> list[Any]:
        settings = settings.with_consent()
        return [settings, settings.to_browser(), *_doors(settings, len(page.notices))]

    demo.load(
        arrive,
        [page.browser, page.live_state, page.photo_state],
        [
            page.settings,
            page.language,
            page.model,
            page.classes,
            *rooms,
            *page.chrome.components,
            *panels,
            page.live_state,
            page.photo_state,
        ],
        **_quietly(page),
    ).then(None, [page.language], None, js=_SHOW)
    for notice in page.notices:
        notice.accept.click(
            accept, [page.settings], [page.settings, page.browser, *rooms], **_quietly(page)
        ).then(None, None, None, js="() => window.yuzug.begin()")


def _doors(settings: Settings, count: int) -> list[Any]:
    """The notices closed and the rooms open, or the other way round."""
    accepted = settings.consent
    return [gr.update(visible=not accepted), gr.update(visible=accepted)] * count


def _redrawn(
    analyzers: Analyzers,
    settings: Settings,
    live_state: live.LiveState,
    photo_state: photo.PhotoState,
) -> list[Any]:
    return [
        *live.redraw(live_state, settings.lang),
        *photo.redraw(photo_state, settings.lang),
        about.page(analyzers, settings),
    ]


def _wire_choices(page: Page, analyzers: Analyzers) -> None:
    panels = [*page.live.panels, *page.photo.panels, page.about]

    def speak(
        lang: Language,
        settings: Settings,
        live_state: live.LiveState,
        photo_state: photo.PhotoState,
    ) -> list[Any]:
        settings = replace(settings, lang=lang)
        return [
            settings,
            settings.to_browser(),
            *page.chrome.updates(lang),
            *_redrawn(analyzers, settings, live_state, photo_state),
        ]

    def choose(model: str, classes: int, settings: Settings) -> list[Any]:
        settings = replace(settings, model=model, classes=classes)
        return [settings, settings.to_browser(), about.page(analyzers, settings)]

    def read_again(
        url: str | None, settings: Settings, state: photo.PhotoState
    ) -> photo.PhotoPanels:
        return photo.read(analyzers, bytes_of_data_url(url) if url else None, settings, state)

    page.language.input(
        speak,
        [page.language, page.settings, page.live_state, page.photo_state],
        [page.settings, page.browser, *page.chrome.components, *panels],
        **_quietly(page),
    ).then(None, [page.language], None, js=_SHOW)
    for selector in (page.model, page.classes):
        selector.input(
            choose,
            [page.model, page.classes, page.settings],
            [page.settings, page.browser, page.about],
            **_quietly(page),
        ).then(
            read_again,
            [page.photo.again, page.settings, page.photo_state],
            [*page.photo.panels],
            js="(_, ...states) => [window.yuzug.photo(), ...states]",
            **_quietly(page),
        )


def _wire_live(page: Page, analyzers: Analyzers) -> None:
    tab, state = page.live, page.live_state
    outputs = [*tab.panels, state]

    def step(
        payload: Mapping[str, Any] | None, settings: Settings, live_state: live.LiveState
    ) -> list[Any]:
        now_s = time.monotonic()
        return [*live.step(analyzers, encoded(payload), settings, live_state, now_s), live_state]

    def camera(settings: Settings, live_state: live.LiveState, event: gr.EventData) -> list[Any]:
        return [*live.camera(_told(event), settings, live_state), live_state]

    def pick(settings: Settings, live_state: live.LiveState, event: gr.EventData) -> list[Any]:
        shown = live.pick(_told(event), settings, live_state, time.monotonic())
        return [*shown, live_state]

    tab.webcam.stream(
        step,
        [tab.webcam, page.settings, state],
        outputs,
        stream_every=STREAM_EVERY_S,
        time_limit=STREAM_TIME_LIMIT_S,
        concurrency_limit=STREAMS_AT_ONCE,
        preprocess=False,
        **_quietly(page),
    )
    tab.panels.camera.camera(camera, [page.settings, state], outputs, **_every_one(page))
    tab.panels.reading.pick(pick, [page.settings, state], outputs, **_every_one(page))


def _wire_photo(page: Page, analyzers: Analyzers) -> None:
    tab, state = page.photo, page.photo_state
    outputs = [*tab.panels, state]

    def read(
        payload: Mapping[str, Any] | None, settings: Settings, photo_state: photo.PhotoState
    ) -> list[Any]:
        # The picker is emptied for the next picture; that calls here again, with none.
        emptied = gr.skip() if payload is None else None
        shown = photo.read(analyzers, encoded(payload), settings, photo_state)
        return [*shown, photo_state, emptied]

    def press(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        if _told(event).get("name") == "example":
            shown = photo.read(analyzers, photo.EXAMPLE, settings, photo_state)
        else:
            shown = photo.clear(settings, photo_state)
        return [*shown, photo_state]

    def pick(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        return [*photo.pick(_told(event), settings, photo_state), photo_state]

    tab.picker.change(
        read,
        [tab.picker, page.settings, state],
        [*outputs, tab.picker],
        preprocess=False,
        **_quietly(page),
    )
    tab.bar.press(press, [page.settings, state], outputs, **_every_one(page))
    tab.panels.reading.pick(pick, [page.settings, state], outputs, **_every_one(page))


def _quietly(page: Page) -> dict[str, Any]:
    """What every event of ours has: no public endpoint, and nothing that spins.

    Gradio tells each component of an event about its progress, at every frame of a stream those
    of all events, tabs with all their children included: half of what the browser had to do. So
    the progress is shown on the one component that is not drawn.
    """
    return {
        "api_visibility": "private",
        "show_progress": "hidden",
        "show_progress_on": page.settings,
    }


def _every_one(page: Page) -> dict[str, Any]:
    """For what a script tells: none dropped while an earlier one is on its way, none overtaking."""
    return {**_quietly(page), "trigger_mode": "multiple", "concurrency_limit": 1}


def _told(event: gr.EventData) -> Mapping[str, Any]:
    """What a script of ours told; from outside, so anything may be in it."""
    data = event._data
    return data if isinstance(data, dict) else {}

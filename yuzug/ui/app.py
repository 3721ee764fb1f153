"""Which event calls which handler, and what it may change; only what ``api`` offers is public."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import gradio as gr

from yuzug._resources import PORTRAIT
from yuzug.texts import text
from yuzug.ui import session_events as visit
from yuzug.ui.advice import events as advising
from yuzug.ui.api import endpoints as api
from yuzug.ui.components.event_options import every_one, quietly, told
from yuzug.ui.gradio_patches import keep_no_values
from yuzug.ui.layout import draw
from yuzug.ui.live import handlers as live
from yuzug.ui.models import Analyzers
from yuzug.ui.parts import Page
from yuzug.ui.photo import events as questions
from yuzug.ui.photo import handlers as photo
from yuzug.ui.session import Settings
from yuzug.ui.uploads import encoded, take_uploads_alone

STREAM_EVERY_S = 0.08
# Seconds of work on the server, not of wall clock; then others get their turn, and the page
# goes on by itself.
STREAM_TIME_LIMIT_S = 30
STREAMS_AT_ONCE = 6


def build(analyzers: Analyzers, default: Settings) -> gr.Blocks:
    """The app for these models; ``default`` is what a visitor with no wishes gets."""
    keep_no_values()
    take_uploads_alone()
    demo = gr.Blocks(
        title=text("ui.title", default.lang),
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(300, 300),
    )
    with demo:
        page = draw(analyzers, default)
        visit.wire(demo, page, analyzers, default)
        _wire_live(page, analyzers)
        _wire_photo(page, analyzers)
        advising.wire(page, analyzers.activities.catalogue)
        api.offer(demo, analyzers)
    demo.queue(default_concurrency_limit=4)
    return demo


def _wire_live(page: Page, analyzers: Analyzers) -> None:
    tab, state = page.live, page.live_state
    outputs = [*tab.panels, state]

    def step(
        payload: Mapping[str, Any] | None, settings: Settings, live_state: live.LiveState
    ) -> list[Any]:
        now_s = time.monotonic()
        return [*live.step(analyzers, encoded(payload), settings, live_state, now_s), live_state]

    def camera(settings: Settings, live_state: live.LiveState, event: gr.EventData) -> list[Any]:
        return [*live.camera(told(event), settings, live_state), live_state]

    def pick(settings: Settings, live_state: live.LiveState, event: gr.EventData) -> list[Any]:
        shown = live.pick(told(event), settings, live_state, time.monotonic())
        return [*shown, live_state]

    tab.webcam.stream(
        step,
        [tab.webcam, page.settings, state],
        outputs,
        stream_every=STREAM_EVERY_S,
        time_limit=STREAM_TIME_LIMIT_S,
        concurrency_limit=STREAMS_AT_ONCE,
        preprocess=False,
        **quietly(page),
    )
    tab.panels.camera.camera(camera, [page.settings, state], outputs, **every_one(page))

    def show_evidence(live_state: live.LiveState, event: gr.EventData) -> list[Any]:
        return [*live.explain(told(event), live_state), live_state]

    tab.panels.reading.pick(pick, [page.settings, state], outputs, **every_one(page))
    tab.panels.reading.explain(show_evidence, [state], outputs, **every_one(page))


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
        if told(event).get("name") == "example":
            shown = photo.read(analyzers, PORTRAIT, settings, photo_state)
        else:
            shown = photo.clear(settings, photo_state)
        return [*shown, photo_state]

    def pick(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        return [*photo.pick(told(event), settings, photo_state), photo_state]

    shown_anew = (
        tab.picker.change(
            read,
            [tab.picker, page.settings, state],
            [*outputs, tab.picker],
            preprocess=False,
            **quietly(page),
        ),
        tab.bar.press(press, [page.settings, state], outputs, **every_one(page)),
        tab.panels.reading.pick(pick, [page.settings, state], outputs, **every_one(page)),
    )
    for event in shown_anew:
        questions.then_check(event, page, analyzers)
    questions.wire(page, analyzers)

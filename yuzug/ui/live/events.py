"""Which event of the Live tab calls which handler."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import gradio as gr

from yuzug.ui.components.event_options import every_one, quietly, told
from yuzug.ui.live import handlers as live
from yuzug.ui.models import Analyzers
from yuzug.ui.parts import Page
from yuzug.ui.session import Settings
from yuzug.ui.uploads import Uploads

STREAM_EVERY_S = 0.08
# Seconds of work on the server, not of wall clock; then others get their turn, and the page
# goes on by itself.
STREAM_TIME_LIMIT_S = 30
STREAMS_AT_ONCE = 6


def wire(page: Page, analyzers: Analyzers, uploads: Uploads) -> None:
    """Connect the camera, the faces and the bars."""
    tab, state = page.live, page.live_state
    outputs = [*tab.panels, state]

    def step(
        payload: Mapping[str, Any] | None, settings: Settings, live_state: live.LiveState
    ) -> list[Any]:
        now_s = time.monotonic()
        source = uploads.encoded(payload)
        return [*live.step(analyzers, source, settings, live_state, now_s), live_state]

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

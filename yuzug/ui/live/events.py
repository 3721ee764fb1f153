"""Which event of the Live tab calls which handler."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import gradio as gr

from yuzug.errors import YuzugError
from yuzug.ui.components import reading as panels
from yuzug.ui.components.event_options import event_values, every_one, quietly
from yuzug.ui.live import handlers as live
from yuzug.ui.live.frame_scheduler import MAX_VISITORS, FrameScheduler
from yuzug.ui.models import Analyzers
from yuzug.ui.server.uploads import bytes_of_data_url
from yuzug.ui.session import Settings

if TYPE_CHECKING:
    from yuzug.ui.page import Page


def wire(page: Page, analyzers: Analyzers) -> None:
    """Connect the frames, the camera and the advice."""
    tab, state = page.live, page.live_state
    turns = FrameScheduler()

    def step(
        frame: str | None,
        options: str | None,
        settings: Settings,
        live_state: live.LiveState,
        request: gr.Request,
    ) -> list[Any]:
        asked = live.FrameOptions.of(options)
        try:
            with turns.take(str(request.session_hash)):
                start_s = time.monotonic()
                source = bytes_of_data_url(frame or "")
                answer = live.step(analyzers, source, asked, settings, live_state, start_s)
                answer["ms"] = round(1000 * (time.monotonic() - start_s), 1)
        except YuzugError as error:
            answer = {"full": True, "notice": panels.error_notice(error, settings.lang)}
        return [answer, live_state]

    # The script calls this by its name, past the queue: a frame is worth nothing once it is old.
    tab.frame.submit(
        step,
        [tab.frame, tab.options, page.settings, state],
        [tab.answer, state],
        api_name="frame",
        queue=False,
        concurrency_limit=MAX_VISITORS,  # they take turns among themselves
        **quietly(page),
    )

    def camera(live_state: live.LiveState, event: gr.EventData) -> live.LiveState:
        live.camera(event_values(event), live_state)
        return live_state

    def advised(settings: Settings, live_state: live.LiveState) -> list[Any]:
        return [*live.advice_shown(live_state, settings.lang)]

    tab.panels.camera.camera(camera, [state], [state], **every_one(page))
    tab.panels.camera.advised(advised, [page.settings, state], [*tab.panels], **every_one(page))

"""Which function of the Film tab is called by which name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from yuzug.ui.components.event_options import quietly
from yuzug.ui.film import handlers as film
from yuzug.ui.models import Analyzers
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.session import Settings

if TYPE_CHECKING:
    from yuzug.ui.page import Page


def wire(page: Page, analyzers: Analyzers, demo: GuardedBlocks) -> None:
    """Offer the script its functions, past the queue: the clips have a line of their own."""
    tab, jobs = page.film, demo.films

    def film_read(
        clip: Mapping[str, Any] | None, settings: Settings, request: gr.Request
    ) -> dict[str, Any]:
        visit = str(request.session_hash)
        return film.start(analyzers, demo.uploads, jobs, demo.film_limits, clip, settings, visit)

    def film_progress(settings: Settings, request: gr.Request) -> dict[str, Any]:
        return film.progress(jobs, str(request.session_hash))

    def film_cancel(settings: Settings, request: gr.Request) -> dict[str, Any]:
        jobs.cancel(str(request.session_hash))
        return {"state": "none"}

    def film_frame(url: str | None, options: str | None, settings: Settings) -> dict[str, Any]:
        return film.explain(analyzers, url, options, settings)

    plain: dict[str, Any] = {"queue": False, **quietly(page)}
    settings, answer = page.settings, tab.answer
    tab.read.click(film_read, [tab.clip, settings], [answer], api_name="film_read", **plain)
    tab.progress.click(film_progress, [settings], [answer], api_name="film_progress", **plain)
    tab.cancel.click(film_cancel, [settings], [answer], api_name="film_cancel", **plain)
    tab.frame.submit(
        film_frame, [tab.frame, tab.options, settings], [answer], api_name="film_frame", **plain
    )

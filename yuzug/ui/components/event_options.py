"""Options of the page's Gradio events: order, concurrency, progress, and the values they bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from yuzug.ui.gradio_patches import event_data

if TYPE_CHECKING:
    from yuzug.ui.page import Page


def quietly(page: Page) -> dict[str, Any]:
    """Options of every event: no public endpoint and no progress spinner.

    Gradio tells each component of an event about its progress, at every frame of a stream those
    of all events, tabs with all their children included: half of what the browser had to do. So
    the progress is shown on the one component that is not drawn.
    """
    return {
        "api_visibility": "private",
        "show_progress": "hidden",
        "show_progress_on": page.settings,
    }


# Options for every event that changes the settings of a visit, besides those that it has. Gradio
# gives a handler the state of its beginning and keeps what it returns: two side by side would
# undo one another. They run one at a time, in the order in which they came, and load no model.
ON_SETTINGS: dict[str, Any] = {"concurrency_id": "settings", "concurrency_limit": 1}


def last_one(page: Page) -> dict[str, Any]:
    """Options for a choice: while one runs, only the last of the others follows."""
    return {**quietly(page), "trigger_mode": "always_last"}


def every_one(page: Page) -> dict[str, Any]:
    """Options for events of a script: every one is queued, and they run one at a time, in order."""
    return {**quietly(page), "trigger_mode": "multiple", "concurrency_limit": 1}


def in_order(page: Page) -> dict[str, Any]:
    """Options for questions in the Photo tab: every event begins, in the order in which they came.

    Nothing is dropped on the way, and ``PhotoState`` knows what was asked last: an answer to
    anything earlier changes nothing. Gradio's "always_last" would send the first event's data
    again.
    """
    return {
        **quietly(page),
        "trigger_mode": "multiple",
        "concurrency_id": "photo",
        "concurrency_limit": 4,
    }


def event_values(event: gr.EventData) -> Mapping[str, Any]:
    """What a script of the page sent with an event; from outside, so it may hold anything."""
    data = event_data(event)
    return data if isinstance(data, dict) else {}

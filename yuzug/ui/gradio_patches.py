"""Gradio must forget what passes through: it keeps the last value of every component."""

from __future__ import annotations

from typing import Any

from gradio.state_holder import SessionState


def keep_no_values() -> None:
    """Let a session keep no component values: no visitor's last picture stays in memory.

    Gradio stores the last input and output of every component of every session, for links that
    restore a page, until ten thousand other sessions push them out. This app makes no such
    links. A test looks through the memory of a running server, so that a version of Gradio that
    keeps them elsewhere does not go unnoticed.
    """

    def forget(self: SessionState, key: int, value: Any) -> None:
        return None

    SessionState._update_value_in_config = forget  # type: ignore[method-assign]

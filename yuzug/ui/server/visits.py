"""The visits that the page opened, and when the server forgets each of them.

A page holds a connection open while it is shown, the heartbeat. A quarter of an hour after the last
one ended nothing is left of the visit: no reading, no setting. The page, if it is still there,
opens the visit again from what the browser remembers.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from yuzug.errors import YuzugError
from yuzug.ui.gradio_patches import SessionState, StateHolder

if TYPE_CHECKING:
    import gradio as gr

# Long enough for a page that is loaded again, for a connection that broke, and for a phone that is
# locked during an activity of ten minutes.
FORGET_AFTER_S = 900.0
CLOSED_AFTER_S = 10.0  # without its heartbeat a page is closed
MAX_VISITS = 1000  # at about 12 kB each without a photo
_NAME = re.compile(r"[A-Za-z0-9_-]{4,64}")


class Sessions(StateHolder):
    """What Gradio keeps of each visit. What others call a session is nobody's, and is not kept."""

    def __init__(self, blocks: gr.Blocks) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.set_blocks(blocks)
        self._nobody: SessionState | None = None
        self._beats: Counter[str] = Counter()
        self._used_s: dict[str, float] = {}

    def set_blocks(self, blocks: gr.Blocks) -> None:
        """Keep the visits of this page."""
        super().set_blocks(blocks)
        self.capacity = MAX_VISITS

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id in self.session_data:
            self._used_s[session_id] = time.monotonic()
            return super().__getitem__(session_id)
        if self._nobody is None:
            self._nobody = SessionState(self.blocks)
        return self._nobody

    def open(self, session_id: str) -> SessionState:
        """The visit of this name, made where there is none.

        Raises:
            YuzugError: ``session.unknown`` where it is no name.
        """
        if not _NAME.fullmatch(session_id):
            raise unknown("a name that no page gives a visit")
        if session_id not in self.session_data:
            if len(self.session_data) >= self.capacity:
                left = (name for name in self.session_data if not self._beats[name])
                self.forget(next(left, next(iter(self.session_data))))
            super().__getitem__(session_id)
        return self[session_id]

    @contextmanager
    def beating(self, session_id: str) -> Iterator[None]:
        """While a page holds its heartbeat open."""
        self._beats[session_id] += 1
        try:
            yield
        finally:
            self._beats[session_id] -= 1
            if not self._beats[session_id]:
                del self._beats[session_id]
            if session_id in self.session_data:
                self._used_s[session_id] = time.monotonic()

    def is_open(self, session_id: str) -> bool:
        """Whether the page of a visit is still there: a broken line is forgiven for seconds."""
        used_s = self._used_s.get(session_id)
        return used_s is not None and (
            self._beats[session_id] > 0 or time.monotonic() - used_s < CLOSED_AFTER_S
        )

    def delete_all_expired_state(self) -> None:
        """Do nothing: a visit is forgotten with all its state, and never while its page is open.

        Gradio would empty one part of a visit after the other by the time of day, also when the
        clock was set ahead; the page then asked for a consent that had been given.
        """

    def forget(self, session_id: str) -> None:
        """Keep nothing of a visit."""
        for known in (self.session_data, self.time_last_used, self._used_s):
            known.pop(session_id, None)

    def forget_left(self) -> list[str]:
        """Forget the visits whose page was left long enough ago, and tell which."""
        before_s = time.monotonic() - FORGET_AFTER_S
        left = [
            name
            for name, used_s in list(self._used_s.items())
            if used_s <= before_s and not self._beats[name]
        ]
        for name in left:
            self.forget(name)
        return left


def unknown(got: str) -> YuzugError:
    """The error of a call to the page that comes from none of its visits."""
    return YuzugError(
        "session.unknown",
        must="a call to the page must come from a visit that the page opened",
        got=got,
        do="load the page again; programs call the public endpoints (docs/api.md)",
    )


def visit_of(sessions: Any, session_hash: str | None, opens: bool) -> SessionState:
    """The visit that a call comes from; a call that ``opens`` one may be its first.

    Raises:
        YuzugError: ``session.unknown``.
    """
    if opens and isinstance(sessions, Sessions):
        return sessions.open(session_hash or "")
    if not session_hash or session_hash not in sessions:
        raise unknown("no such visit" if session_hash else "a call without a visit")
    found: SessionState = sessions[session_hash]
    return found

"""How many calls run and wait at once, and how long an answer waits to be fetched.

Gradio's queue limits what comes through it; ``/run`` and ``/api`` go past it, and it takes calls of
anybody and without end. Here both share the same slots, and a call that finds none is refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException

from yuzug.errors import YuzugError
from yuzug.records import sentence_of
from yuzug.ui.gradio_patches import Event, Queue
from yuzug.ui.session import preferred_language

AT_ONCE = 4  # calls of one function, unless it says otherwise
MAX_DIRECT = 16  # calls to /run and /api that wait for a place, of one function
MAX_WAITING = 64  # calls in the queue, of one function
MAX_OF_ONE_VISIT = 24  # calls that wait or run
MAX_HELD_BYTES = 256 * 2**20  # what the calls in the queue bring with them
UNFETCHED_S = 60.0

# Raises where a call is of no visit that may make it.
Admit = Callable[[Any, str | None], Any]


class Places:
    """The places of each function, for calls from the queue and for direct ones."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    @asynccontextmanager
    async def taken(self, function: Any, queued: bool) -> AsyncIterator[None]:
        """Wait for a place, and give it back. The queue waits elsewhere, so it never is refused.

        Raises:
            YuzugError: ``server.busy`` where too many direct calls wait already.
        """
        limit = function.concurrency_limit
        group = self._groups.setdefault(
            function.concurrency_id,
            _Group(asyncio.Semaphore(AT_ONCE if limit in (None, "default") else limit)),
        )
        if not queued and group.free.locked() and group.waiting >= MAX_DIRECT:
            raise busy(f"{group.waiting} calls that wait already")
        group.waiting += not queued
        try:
            await group.free.acquire()
        finally:
            group.waiting -= not queued
        try:
            yield
        finally:
            group.free.release()


@dataclass
class _Group:
    free: asyncio.Semaphore
    waiting: int = 0


class BoundedQueue(Queue):
    """Gradio's queue, which takes only calls that may be made, and so many of them."""

    def __init__(self, admit: Admit, **options: Any) -> None:
        super().__init__(**options)
        self._admit = admit
        self._unfetched_since_s: dict[str, float] = {}

    async def push(  # type: ignore[no-untyped-def]
        self, body: Any, request: Any, username: str | None
    ):
        """Take a call in, as Gradio does.

        Raises:
            HTTPException: 404 without such a function, 410 without such a visit, 429 without a
                place.
        """
        # Gradio would file the call under this name, and look for it under another.
        body.session_hash = body.session_hash or None
        function = self.blocks.fns.get(body.fn_index if body.fn_index is not None else -1)
        status = 410
        try:
            # Some functions of the page are scripts alone, which the server has not.
            if function is None or function.fn is None:
                status = 404
                raise no_function(repr(body.fn_index))
            self._admit(function, body.session_hash)
            status = 429
            self._check_room(function, body, request)
        except YuzugError as error:
            lang = preferred_language(request.headers.get("accept-language", ""), "en")
            raise HTTPException(status, sentence_of(error, lang)) from error
        return await super().push(body, request, username)

    def _check_room(self, function: Any, body: Any, request: Any) -> None:
        group = self.event_queue_per_concurrency_id.get(function.concurrency_id)
        waiting = len(group.queue) if group is not None else 0
        if waiting >= MAX_WAITING:
            raise busy(f"{waiting} calls that wait already")
        held = sum(
            _length(event.request)
            for one in self.event_queue_per_concurrency_id.values()
            for event in one.queue
        )
        if held + _length(request) > MAX_HELD_BYTES:
            raise busy("calls that hold all the memory there is for them")
        if body.session_hash is None:
            return
        own = [
            event
            for event in self.event_ids_to_events.values()
            if event.session_hash == body.session_hash
        ]
        if len(own) >= MAX_OF_ONE_VISIT:
            raise busy(f"{len(own)} calls of this visit")

    def send_message(self, event: Event, event_message: Any) -> None:
        """Tell a client about its call, if it is still known here."""
        if event.session_hash in self.pending_messages_per_session:
            super().send_message(event, event_message)

    def drop_unfetched(self) -> None:
        """Forget what nobody fetched in a minute: pictures are in it."""
        now_s = time.monotonic()
        running = {event.session_hash for event in self.event_ids_to_events.values()}
        for name, messages in list(self.pending_messages_per_session.items()):
            if messages.empty():
                self._unfetched_since_s.pop(name, None)
                continue
            if now_s - self._unfetched_since_s.setdefault(name, now_s) < UNFETCHED_S:
                continue
            while not messages.empty():
                messages.get_nowait()
            if name not in running:
                self.forget(name)
        for name in self._unfetched_since_s.keys() - self.pending_messages_per_session.keys():
            del self._unfetched_since_s[name]

    def forget(self, name: str) -> None:
        """Drop the messages that a visit has not fetched."""
        self.pending_messages_per_session.pop(name, None)
        self.pending_event_ids_session.pop(name, None)
        self._unfetched_since_s.pop(name, None)


def busy(got: str) -> YuzugError:
    """The error of a call for which there is no room."""
    return YuzugError(
        "server.busy",
        must="only so many calls may wait at once",
        got=got,
        do="try again in a moment",
    )


def no_function(got: str) -> YuzugError:
    """The error of a call to what there is not."""
    return YuzugError(
        "request.refused",
        must="a call must be of a function that there is",
        got=got[:100],
        do="see docs/api.md",
    )


def _length(request: Any) -> int:
    length = str(request.headers.get("content-length", ""))
    return int(length) if length.isdecimal() else 0

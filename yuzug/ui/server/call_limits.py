"""How long a call may work, and whether anybody still waits for its answer.

What one call asks for is made in pieces: a picture, a face. Between two of them the work asks here
whether to go on. :mod:`yuzug.images` bounds a single piece: its size and its file's structure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import Message, Receive

from yuzug.errors import YuzugError

MAX_CALL_S = 60.0


@dataclass
class _Caller:
    gone: bool = False


_CALLER: ContextVar[_Caller | None] = ContextVar("caller", default=None)
_UNTIL_S: ContextVar[float | None] = ContextVar("until_s", default=None)


@contextmanager
def begun() -> Iterator[None]:
    """While a call works: it may go on for :data:`MAX_CALL_S` from now."""
    token = _UNTIL_S.set(time.monotonic() + MAX_CALL_S)
    try:
        yield
    finally:
        _UNTIL_S.reset(token)


def check() -> None:
    """End the work here, where it took too long or its caller has left.

    Raises:
        YuzugError: ``call.ended``.
    """
    caller, until_s = _CALLER.get(), _UNTIL_S.get()
    if caller is not None and caller.gone:
        raise _ended("a caller who left")
    if until_s is not None and time.monotonic() > until_s:
        raise _ended(f"one that worked for {MAX_CALL_S:.0f} s")


async def watched(receive: Receive, answer: Callable[[Receive], Awaitable[None]]) -> None:
    """Answer a request, and notice meanwhile when its sender hangs up."""
    caller, left = _Caller(), asyncio.Event()
    watching: asyncio.Task[None] | None = None

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        caller.gone = True
        left.set()

    async def received() -> Message:
        nonlocal watching
        if watching is not None:  # all of the request has come; what is next is its end
            await left.wait()
            return {"type": "http.disconnect"}
        message = await receive()
        if message["type"] == "http.disconnect":
            caller.gone = True
        elif not message.get("more_body", False):
            watching = asyncio.create_task(watch())
        return message

    token = _CALLER.set(caller)
    try:
        await answer(received)
    finally:
        _CALLER.reset(token)
        if watching is not None:
            watching.cancel()


def _ended(got: str) -> YuzugError:
    return YuzugError(
        "call.ended",
        must=f"a call must be answered within {MAX_CALL_S:.0f} s, to a caller who waits",
        got=got,
        do="send fewer pictures in one call",
    )

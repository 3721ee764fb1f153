"""A server that is about to stop: what it still answers, and what it waits for."""

from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from yuzug.ui.server.draining import Draining
from yuzug.ui.server.gate import Gate
from yuzug.ui.server.uploads import Uploads


def status_of(draining: Draining, path: str, method: str = "GET") -> int:
    """What the gate answers; 299 where it passes a request on."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask() -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": []}
        gate = Gate(app, Uploads(), SimpleNamespace(), None, draining=draining)  # type: ignore[arg-type]
        await gate(scope, None, send)  # type: ignore[arg-type]
        return int(sent[0]["status"])

    return asyncio.run(ask())


def test_newcomers_are_sent_elsewhere_and_visits_go_on() -> None:
    draining = Draining(busy=lambda: False)
    assert [status_of(draining, path) for path in ("/health", "/")] == [200, 299]
    assert draining.finish(most_s=1)
    assert [status_of(draining, path) for path in ("/health", "/")] == [503, 503]
    assert status_of(draining, "/gradio_api/queue/data") == 299


@pytest.mark.parametrize("work", ["a request", "a job"])
def test_it_waits_for_what_has_begun(work: str) -> None:
    under_way = threading.Event()
    draining = Draining(busy=lambda: work == "a job" and not under_way.is_set())
    with_request = draining.answering()
    if work == "a request":
        with_request.__enter__()
    assert not draining.idle
    assert not draining.finish(most_s=0.1), "it did not wait"
    ended: list[bool] = []
    waiting = threading.Thread(target=lambda: ended.append(draining.finish(most_s=20)))
    waiting.start()
    time.sleep(0.1)
    assert ended == []
    under_way.set()
    if work == "a request":
        with_request.__exit__(None, None, None)
    waiting.join()
    assert ended == [True]

"""What the server holds of a visit and of its calls, and when it lets go of it."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path
from queue import Queue as ThreadQueue
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from yuzug.errors import YuzugError
from yuzug.ui.serve import require_free_port, serve
from yuzug.ui.server import queue_limits, visits
from yuzug.ui.server.gate import Gate
from yuzug.ui.server.queue_limits import MAX_DIRECT, UNFETCHED_S, BoundedQueue, Places
from yuzug.ui.server.uploads import Uploads
from yuzug.ui.server.visits import FORGET_AFTER_S, MAX_VISITS, Sessions

ROOT = Path(__file__).resolve().parents[3]


class Clock:
    """Seconds that pass when a test says so."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(visits, "time", clock)
    monkeypatch.setattr(queue_limits, "time", clock)
    return clock


@pytest.fixture
def sessions() -> Sessions:
    async def made() -> Sessions:  # Gradio leaves a loop of its own open where none runs
        with gr.Blocks(analytics_enabled=False) as demo:
            gr.State(1)
        return Sessions(demo)

    return asyncio.run(made())


def test_a_visit_is_forgotten_a_minute_after_its_page_was_left(
    sessions: Sessions, clock: Clock
) -> None:
    first = sessions.open("a-visit")
    with sessions.beating("a-visit"):
        clock.now_s += 10 * FORGET_AFTER_S
        assert sessions.forget_left() == []
    assert sessions["a-visit"] is first
    clock.now_s += FORGET_AFTER_S - 1
    assert sessions.forget_left() == []
    clock.now_s += FORGET_AFTER_S
    assert sessions.forget_left() == ["a-visit"]
    assert "a-visit" not in sessions


def test_no_part_of_an_open_visit_goes_where_the_clock_is_set_ahead(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Later:
            return cls(2100, 1, 1)

    visit = sessions.open("a-visit")
    [settings] = sessions.blocks.blocks
    visit[settings] = "consent"
    visit.is_closed = True  # as Gradio has it once the line was lost, also where it is back
    monkeypatch.setattr("gradio.state_holder.datetime", SimpleNamespace(datetime=Later))
    sessions.delete_all_expired_state()
    assert visit.state_data == {settings: "consent"}


def test_visits_are_bounded_and_those_that_were_left_go_first(
    sessions: Sessions, clock: Clock
) -> None:
    sessions.capacity = 3
    with sessions.beating("visit-0"):
        for number in range(6):
            sessions.open(f"visit-{number}")
        assert list(sessions.session_data) == ["visit-0", "visit-4", "visit-5"]
    assert MAX_VISITS <= 1000


@pytest.mark.parametrize("name", ["", "abc", "../x", "x" * 65, "a b c d"])
def test_no_visit_has_such_a_name(sessions: Sessions, name: str) -> None:
    with pytest.raises(YuzugError) as refused:
        sessions.open(name)
    assert refused.value.kind == "session.unknown"
    assert len(sessions.session_data) == 0


def test_direct_calls_share_the_places_of_the_queue_and_are_refused_when_too_many_wait() -> None:
    function: Any = SimpleNamespace(concurrency_id="read", concurrency_limit=2)
    running, most, refused = 0, 0, 0

    async def call(free: Places, queued: bool, done: asyncio.Event) -> None:
        nonlocal running, most, refused
        try:
            async with free.taken(function, queued):
                running += 1
                most = max(most, running)
                await done.wait()
                running -= 1
        except YuzugError as error:
            refused += error.kind == "server.busy"

    async def calls() -> None:
        free, done = Places(), asyncio.Event()
        direct = [asyncio.create_task(call(free, False, done)) for _ in range(2 + MAX_DIRECT + 5)]
        queued = [asyncio.create_task(call(free, True, done)) for _ in range(2)]
        await asyncio.sleep(0.01)
        assert refused == 5
        done.set()
        await asyncio.gather(*direct, *queued)

    asyncio.run(calls())
    assert (most, running, refused) == (2, 0, 5)


def test_an_answer_that_nobody_fetches_is_forgotten_after_a_minute(clock: Clock) -> None:
    async def run() -> None:
        with gr.Blocks(analytics_enabled=False) as demo:
            gr.State(1)
        queue = BoundedQueue(
            lambda *_: None,
            live_updates=True,
            concurrency_count=1,
            update_intervals=[],
            max_size=None,
            blocks=demo,
            default_concurrency_limit=1,
        )
        waiting: Any = queue.pending_messages_per_session
        for name in ("left", "fetched"):
            waiting[name] = ThreadQueue()
            waiting[name].put(SimpleNamespace(picture=b"a picture"))
        queue.drop_unfetched()
        waiting["fetched"].get()
        clock.now_s = UNFETCHED_S - 1
        queue.drop_unfetched()
        assert waiting["left"].qsize() == 1
        clock.now_s = UNFETCHED_S
        queue.drop_unfetched()
        assert "left" not in waiting
        assert "fetched" in waiting, "a page that is still there"

    asyncio.run(run())


def test_every_answer_has_the_headers_that_browsers_heed(sessions: Sessions) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def headers_of(path: str) -> dict[bytes, bytes]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        await Gate(app, Uploads(), sessions, None)(scope, None, send)  # type: ignore[arg-type]
        return dict(sent[0]["headers"])

    for path in ("/", "/config", "/gradio_api/queue/data", "/gradio_api/file=x", "/nothing"):
        headers = asyncio.run(headers_of(path))
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert headers[b"referrer-policy"] == b"same-origin"
        assert headers[b"permissions-policy"].startswith(b"camera=(self), microphone=()")
        assert b"frame-ancestors 'self'" in headers[b"content-security-policy"]
        assert b"default-src 'self'" in headers[b"content-security-policy"]
        assert headers[b"cache-control"] == b"no-store"
    assert asyncio.run(headers_of("/assets/page.js"))[b"cache-control"].endswith(b"immutable")
    assert b"cache-control" not in asyncio.run(headers_of("/static/img/logo.svg"))


@pytest.mark.parametrize(
    ("name", "named"), [("PORT", "tcp://10.0.0.1:7860"), ("GRADIO_SERVER_PORT", "99999")]
)
def test_a_port_must_be_one(monkeypatch: pytest.MonkeyPatch, name: str, named: str) -> None:
    monkeypatch.setenv(name, named)
    with pytest.raises(YuzugError, match=f"but got {name}={named}") as refused:
        serve()
    assert refused.value.kind == "port.invalid"


def test_the_shortest_way_to_start_says_so_in_one_line() -> None:
    ran = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "PORT": "abc"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("a port must be a number from 1 to 65535, but got PORT=abc")
    assert len(ran.stderr.splitlines()) == 1


def test_a_host_that_is_not_this_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(YuzugError) as elsewhere:
        require_free_port("192.0.2.1", 7860)  # an address for examples, which no machine has
    assert elsewhere.value.kind == "host.unknown"
    assert os.strerror(errno.EADDRNOTAVAIL) in str(elsewhere.value)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(YuzugError) as unknown:
        require_free_port("no.such.host.invalid", 7860)
    assert unknown.value.kind == "host.unknown"

"""A call ends when it works for too long, or when nobody waits for its answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from yuzug.errors import YuzugError
from yuzug.ui.server import call_limits
from yuzug.ui.server.call_limits import MAX_CALL_S, begun, check, watched


class Clock:
    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


def test_a_call_may_work_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(call_limits, "time", clock)
    check()
    with begun():
        clock.now_s = MAX_CALL_S - 1
        check()
        clock.now_s = MAX_CALL_S + 1
        with pytest.raises(YuzugError) as caught:
            check()
    assert caught.value.kind == "call.ended"
    check()  # what is no call has all the time there is


def test_the_work_of_a_caller_who_hangs_up_ends_at_its_next_piece() -> None:
    pieces = 0

    async def run() -> None:
        hung_up = asyncio.Event()
        messages: list[Any] = [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.request", "body": b"}"},
        ]

        async def receive() -> Any:
            if messages:
                return messages.pop(0)
            await hung_up.wait()
            return {"type": "http.disconnect"}

        def work() -> None:  # in a thread, as Gradio runs the functions of a page
            nonlocal pieces
            for piece in range(1000):
                check()
                pieces += 1
                if piece == 2:
                    loop.call_soon_threadsafe(hung_up.set)
                    while not left.is_set():
                        pass

        async def answer(received: Any) -> None:
            while (await received()).get("more_body"):
                pass
            working = asyncio.create_task(asyncio.to_thread(work))
            assert (await received())["type"] == "http.disconnect"
            left.set()
            await working

        loop, left = asyncio.get_running_loop(), asyncio.Event()
        with pytest.raises(YuzugError) as caught:
            await watched(receive, answer)
        assert caught.value.kind == "call.ended"

    asyncio.run(run())
    assert pieces == 3
    check()

"""The turns of live frames: fair, bounded, and free again for whoever comes next."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from yuzug.errors import YuzugError
from yuzug.ui.live.frame_scheduler import FrameScheduler


class Clock:
    """A clock that a test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_places_are_bounded_and_given_back_by_pages_that_send_nothing() -> None:
    clock = Clock()
    turns = FrameScheduler(visitors=2, gone_after_s=4.0, clock=clock)
    for visitor in ("ada", "can"):
        with turns.take(visitor):
            pass
    with pytest.raises(YuzugError) as full, turns.take("ece"):
        pass
    assert full.value.kind == "live.full"
    clock.now_s = 3.0
    with turns.take("ada"):
        pass
    clock.now_s = 5.0  # can sent nothing for five seconds, ada for two
    with turns.take("ece"):
        assert len(turns) == 2


def test_a_frame_that_fails_gives_its_turn_back() -> None:
    turns = FrameScheduler(at_once=1)
    with pytest.raises(ZeroDivisionError), turns.take("ada"):
        _ = 1 / 0
    with turns.take("ada"):
        pass


def test_whoever_was_served_longest_ago_comes_first() -> None:
    turns, order = FrameScheduler(at_once=1), []
    ready = threading.Barrier(4)

    def frames(visitor: str, count: int) -> None:
        for number in range(count):
            if number == 0:
                ready.wait()
            with turns.take(visitor):
                order.append(visitor)

    visitors = [threading.Thread(target=frames, args=(name, 30)) for name in ("a", "b", "c")]
    with turns.take("d"):
        for visitor in visitors:
            visitor.start()
        ready.wait()
        while turns.waiting() < 3:
            pass
    for visitor in visitors:
        visitor.join(timeout=20)
    first = Counter(order[:45])
    assert max(first.values()) - min(first.values()) <= 3, first


def test_one_visitor_is_read_one_frame_at_a_time() -> None:
    turns, at_once, most = FrameScheduler(at_once=4), 0, 0
    lock = threading.Lock()

    def frame() -> None:
        nonlocal at_once, most
        for _ in range(20):
            with turns.take("ada"):
                with lock:
                    at_once += 1
                    most = max(most, at_once)
                with lock:
                    at_once -= 1

    threads = [threading.Thread(target=frame) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert most == 1

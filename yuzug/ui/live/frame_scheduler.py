"""Fair turns for live frames: a visitor's rate falls before anybody's delay grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from yuzug.errors import YuzugError

FRAMES_AT_ONCE = 2
MAX_VISITORS = 24
# A page that sent nothing for so long has given up its place.
GONE_AFTER_S = 4.0


@dataclass
class _Place:
    seen_s: float
    served: int = 0
    busy: bool = False
    waiting: int = 0


class FrameScheduler:
    """Lets a few frames be read at once, and of those that wait, the visitor served longest ago.

    A place is held by a page that sends frames, not by a request: it is free again
    ``gone_after_s`` seconds after the last frame. A visitor's frames are read one after another.
    """

    def __init__(
        self,
        at_once: int = FRAMES_AT_ONCE,
        visitors: int = MAX_VISITORS,
        gone_after_s: float = GONE_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = at_once
        self._visitors = visitors
        self._gone_after_s = gone_after_s
        self._clock = clock
        self._places: dict[str, _Place] = {}
        self._served = 0
        self._changed = threading.Condition()

    @contextmanager
    def take(self, visitor: str) -> Iterator[None]:
        """Wait for a turn, and hold it.

        >>> turns = FrameScheduler(visitors=1)
        >>> with turns.take("ada"):
        ...     len(turns)
        1

        Raises:
            YuzugError: ``live.full`` where every place is taken.
        """
        with self._changed:
            place = self._place(visitor)
            place.waiting += 1
            try:
                self._changed.wait_for(lambda: self._next() is place)
            finally:
                place.waiting -= 1
            place.busy = True
            self._free -= 1
            self._served += 1
            place.served = self._served
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                place.busy = False
                place.seen_s = self._clock()
                self._free += 1
                self._changed.notify_all()

    def __len__(self) -> int:
        """How many visitors hold a place."""
        with self._changed:
            self._forget_gone()
            return len(self._places)

    def waiting(self) -> int:
        """How many frames wait for their turn."""
        with self._changed:
            return sum(place.waiting for place in self._places.values())

    def _place(self, visitor: str) -> _Place:
        self._forget_gone()
        if visitor not in self._places:
            if len(self._places) >= self._visitors:
                raise YuzugError(
                    "live.full",
                    must=f"at most {self._visitors} people may use Live at once",
                    got="one more",
                    do="wait for a place, or use a photo",
                )
            self._places[visitor] = _Place(self._clock())
        place = self._places[visitor]
        place.seen_s = self._clock()
        return place

    def _forget_gone(self) -> None:
        gone_before_s = self._clock() - self._gone_after_s
        self._places = {
            visitor: place
            for visitor, place in self._places.items()
            if place.busy or place.waiting or place.seen_s >= gone_before_s
        }

    def _next(self) -> _Place | None:
        """Whose turn it is; None while nothing is free or nobody waits."""
        if not self._free:
            return None
        waiting = [place for place in self._places.values() if place.waiting and not place.busy]
        return min(waiting, key=lambda place: place.served, default=None)

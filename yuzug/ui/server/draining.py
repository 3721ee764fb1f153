"""Graceful shutdown: a server that is stopped ends what it has begun, and refuses newcomers.

A proxy before several replicas asks ``/health``, or passes a page that is refused with 503 on to
the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# The environment variable with the seconds that work may take after SIGTERM.
SECONDS = "YUZUG_DRAIN_SECONDS"
DEFAULT_S = 30
_LOOK_EVERY_S = 0.05


class Draining:
    """Whether a server is about to stop, and what it still does.

    Args:
        busy: whether work is under way that no open request shows.
    """

    def __init__(self, busy: Callable[[], bool]) -> None:
        self.begun = False
        self._busy = busy
        self._requests = 0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While a request is answered that should not be cut off."""
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not (self._requests or self._busy())

    def finish(self, most_s: float) -> bool:
        """Take in no new page, and wait for the work under way; False where it took too long.

        >>> Draining(busy=lambda: False).finish(most_s=1)
        True
        """
        self.begun = True
        end_s = time.monotonic() + most_s
        while not self.idle:
            if time.monotonic() > end_s:
                return False
            time.sleep(_LOOK_EVERY_S)
        return True

"""How slow this machine is beside the one on which bars in seconds were set."""

from __future__ import annotations

import time
from functools import cache

# Seconds that the work below takes there: ten thousand activities were read in 1.55 s there and
# in 2.52 s where it took 0.0754 s.
_THERE_S = 0.0464


@cache
def slowness() -> float:
    """How many times longer one core takes here, at least 1: a bar in seconds is so much longer."""
    return max(1.0, min(_work() for _ in range(7)) / _THERE_S)


def _work() -> float:
    start = time.thread_time()
    sum(number * number for number in range(1_000_000))
    return time.thread_time() - start

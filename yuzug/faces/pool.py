"""Instances of something that one thread at a time may use, as many as are in use at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Lends instances; makes another one where all are lent.

    OpenCV's detectors keep the picture that they work on. Behind one lock, threads would wait for
    one another; an instance for each of them costs half a megabyte and a few milliseconds, once.

    >>> pool = Pool(list)
    >>> with pool.lent() as first, pool.lent() as second:
    ...     first is second
    False
    >>> with pool.lent() as again:
    ...     again is first or again is second
    True
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._free: LifoQueue[T] = LifoQueue()
        self._free.put(make())  # what is wrong with it shows at once

    @contextmanager
    def lent(self) -> Iterator[T]:
        """An instance that nobody else uses meanwhile."""
        try:
            instance = self._free.get_nowait()
        except Empty:
            instance = self._make()
        try:
            yield instance
        finally:
            self._free.put(instance)

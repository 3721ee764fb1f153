"""The clips that are being read: one at a time, the others in a line, none longer than needed.

A job owns the file of its clip, which has no name on disk, and closes it as soon as it was read,
cancelled, or left by its page. What was read is there until the page says that it has it: an answer
may be lost on its way.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from yuzug.errors import YuzugError
from yuzug.ui.film.limits import Limits
from yuzug.ui.server.queue_limits import busy

AT_ONCE = 1  # a clip uses the cores of a small server
MAX_WAITING = 6
# A page that is open asks twice a second and says when it has the result; where it does not, the
# result is dropped after that.
UNFETCHED_S = 60.0

Result = Mapping[str, Any]


@dataclass
class Job:
    """One clip and how far it was read.

    Args:
        file: the clip; the job closes it.
        work: reads it; after every frame it looks at ``stopped`` and says ``at_s``.
    """

    file: IO[bytes]
    work: Callable[[Job], Result]
    at_s: float = 0.0
    length_s: float | None = None
    result: Result | None = None
    error: YuzugError | None = None
    state: str = "waiting"  # then "reading", then "done"
    begun_s: float = field(default_factory=time.monotonic)
    reading_s: float = 0.0
    ended_s: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def stopped(self) -> bool:
        """Whether nobody wants it any more."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._stop.set()
        if self.state == "waiting":
            self.file.close()

    def run(self) -> None:
        """Read the clip, in whichever way it ends, and delete it."""
        try:
            self.result = self.work(self)
        except YuzugError as error:
            self.error = error
        except Exception:  # logged, and one sentence for the visitor
            traceback.print_exc()
            self.error = YuzugError(
                "film.undecodable",
                must="the file must be a video that can be read",
                got="an error that is on the server's console",
                do="choose another file",
            )
        finally:
            self.file.close()
            self.ended_s = time.monotonic()
            self.state = "done"


class FilmJobs:
    """The jobs of all visits, one each."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        waiting: int = MAX_WAITING,
        minutes: int = Limits().minutes,
    ) -> None:
        self._most_s = 60.0 * minutes
        self._at_once = at_once
        self._most_waiting = waiting
        self._jobs: dict[str, Job] = {}  # the oldest first
        self._running = 0  # threads, those of stopped jobs too
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many clips there are on this server."""
        with self._lock:
            return sum(not job.file.closed for job in self._jobs.values())

    @property
    def busy(self) -> bool:
        """Whether a clip waits or is read, or a page does not have yet what was read."""
        with self._lock:
            return bool(self._jobs)

    def start(self, visit: str, job: Job) -> None:
        """Read a clip as soon as it is its turn; an earlier one of this visit ends.

        Raises:
            YuzugError: ``server.busy`` where too many wait; the clip is closed then.
        """
        self.cancel(visit)
        with self._lock:
            waiting = sum(one.state == "waiting" for one in self._jobs.values())
            if self._running >= self._at_once and waiting >= self._most_waiting:
                job.file.close()
                raise busy(f"{waiting} videos that wait already")
            self._jobs[visit] = job
            self._begin_next()

    def of(self, visit: str) -> tuple[Job | None, int]:
        """The job of a visit, and how many are before it."""
        with self._lock:
            job = self._jobs.get(visit)
            if job is None:
                return None, 0
            names = list(self._jobs)
            before = names[: names.index(visit)]
            return job, sum(self._jobs[name].state != "done" for name in before)

    def cancel(self, visit: str) -> None:
        """Delete the clip of this visit, read no more of it, and forget what was read in it."""
        with self._lock:
            job = self._jobs.pop(visit, None)
            if job is not None:
                job.stop()

    def drop_left(self, is_open: Callable[[str], bool]) -> None:
        """Delete the clips whose page was left, and what is older than it may be."""
        now_s = time.monotonic()
        with self._lock:
            left = [
                name
                for name, job in self._jobs.items()
                if not is_open(name)
                or now_s - job.begun_s > self._most_s
                or (job.state == "done" and now_s - job.ended_s > UNFETCHED_S)
            ]
        for name in left:
            self.cancel(name)

    def close(self) -> None:
        """Delete all of them."""
        self.drop_left(lambda name: False)

    def _begin_next(self) -> None:
        for job in self._jobs.values():
            if self._running >= self._at_once:
                return
            if job.state == "waiting":
                job.state, job.reading_s = "reading", time.monotonic()
                self._running += 1
                threading.Thread(target=self._run, args=(job,), daemon=True).start()

    def _run(self, job: Job) -> None:
        job.run()
        with self._lock:
            self._running -= 1
            self._begin_next()

"""A film read frame by frame: decoding, face detection and classification in a thread each."""

from __future__ import annotations

import queue
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from yuzug.analysis import Analysis
from yuzug.errors import OptionError
from yuzug.faces.tracking import FORGET_S
from yuzug.film.container import FilmSource
from yuzug.film.decoding import Film, Frame, never
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.records.tables import Columns, Row, arrow, film_rows
from yuzug.stream import StreamSession, TrackedFrame

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

DEFAULT_EVERY_S = 0.1
# Where every frame is read, somebody new is seen after half the shortest episode at most.
SEARCH_EVERY_S = 0.25
# Frames whose faces are classified together. More gains nothing on a processor; less where they
# are large, as one of 4K takes 25 MB.
BATCH = 16
MAX_BATCH_BYTES = 64 * 1024 * 1024
_PATIENCE_S = 0.1
# A person may be missed in one frame and still be the same one in the next.
_FORGET_FRAMES = 2.5

T = TypeVar("T")


def read_video(
    source: FilmSource,
    analyzer: Analyzer | None = None,
    *,
    every_s: float | None = DEFAULT_EVERY_S,
    smooth: bool = True,
    heatmaps: bool = True,
    person: Person | None = None,
    person_track: int | None = None,
    name: str = "film",
    most_s: float | None = None,
    stop: Callable[[], bool] = never,
) -> FilmReading:
    """Read a film; iterate over the result for one :class:`Analysis` a frame.

    Args:
        source: any film that FFmpeg reads, or an animated GIF, WebP or PNG, as a path or as a file
            opened in binary mode, which stays open.
        analyzer: what reads the faces; the default model where none is given.
        every_s: the first frame of each so many seconds; None for every frame. Then known faces
            are looked for near where they were, and the whole frame is searched for others
            every quarter of a second.
        smooth: whether probabilities are averaged over time, as on the page; without, each frame
            is searched and read as if it stood alone.
        heatmaps: whether heat maps are made; without them there are no region shares.
        person: somebody who was taught: see :meth:`Analyzer.teach`. Whether it is that person,
            nobody checks.
        person_track: whose face that is, by its track; the largest of each frame, unless given.
        name: what a file without a path is called in the table.
        most_s: what bounds a film of somebody else: see :class:`yuzug.film.decoding.Film`.
        stop: asked between two frames, wanted or not; reading ends where it says True.

    Returns:
        An iterator that decodes as it goes, so that the length of a film costs no memory. Each
        analysis has ``time_s`` and ``frame``, each of its faces ``track``: the same person keeps
        one number. ``notes`` says, at the end, what the film lacked.

    Raises:
        FilmError: where the file is no film: see :class:`yuzug.film.decoding.Film`.
        YuzugError: ``extra.missing`` where PyAV is not installed, ``option.invalid`` where
            ``every_s`` is not positive.
        PersonError: ``person.weights`` where the person was taught with other weights.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> still = [Image.new("RGB", (64, 48), colour) for colour in ("grey", "white")]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "two.gif"
    ...     still[0].save(path, save_all=True, append_images=still[1:], duration=200)
    ...     with read_video(path, Analyzer.load("cnn")) as reading:
    ...         print([(analysis.frame, analysis.time_s) for analysis in reading])
    [(0, 0.0), (1, 0.2)]
    """
    if every_s is not None and not 0 < every_s < float("inf"):
        raise OptionError(
            "option.invalid",
            must="the time between two frames must be a positive number of seconds",
            got=f"{every_s:g}",
            do="choose 0.1, for instance",
        )
    analyzer = (analyzer or Analyzer.load()).with_packed_weights()
    if person is not None:
        person.require(analyzer.classifier.checkpoint)
    return FilmReading(
        Film(source, name, most_s=most_s, stop=stop),
        analyzer,
        every_s=every_s,
        smooth=smooth,
        heatmaps=heatmaps,
        person=person,
        person_track=person_track,
    )


class FilmReading:
    """A film that is being read: an iterator of :class:`Analysis`, to be used once.

    Leaving it early, by ``close`` or a ``with`` statement, stops its threads.
    """

    def __init__(
        self,
        film: Film,
        analyzer: Analyzer,
        *,
        every_s: float | None,
        smooth: bool,
        heatmaps: bool,
        person: Person | None,
        person_track: int | None,
    ) -> None:
        self.film = film
        self.analyzer = analyzer
        self.every_s = every_s
        self.smooth = smooth
        self._heatmaps = heatmaps
        self.person = person
        self._person_track = person_track
        self._analyses = self._read()

    @property
    def duration_s(self) -> float | None:
        """Length of the film in seconds, as it says itself; None where it says nothing."""
        return self.film.duration_s

    @property
    def notes(self) -> dict[str, dict[str, object]]:
        """What the film lacked: name of the note → values of its sentence."""
        return self.film.notes.found

    @property
    def columns(self) -> Columns:
        """The columns of its table."""
        return Columns.of_films(self.analyzer.labels)

    def __iter__(self) -> FilmReading:
        return self

    def __next__(self) -> Analysis:
        return next(self._analyses)

    def __enter__(self) -> FilmReading:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading and let go of the file."""
        self._analyses.close()
        self.film.close()

    def rows(self, analysis: Analysis) -> list[Row]:
        """The rows of one of its frames in a table."""
        return film_rows(self.columns, self.film.path.name, analysis)

    def to_arrow(self) -> pa.Table:
        """All that is left of the film as a pyarrow table, one row a face and frame.

        Raises:
            YuzugError: ``extra.missing`` where pyarrow is not installed.
        """
        table = arrow().Table
        rows = [row for analysis in self for row in self.rows(analysis)]
        return table.from_pylist(rows, schema=self.columns.schema())

    def to_pandas(self) -> pd.DataFrame:
        """The same as a pandas data frame."""
        return self.to_arrow().to_pandas()

    def _read(self) -> Generator[Analysis, None, None]:
        # Seldom frames must not make another person of everybody.
        forget_s = max(FORGET_S, _FORGET_FRAMES * (self.every_s or 0.0))
        # Unsmoothed, each frame stands alone.
        search_every_s = SEARCH_EVERY_S if self.every_s is None and self.smooth else 0.0
        session = StreamSession(
            smooth=self.smooth, forget_s=forget_s, search_every_s=search_every_s
        )
        stop = Event()
        most = max(1, min(BATCH, MAX_BATCH_BYTES // max(self.film.frame_bytes, 1)))
        decoded: _Stage[Frame] = _Stage(
            stop, self.film.frames(self.every_s, stop.is_set), 1 + most // 4
        )
        # Another batch is tracked while one is read.
        tracked = _Stage(stop, self._tracked(session, decoded), most)
        try:
            for batch in tracked.batches(most):
                frames = [frame for frame, _ in batch]
                analyses = session.read(
                    self.analyzer,
                    [found for _, found in batch],
                    heatmaps=self._heatmaps,
                    person=self.person,
                    person_track=self._person_track,
                )
                for frame, analysis in zip(frames, analyses, strict=True):
                    yield replace(analysis, frame=frame.number)
        finally:
            stop.set()
            tracked.join()
            decoded.join()
            self.film.close()

    def _tracked(
        self, session: StreamSession, frames: Iterable[Frame]
    ) -> Iterator[tuple[Frame, TrackedFrame]]:
        for frame in frames:
            found = session.track(self.analyzer, frame.image, frame.time_s)
            yield frame, found


class _Stage(Generic[T]):
    """An iterator computed ahead in a thread of its own, a few items and no more."""

    def __init__(self, stop: Event, items: Iterator[T], ahead: int) -> None:
        self._stop = stop
        self._items = items
        self._ready: queue.Queue[tuple[str, Any]] = queue.Queue(ahead)
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while (item := self._next()) is not None:
            yield item[0]

    def batches(self, size: int) -> Iterator[Sequence[T]]:
        """So many items at a time; fewer at the end."""
        items = iter(self)
        while batch := list(islice(items, size)):
            yield batch

    def join(self) -> None:
        """Join the thread, which ends with its items or when it is stopped."""
        self._thread.join()

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put("item", item):
                    return
            self._put("end", None)
        except BaseException as error:  # raised again where the items are used
            self._put("error", error)

    def _put(self, kind: str, value: object) -> bool:
        while not self._stop.is_set():
            try:
                self._ready.put((kind, value), timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return True
        return False

    def _next(self) -> tuple[T] | None:
        """The next item in a tuple; None at the end, and where reading was stopped."""
        while not self._stop.is_set():
            try:
                kind, value = self._ready.get(timeout=_PATIENCE_S)
            except queue.Empty:
                continue
            if kind == "error":
                raise value
            return (value,) if kind == "item" else None
        return None

"""Many images: decoded and searched for faces ahead in threads, the faces classified in batches."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, largest_sure
from yuzug.errors import ImageError
from yuzug.faces import LocatedFace
from yuzug.images import ImageSource, load_image
from yuzug.models import Person
from yuzug.pipeline_steps import Steps, Stopwatch

# Images whose faces are classified together.
BATCH = 8


@dataclass(frozen=True)
class _Found:
    """An image whose faces are located and not classified yet."""

    photo: NDArray[np.uint8]
    located: tuple[LocatedFace, ...]
    clock: Stopwatch


def read_many(
    steps: Steps,
    images: Iterable[ImageSource],
    *,
    heatmaps: bool,
    crops: bool,
    workers: int | None,
    person: Person | None,
) -> Iterator[Analysis | ImageError]:
    """The analyses of many images, in order: see :meth:`yuzug.pipeline.Analyzer.analyze_many`."""
    found = _ahead(
        lambda image: _found(steps, image, crops), images, workers or os.cpu_count() or 1
    )
    while group := list(islice(found, BATCH)):
        fine = [one for one in group if isinstance(one, _Found)]
        read = iter(_read(steps, fine, heatmaps, person))
        for one in group:
            yield one if isinstance(one, ImageError) else next(read)


def crop_or_faces(
    steps: Steps, photo: NDArray[np.uint8], *, crops: bool
) -> tuple[LocatedFace, ...]:
    """The faces of an image; with ``crops`` the image itself as one cropped face."""
    if crops:
        return (steps.full_crop(photo),)
    return steps.locate(photo, thorough=True, turned=True)


def _found(steps: Steps, image: ImageSource, crops: bool) -> _Found | ImageError:
    clock = Stopwatch()
    try:
        photo = load_image(image)
    except ImageError as error:
        return error
    clock.lap("decode")
    located = crop_or_faces(steps, photo, crops=crops)
    clock.lap("detect")
    return _Found(photo, located, clock)


def _read(
    steps: Steps, found: Sequence[_Found], heatmaps: bool, person: Person | None
) -> Iterator[Analysis]:
    """The analyses of pictures whose faces were found, all faces in one batch."""
    clock = Stopwatch()
    places = [place for one in found for place in one.located]
    firsts = accumulate((len(one.located) for one in found), initial=0)
    whose = [first for first, one in zip(firsts, found, strict=False) if one.located]
    batch = steps.classify(places, person, whose)
    clock.lap("classify")
    tops = [reading.top for reading in batch.predictions]
    maps = batch.maps(tops) if heatmaps else [None] * len(places)
    clock.lap("explain")
    rest = zip(places, batch.predictions, tops, maps, batch.plain, strict=True)
    for one in found:
        # The share of each picture in what the whole batch took.
        one.clock.ms.update({name: round(ms / len(found), 2) for name, ms in clock.ms.items()})
        faces = tuple(
            steps.face(place, reading, top, heatmap, person=person, plain=plain)
            for place, reading, top, heatmap, plain in islice(rest, len(one.located))
        )
        yield steps.analysis(one.photo, faces, largest_sure(faces), one.clock)


Item = TypeVar("Item")
Result = TypeVar("Result")


def _ahead(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """What a function gives for each item, in order, computed a little ahead in threads."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                # Enough that the threads have work while a batch is read.
                if len(waiting) > BATCH + workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

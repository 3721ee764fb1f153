"""A clip read once, as what the page draws and offers to save: the server keeps nothing of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from yuzug.emotions import LANGUAGES, looks
from yuzug.errors import FilmError, YuzugError
from yuzug.film import DEFAULT_EVERY_S, FilmReading, picture, read_video
from yuzug.film.picture import colour_of
from yuzug.film.summary import notes
from yuzug.film.timeline import Timeline, Track
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.records.tables import Row, table
from yuzug.ui.components.data_urls import data_url
from yuzug.ui.film.jobs import Job, Result
from yuzug.ui.film.limits import Limits

# Rows on the page; the table holds everybody.
MAX_PERSONS = 8
_THUMBNAILS = 24
# A film may be this much longer than it says that it is.
_ROUNDING_S = 0.5
# Matplotlib's fonts are shared; one picture at a time.
_DRAWING = Lock()


@dataclass(frozen=True)
class Mine:
    """What the visitor taught of their face, and the track that they say is theirs."""

    person: Person
    track: int


def read_clip(
    job: Job, analyzer: Analyzer, name: str, limits: Limits, mine: Mine | None = None
) -> Result:
    """Read the clip of a job; stops early, without a result, where nobody wants it any more.

    The face of ``mine`` is read as it was taught, all others plainly.

    Raises:
        FilmError: where it is no film, or ``film.too_long``.
        YuzugError: ``extra.missing`` where PyAV is not installed.
    """
    most_s = limits.seconds + _ROUNDING_S
    with read_video(
        job.file,
        analyzer,
        every_s=DEFAULT_EVERY_S,
        name=name,
        most_s=most_s,
        stop=lambda: job.stopped,
        person=mine.person if mine else None,
        person_track=mine.track if mine else None,
    ) as reading:
        job.length_s = reading.duration_s
        if job.length_s is not None and job.length_s > most_s:
            raise _too_long(job.length_s, limits)
        timeline = Timeline(analyzer.labels, reading.duration_s)
        rows: list[Row] = []
        faces: dict[int, list[list[float]]] = {}
        size_wh = (0, 0)
        for analysis in reading:
            if job.stopped:
                return {}
            job.at_s = analysis.time_s or 0.0
            if job.at_s > most_s:  # longer than it says
                raise _too_long(job.at_s, limits)
            height, width = analysis.image.shape[:2]
            size_wh = (width, height)
            for face in analysis.faces:
                # In shares of this frame, as the browser may show it in any size.
                x, y, w, h = face.box_xywh
                box = [x / width, y / height, w / width, h / height]
                if face.track is None:
                    raise ValueError("the faces of a film must be tracked")
                faces.setdefault(face.track, []).append([round(side, 4) for side in box])
            rows += reading.rows(analysis)
            timeline.add(analysis)
        if job.stopped:
            return {}
        return {
            **_answer(reading, timeline, rows, faces, size_wh),
            "mine": mine.track if mine else None,
        }


def _answer(
    reading: FilmReading,
    timeline: Timeline,
    rows: list[Row],
    boxes: Mapping[int, list[list[float]]],
    size_wh: tuple[int, int],
) -> Result:
    labels, persons = timeline.labels, timeline.persons
    times = timeline.times_s
    return {
        "name": reading.film.path.name,
        "model": reading.analyzer.model,
        "classes": reading.analyzer.classes,
        "size": size_wh,
        "labels": labels,
        "looks": {lang: [looks(label, lang) for label in labels] for lang in LANGUAGES},
        "colours": [colour_of(label, labels) for label in labels],
        "times": [_time(time_s) for time_s in times],
        "end": _time(times[-1] + timeline.held_s[-1]) if times else 0.0,
        "persons": [_person(timeline, person, boxes) for person in persons[:MAX_PERSONS]],
        "more": len(persons[MAX_PERSONS:]),
        "notes": {lang: [*notes(reading, lang).values()] for lang in LANGUAGES},
        "files": _files(reading, timeline, rows),
    }


def _time(time_s: float) -> float:
    # One rounding for all: the page looks for the frame at which an episode begins.
    return round(float(time_s), 3)


def _person(
    timeline: Timeline, person: Track, boxes: Mapping[int, list[list[float]]]
) -> dict[str, Any]:
    every = max(-(-len(person.thumbnails) // _THUMBNAILS), 1)
    held = timeline.held_s
    return {
        "track": person.track,
        "seconds": round(float(sum(held[row] for row in person.rows)), 2),
        "changes": person.changes,
        "rows": [*person.rows],
        "boxes": boxes[person.track],
        "emotions": [*person.emotions],
        "sure": [*person.sure],
        "probabilities": [
            [round(float(share), 3) for share in frame] for frame in timeline.probabilities(person)
        ],
        "episodes": [
            {
                "emotion": timeline.labels.index(one.emotion),
                "start": _time(one.start_s),
                "end": _time(one.end_s),
                "confidence": round(one.confidence, 3),
            }
            for one in timeline.episodes(person)
        ],
        "thumbnails": [
            [_time(time_s), data_url(face)] for time_s, face in person.thumbnails[::every]
        ],
    }


def _files(reading: FilmReading, timeline: Timeline, rows: list[Row]) -> dict[str, str]:
    """What can be saved, by its ending, in base64; the chart once in each language.

    The tables are written as ``yuzug video`` writes them, in a folder that only this process's user
    may look into, and are gone before the answer leaves.
    """
    files = {}
    with TemporaryDirectory(prefix="yuzug-") as folder:
        for ending in ("csv", "parquet"):
            path = Path(folder) / f"film.{ending}"
            try:
                with table(path, reading.columns) as written:
                    written.write(rows)
            except YuzugError as error:
                if error.kind != "extra.missing":
                    raise
            else:
                files[ending] = _base64(path.read_bytes())
    for lang in LANGUAGES:
        chart = BytesIO()  # faces are in it, so it never lies on the disk
        try:
            with _DRAWING:
                picture.save(timeline, chart, reading.film.path.name, lang)
        except YuzugError as error:
            if error.kind != "extra.missing":
                raise
        else:
            files[f"{lang}.png"] = _base64(chart.getvalue())
    return files


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _too_long(seconds: float, limits: Limits) -> FilmError:
    return FilmError(
        "film.too_long",
        must=f"a video on the page must be at most {limits.seconds} seconds long",
        got=f"at least {seconds:.0f} seconds",
        do="choose a shorter one, or read it with: yuzug video",
    )

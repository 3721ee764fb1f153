"""The Film tab: a clip is read once, a frame that the page shows is explained when it is asked for.

The server keeps neither: the page shows its visitor's own file, and holds what was read in it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yuzug.analysis import Analysis
from yuzug.emotions import LANGUAGES
from yuzug.errors import FilmError, YuzugError
from yuzug.images import load_image
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.ui.components import evidence, heatmap
from yuzug.ui.components import reading as panels
from yuzug.ui.components.readings import reading_of
from yuzug.ui.film.jobs import FilmJobs, Job
from yuzug.ui.film.limits import Limits
from yuzug.ui.film.timeline_answer import Mine, read_clip
from yuzug.ui.models import Analyzers
from yuzug.ui.server.uploads import Uploads, bytes_of_data_url
from yuzug.ui.session import Settings, require_consent
from yuzug.ui.teaching.lesson import read_person

_MAP_PX = 112  # a map is smooth, so that the browser may enlarge it
# What an adapted reading of a face changes.
_READ = ("emotion", "confidence", "probabilities", "doubts", "explanation", "person", "plain")

Box = tuple[float, float, float, float]


class FrameOptions(BaseModel):
    """What the script asks of a frame: the face near ``box`` (x, y, w, h in shares of the frame),
    by the model that read the clip, the label to explain instead of the predicted one, and what the
    visitor taught of their face, where that one is theirs."""

    model_config = ConfigDict(strict=True)

    box: Box = Field(strict=False)
    model: str = Field(max_length=300)
    classes: int = Field(ge=0, le=1000)
    target: str | None = Field(default=None, max_length=60)
    person: dict[str, Any] | None = None


def start(
    analyzers: Analyzers,
    uploads: Uploads,
    jobs: FilmJobs,
    limits: Limits,
    clip: Mapping[str, Any] | None,
    settings: Settings,
    visit: str,
) -> dict[str, Any]:
    """Take the clip that was uploaded, and read it as soon as it is its turn.

    ``clip`` holds the uploaded ``file`` and may bring a ``person`` whom the visitor taught and the
    ``track`` that is theirs: that face alone is read so. All are gone with the job. ``model`` and
    ``classes`` are those that the clip was read with before, in place of the settings.
    """
    try:
        require_consent(settings)
        sent = clip or {}
        model, classes = sent.get("model"), sent.get("classes")
        known = isinstance(model, str) and isinstance(classes, int)
        by = (model, classes) if known else (settings.model, settings.classes)
        analyzer = analyzers.live(*by)
        uploaded = sent.get("file")
        uploaded = uploaded if isinstance(uploaded, Mapping) else {}
        name = str(uploaded.get("orig_name") or "film")
        file = uploads.take(uploaded.get("path"))
        try:
            mine = _mine(sent, analyzer)
        except YuzugError:
            file.close()
            raise
        if file.seek(0, 2) > limits.bytes:
            file.close()
            raise FilmError(
                "film.too_large",
                must=f"a video on the page must have at most {limits.megabytes} MB",
                got="a larger one",
                do="choose a smaller one, or read it with: yuzug video",
            )
        work = partial(read_clip, analyzer=analyzer, name=name, limits=limits, mine=mine)
        jobs.start(visit, Job(file, work))
    except YuzugError as error:
        return _refused(error)
    return progress(jobs, visit)


def _mine(sent: Mapping[str, Any], analyzer: Analyzer) -> Mine | None:
    person, track = read_person(sent.get("person"), analyzer), sent.get("track")
    return Mine(person, track) if person is not None and isinstance(track, int) else None


def progress(jobs: FilmJobs, visit: str) -> dict[str, Any]:
    """Progress of a visit's clip; the page cancels it once it has the result, which ends it here.

    Returns:
        ``state`` "waiting" with how many are ``before`` it, "reading" with ``at`` and ``length`` in
        seconds of the clip and the seconds ``left`` (None where unknown), "done" with the
        ``film``, or "none"; or ``notices`` by language: the page may change it while they stand.
    """
    job, before = jobs.of(visit)
    if job is None:
        return {"state": "none"}
    if job.error is not None:
        return _refused(job.error)
    if job.state == "done":
        return {"state": "done", "film": job.result}
    if job.state == "waiting":
        return {"state": "waiting", "before": before}
    left_s = None
    if job.length_s and job.at_s > 0:
        taken_s = time.monotonic() - job.reading_s
        left_s = round(taken_s * max(job.length_s / job.at_s - 1, 0))
    return {"state": "reading", "at": job.at_s, "length": job.length_s, "left": left_s}


def _refused(error: YuzugError) -> dict[str, Any]:
    return {"notices": {lang: panels.error_notice(error, lang) for lang in LANGUAGES}}


def explain(
    analyzers: Analyzers, url: str | None, options: str | None, settings: Settings
) -> dict[str, Any]:
    """The heat map of one face of a frame that the page shows.

    Returns:
        ``map`` (a PNG over the square ``center`` and ``side`` of the frame, in its pixels, or None
        where the face is not found again) and ``words`` under it as HTML; or a ``notice``.
    """
    try:
        require_consent(settings)
        asked = FrameOptions.model_validate_json(options or "{}")
        analyzer = analyzers.live(asked.model, asked.classes)
        target = asked.target if asked.target in analyzer.labels else None
        frame = load_image(bytes_of_data_url(url or ""))
        person = read_person(asked.person, analyzer)
        # The map of an adapted result is made with it, and the plain one is not needed then.
        analysis = analyzer.analyze(frame, target=target, heatmaps=person is None)
        index = _nearest(analysis, asked.box)
        if person is not None and index is not None:
            analysis = _adapted(analyzer, analysis, index, target, person)
    except ValidationError:
        return {"map": None, "words": ""}
    except YuzugError as error:
        return {"notice": panels.error_notice(error, settings.lang)}
    if index is None:
        return {"map": None, "words": ""}
    words = evidence.under_map(reading_of(analysis, index), settings.lang, "film")
    return {"map": heatmap.on_frame(analysis.faces[index], _MAP_PX), "words": words}


def _adapted(
    analyzer: Analyzer, plain: Analysis, index: int, target: str | None, person: Person
) -> Analysis:
    """The same faces, the one at ``index`` as the person was taught, with its map."""
    crop = plain.faces[index].crop
    [read] = analyzer.analyze(crop, crops=True, target=target, person=person).faces
    mine = replace(plain.faces[index], **{name: getattr(read, name) for name in _READ})
    return replace(plain, faces=(*plain.faces[:index], mine, *plain.faces[index + 1 :]))


def _nearest(analysis: Analysis, box: Box) -> int | None:
    """The face whose middle lies nearest to that of the box; None where none is near."""
    height, width = analysis.image.shape[:2]
    x, y, w, h = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    best, nearest = None, 1.0
    for index, face in enumerate(analysis.faces):
        left, top, wide, high = face.box_xywh
        aside = abs(left + wide / 2 - x - w / 2) / max(w, 1)
        above = abs(top + high / 2 - y - h / 2) / max(h, 1)
        if max(aside, above) < nearest:
            best, nearest = index, max(aside, above)
    return best

"""``yuzug video``: each film becomes a table, a summary and a picture."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.options import analyzer_of, model_options, person_of, person_option
from yuzug.commands.output import complain, emit, stem_of
from yuzug.commands.parser import Parser
from yuzug.commands.threads import limited_threads
from yuzug.errors import FilmError, ImageError, OptionError, YuzugError
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.analysis import Analysis
    from yuzug.film import FilmReading
    from yuzug.film.annotated import AnnotatedFilm
    from yuzug.film.timeline import Timeline
    from yuzug.models import Person
    from yuzug.pipeline import Analyzer

_SECONDS = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ms|s)?")
# Rows written at once: a group of a Parquet file.
_ROWS = 2000
TABLES = ("parquet", "csv")
# Of the videos in a folder; one that is named may end as it likes.
ENDINGS = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts"),
        *(".mts", ".m2ts", ".wmv", ".flv", ".ogv", ".mjpeg", ".mjpg"),
    }
)


def options(command: Parser) -> None:
    command.option("films", key="video", metavar="FILE", nargs="+")
    command.option("--out", key="video_out", metavar="DIR", type=Path, required=True)
    command.option("--every", metavar="TIME")
    command.option("--fps", metavar="N", type=float)
    command.option("--all", action="store_true")
    model_options(command)
    person_option(command)
    command.option("--person-track", key="person_track", metavar="N", type=int)
    command.option("--smooth", action="store_true")
    command.option("--raw", action="store_true")
    command.option("--film", metavar="OUT.mp4", type=Path)
    command.option("--heatmap", action="store_true")


def run(options: Namespace) -> int:
    """Read each film and print its summary on a line; 2 where one could not be read."""
    every_s = _every_s(options)
    options.films = _films(options.films)
    _check(options)
    person = person_of(options)
    # Detection has a thread of its own. On two cores, more threads of OpenCV beside those of the
    # network cost half as much time again.
    with limited_threads(max((os.cpu_count() or 2) - 1, 1)):
        analyzer = analyzer_of(options, detects=True)
        names = _Names(options.out)
        if person is not None:
            person.require(analyzer.classifier.checkpoint)
        results = [_read(film, analyzer, every_s, person, names, options) for film in options.films]
    failed = results.count(False)
    if failed:
        complain(text("cli.unread_films", options.lang, failed=failed, total=len(results)))
    return 2 if failed else 0


def _films(words: list[str]) -> list[str]:
    """The paths that these words stand for: a folder stands for every video in it."""
    from yuzug.folders import files_below

    films = []
    for word in words:
        found = files_below(word, ENDINGS) if os.path.isdir(word) else [word]
        if not found and len(words) == 1:
            raise OptionError(
                "option.invalid",
                must="a folder must hold at least one video",
                got=f"the folder {word}, which has none",
                do="check the path; videos are known by endings such as .mp4, .mov and .webm",
            )
        films += found or [word]  # beside others, it gets an error of its own
    return films


def _every_s(options: Namespace) -> float | None:
    from yuzug.film import DEFAULT_EVERY_S

    given = [
        flag
        for flag, holds in (
            ("--every", options.every is not None),
            ("--fps", options.fps is not None),
            ("--all", options.all),
        )
        if holds
    ]
    if len(given) > 1:
        raise _invalid("only one of --every, --fps and --all can hold", " and ".join(given))
    if options.all:
        return None
    if options.fps is not None:
        if not 0 < options.fps <= 1000:
            raise _invalid("--fps must be a rate above 0, of at most 1000", f"{options.fps:g}")
        return 1 / float(options.fps)
    if options.every is None:
        return DEFAULT_EVERY_S
    match = _SECONDS.fullmatch(options.every.strip())
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1) if match else 0.0
    if not seconds > 0:
        raise _invalid("--every must be a time above 0, such as 0.1s or 200ms", options.every)
    return seconds


def _check(options: Namespace) -> None:
    if options.smooth and options.raw:
        raise _invalid("only one of --smooth and --raw can hold", "both")
    if options.film and len(options.films) > 1:
        raise _invalid("--film writes one film, so one must be given", f"{len(options.films)}")
    if options.person_track is not None and options.person is None:
        raise _invalid("--person-track needs --person", "no --person ME.json")
    if options.heatmap and not options.film:
        raise _invalid("--heatmap paints the annotated film", "--heatmap without --film OUT.mp4")
    if options.film and Path(options.films[0]).resolve() == options.film.resolve():
        raise _invalid("--film must name another file than the film", str(options.film))


def _invalid(must: str, got: str) -> YuzugError:
    return OptionError("option.invalid", must=must, got=got, do="see yuzug video --help")


class _Names:
    """Names for the files of each film: films of one name from several folders are numbered."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise YuzugError(
                "table.unwritable",
                must="the folder for the tables must be one that can be written to",
                got=f"{folder} ({error.strerror})",
                do="choose another folder",
            ) from error
        self._folder = folder
        self._taken: set[str] = set()

    def free(self, film: str) -> Path:
        """A path without ending for the files of this film."""
        stem = stem_of(film) or "film"
        number, name = 1, stem
        while name in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name)
        return self._folder / name


def _read(
    film: str,
    analyzer: Analyzer,
    every_s: float | None,
    person: Person | None,
    names: _Names,
    options: Namespace,
) -> bool:
    from yuzug.film import read_video
    from yuzug.film.summary import notes
    from yuzug.records import FilmErrorRecord

    try:
        with read_video(
            film,
            analyzer,
            every_s=every_s,
            smooth=not options.raw,
            person=person,
            person_track=options.person_track,
        ) as reading:
            _write(reading, film, names.free(film), options)
            for sentence in notes(reading, options.lang).values():
                complain(f"yuzug: {film}: {sentence}")
    except (FilmError, ImageError) as error:
        emit(FilmErrorRecord.of_film(film, error, options.lang))
        return False
    return True


def _write(reading: FilmReading, film: str, base: Path, options: Namespace) -> None:
    """Tables, summary and picture; where the person stops it, of what was read until then."""
    from yuzug.film import picture
    from yuzug.film.summary import summary
    from yuzug.film.timeline import Timeline
    from yuzug.records.tables import table

    timeline = Timeline(reading.analyzer.labels, reading.duration_s)
    stopped = False
    with ExitStack() as stack:
        tables = [
            stack.enter_context(table(_with(base, ending), reading.columns)) for ending in TABLES
        ]
        annotated = _annotated(stack, options)
        rows = []
        try:
            for analysis in _with_progress(reading, film):
                rows += reading.rows(analysis)
                timeline.add(analysis)
                if annotated:
                    annotated.write(analysis)
                if len(rows) >= _ROWS:
                    for one in tables:
                        one.write(rows)
                    rows = []
        except KeyboardInterrupt:
            stopped = True
            reading.film.notes.add("interrupted", at_s=_last_s(timeline))
        for one in tables:
            one.write(rows)
    record = summary(reading, timeline, options.lang)
    _with(base, "json").write_text(record.model_dump_json(by_alias=True, indent=1) + "\n", "utf-8")
    picture.save(timeline, _with(base, "png"), Path(film).name, options.lang)
    emit(record)
    if stopped:
        raise KeyboardInterrupt


def _last_s(timeline: Timeline) -> float:
    return round(timeline.times_s[-1], 2) if timeline.times_s else 0.0


def _with(base: Path, ending: str) -> Path:
    # Not with_suffix, for which "talk.part1" has an ending already.
    return base.with_name(f"{base.name}.{ending}")


def _annotated(stack: ExitStack, options: Namespace) -> AnnotatedFilm | None:
    from yuzug.film.annotated import AnnotatedFilm

    if not options.film:
        return None
    film = stack.enter_context(
        AnnotatedFilm(options.film, lang=options.lang, heatmaps=options.heatmap)
    )
    if not film.is_h264:
        complain(text("cli.no_h264", options.lang, encoder=film.encoder))
    return film


def _with_progress(reading: FilmReading, film: str) -> Iterator[Analysis]:
    """The analyses, with a bar and the time that is left where a terminal watches."""
    from tqdm import tqdm

    with tqdm(
        total=reading.duration_s,
        desc=Path(film).name,
        disable=None,
        leave=False,
        bar_format="{desc} {percentage:3.0f}% |{bar}| {elapsed} < {remaining}",
    ) as bar:
        for analysis in reading:
            yield analysis
            bar.update(max((analysis.time_s or 0.0) - bar.n, 0.0))

"""``yuzug analyze … --out TABLE``: one table of many pictures, which a kill does not undo."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.options import analyzer_of, person_of
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.commands.threads import limited_threads
from yuzug.errors import OptionError, YuzugError
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.folders import Job, Part
    from yuzug.pipeline import Analyzer

ENGINES = ("local", "ray")
# What a line of JSON can hold and a row of the table cannot.
_NOT_IN_A_TABLE = (
    "cam",
    "method",
    "target",
    "against",
    "trust",
    "recommend",
    "catalogue",
)


def options(command: Parser) -> None:
    """The options of the table, for ``yuzug analyze``."""
    command.option("--out", key="table", metavar="TABLE", type=Path)
    command.option("--workers", metavar="N", type=_count)
    command.option("--resume", action="store_true")
    command.option("--engine", choices=ENGINES)
    command.option("--address", metavar="ADDRESS")


def is_wanted(options: Namespace) -> bool:
    """Whether these options ask for a table.

    Raises:
        OptionError: ``option.invalid`` where they ask for a table and for something else.
    """
    if options.out is None:
        only = [
            name for name in ("workers", "resume", "engine", "address") if getattr(options, name)
        ]
        if only:
            raise _invalid(f"--{only[0]} is for a table", f"--{only[0]} without --out")
        return False
    other = [name for name in _NOT_IN_A_TABLE if getattr(options, name)]
    if other:
        raise _invalid("a table holds readings alone", f"--{other[0]} with --out")
    if options.address and options.engine != "ray":
        raise _invalid("--address is that of a Ray cluster", "--address without --engine ray")
    return True


def run(options: Namespace) -> int:
    """Write the table; 2 where a picture could not be read."""
    from yuzug.folders import Job, pictures_of
    from yuzug.models import DEFAULT_MODEL

    images = pictures_of(options.images)
    person = person_of(options)
    # Images are read side by side, so none of them needs threads of its own besides.
    with limited_threads(1):
        analyzer = analyzer_of(options, detects=not options.crops)
        job = Job.of(
            images,
            options.out,
            analyzer,
            model=options.model or DEFAULT_MODEL,
            crops=options.crops,
            person=person,
        )
        missing = job.begin(resume=options.resume)
        try:
            _read(job, analyzer, missing, options)
        except KeyboardInterrupt:
            complain(text("cli.table_stopped", options.lang, parts=job.folder))
            raise
    made = job.finish()
    if made.unread:
        failed, total = made.unread, made.pictures
        complain(text("cli.unread_rows", options.lang, failed=failed, total=total))
    return 2 if made.unread else 0


def _read(job: Job, analyzer: Analyzer, missing: Sequence[int], options: Namespace) -> None:
    from tqdm import tqdm

    total = len(job.images)
    there = total - sum(len(job.images_of(part)) for part in missing)
    with tqdm(total=total, initial=there, disable=None, leave=False, unit="") as bar:
        for part in _parts(job, analyzer, missing, options):
            bar.update(part.pictures)


def _parts(
    job: Job, analyzer: Analyzer, missing: Sequence[int], options: Namespace
) -> Iterator[Part]:
    if options.engine == "ray":
        from yuzug.folders.ray_engine import read_with_ray

        return read_with_ray(job, missing, address=options.address, workers=options.workers)
    from yuzug.folders import read

    return read(job, analyzer, missing, options.workers or os.cpu_count() or 1)


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 256:
        raise ArgumentTypeError(f"{word!r} is no number from 1 to 256")
    return int(word)


def _invalid(must: str, got: str) -> YuzugError:
    return OptionError("option.invalid", must=must, got=got, do="see yuzug analyze --help")

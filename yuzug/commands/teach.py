"""``yuzug teach``: a few pictures of one person become a small file of numbers."""

from __future__ import annotations

import errno
import os
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.options import analyzer_of, model_options
from yuzug.commands.output import complain, emit
from yuzug.commands.parser import Parser
from yuzug.errors import ImageError, OptionError, PersonError
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.models import Example, Person
    from yuzug.pipeline import Analyzer


def options(command: Parser) -> None:
    command.option("folder", key="teach", metavar="DIR", type=Path)
    command.option("--out", key="teach_out", metavar="ME.json", type=Path, required=True)
    model_options(command)
    command.option("--crops", action="store_true")


def run(options: Namespace) -> int:
    """Learn from every picture of DIR/label/, write the person, print what was learned; 2 where a
    picture taught nothing, and nothing is written where none did."""
    from yuzug.records import TeachingRecord
    from yuzug.teaching import label_named

    _require_place(options.out)
    folders = _folders(options.folder)
    analyzer = analyzer_of(options, detects=not options.crops)
    labels = [label_named(folder.name, analyzer.labels) for folder in folders]
    pictures = [
        (label, file)
        for label, folder in zip(labels, folders, strict=True)
        for file in _files(folder)
    ]
    person, failed = _learned(analyzer, pictures, options)
    if not person.labels:
        raise PersonError(
            "person.picture",
            must="at least one picture must teach something",
            got=f"none of {len(pictures)} in {options.folder}",
            do="put pictures of one face into DIR/neutral, DIR/happy, …",
        )
    _write(options.out, person.to_json())
    emit(TeachingRecord.of(str(options.out), person, analyzer.classes))
    if failed:
        complain(text("cli.untaught", options.lang, failed=failed, total=len(pictures)))
    return 2 if failed else 0


def _learned(
    analyzer: Analyzer, pictures: list[tuple[str, Path]], options: Namespace
) -> tuple[Person, int]:
    """The person that these pictures show, and how many of them taught nothing."""
    person, failed = analyzer.new_person(), 0
    for label, file in pictures:
        example = _example(analyzer, file, options)
        if example is None:
            failed += 1
        else:
            person = person.with_example(label, example)
    return person, failed


def _example(analyzer: Analyzer, file: Path, options: Namespace) -> Example | None:
    """The numbers of a picture; None, and why on stderr, where it teaches nothing."""
    from yuzug.records import sentence_of

    try:
        return analyzer.example(file, crops=options.crops)
    except (ImageError, PersonError) as error:
        complain(f"{file}: {sentence_of(error, options.lang)}")
        return None


def _folders(folder: Path) -> list[Path]:
    """The folders of the labels."""
    found = (
        sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
        if folder.is_dir()
        else []
    )
    if not found:
        raise OptionError(
            "option.invalid",
            must="DIR must be a folder with a folder of pictures for each label",
            got=f"{folder}, which has none",
            do="put pictures into DIR/neutral, DIR/happy, …",
        )
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(
        file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")
    )


def _require_place(path: Path) -> None:
    """Tell before any picture is read that the file cannot be written there."""
    for wrong, reason in (
        (path.is_dir(), errno.EISDIR),
        (not path.parent.exists(), errno.ENOENT),
        (not path.parent.is_dir(), errno.ENOTDIR),
        (not os.access(path.parent, os.W_OK), errno.EACCES),
    ):
        if wrong:
            raise _unwritable(path, os.strerror(reason))


def _write(path: Path, json: str) -> None:
    """Write a file atomically."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(json + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)  # it holds numbers of a face
        raise _unwritable(path, str(error.strerror)) from error


def _unwritable(path: Path, reason: str) -> OptionError:
    return OptionError(
        "option.invalid",
        must="--out must be a file that can be written",
        got=f"{path}: {reason}",
        do="name another place",
    )

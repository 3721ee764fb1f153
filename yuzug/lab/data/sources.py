"""The labelled pictures of a folder or a table, before they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from pydantic import BaseModel, ConfigDict

from yuzug.errors import ImageError, OptionError
from yuzug.images import FORMATS, is_heic
from yuzug.lab.data.faceset import suffixes
from yuzug.lab.data.tables import is_split, picture_of, read_table, split_name, words
from yuzug.texts.causes import caused

Reason = Literal[
    "not_a_picture", "unsupported_format", "no_label", "unreadable", "no_face", "blank",
    "other_label", "identical", "near",
]  # fmt: skip
# Raw pictures that a camera writes and this package does not read.
_UNSUPPORTED = frozenset({".raw", ".dng", ".cr2", ".nef", ".arw"})


class Dropped(BaseModel):
    """A file that was left out, and why; ``of`` is the one it repeats, or what was wrong."""

    model_config = ConfigDict(frozen=True)

    file: str
    reason: Reason
    of: str


@dataclass(frozen=True)
class Source:
    """A labelled picture before it is read; ``split`` and ``subject`` may be empty."""

    file: str
    label: str
    picture: Any
    split: str = ""
    subject: str = ""


def labelled_files(source: Path) -> tuple[list[Source], list[Dropped]]:
    """The pictures in folders, and all other files."""
    known = suffixes()
    files: list[Source] = []
    dropped: list[Dropped] = []
    # A link that leads nowhere is no folder either, and is reported as unreadable.
    for path in sorted(path for path in source.rglob("*") if not path.is_dir()):
        name = path.relative_to(source).as_posix()
        suffix = path.suffix.lower()
        if suffix not in known and not _is_picture(path):
            reason: Reason = "unsupported_format" if suffix in _UNSUPPORTED else "not_a_picture"
            advice = "save it as JPEG or PNG" if suffix in _UNSUPPORTED else path.suffix
            dropped.append(Dropped(file=name, reason=reason, of=advice))
        elif path.parent == source:
            dropped.append(Dropped(file=name, reason="no_label", of=""))
        else:
            top = path.relative_to(source).parts[0]
            below = path.parent != source / top
            split = split_name(top) if below and is_split(top) else ""
            files.append(Source(name, path.parent.name, path, split))
    if not files:
        raise caused(OptionError, "data.invalid", "no_pictures", folder=source)
    return files, dropped


def _is_picture(path: Path) -> bool:
    """Whether a file is a picture under another name, such as a JPEG called .heic."""
    Image.init()
    known = [name for name in FORMATS if name in Image.OPEN]  # AVIF came with Pillow 11.3
    try:
        with Image.open(path, formats=known):
            return True
    except (OSError, ValueError, Image.DecompressionBombError):
        return is_heic(path)


def table_rows(path: Path) -> tuple[list[Source], list[Dropped]]:
    """The rows of a table with a picture and a label, and the others."""
    table = read_table(path)
    folder = path if path.is_dir() else path.parent
    columns = {
        name: words(table[name].to_pylist()).tolist()
        if name in table.column_names
        else [""] * table.num_rows
        for name in ("label", "split", "subject")
    }
    sources: list[Source] = []
    dropped: list[Dropped] = []
    for row, cell in enumerate(table["image"].to_pylist()):
        label, split, subject = (columns[name][row] for name in ("label", "split", "subject"))
        try:
            picture = picture_of(cell, folder)
        except ImageError as error:
            dropped.append(Dropped(file=f"row {row}", reason="unreadable", of=str(error)))
            continue
        file = str(cell) if isinstance(picture, Path) else f"row {row}"
        if label:
            sources.append(Source(file, label, picture, split, subject))
        else:
            dropped.append(Dropped(file=file, reason="no_label", of=""))
    return sources, dropped

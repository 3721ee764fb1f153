"""Which pictures are meant: by a file, a folder, a pattern, a list of paths, or lines on stdin."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from yuzug.errors import OptionError
from yuzug.images import HEIC_ENDINGS

ENDINGS = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp"),
        *(".tif", ".tiff", ".avif", ".ppm", ".pgm", ".pbm", ".pnm"),
        *HEIC_ENDINGS,
    }
)
STDIN = "-"
LIST = ".txt"


def pictures_of(sources: Iterable[str], stdin: Iterable[str] | None = None) -> list[str]:
    """The paths of all pictures that the words of a command line stand for, in order.

    Args:
        sources: paths of pictures; a folder stands for every picture in it, by its ending and
            with its own folders, sorted by path; a pattern such as ``holiday/**/*.jpg`` for what
            it matches, sorted; a file that ends in ``.txt`` for the paths on its lines; ``-`` for
            the lines of ``stdin``. Other words stay as they are.
        stdin: lines to read in place of the standard input.

    Beside other words, a folder, a pattern or a list without a picture stays as it is, so that it
    gets an error of its own and the others are read.

    Raises:
        OptionError: ``option.invalid`` where the only word is one without a picture, or a list
            cannot be read.

    >>> pictures_of(["a.jpg", "-"], stdin=["b.jpg", "", "c.jpg"])
    ['a.jpg', 'b.jpg', 'c.jpg']
    """
    words = list(sources)
    return [path for word in words for path in _one(word, stdin, alone=len(words) == 1)]


def are_many(sources: Iterable[str]) -> bool:
    """Whether any of these words stands for more than one picture.

    >>> are_many(["a.jpg", "b.jpg"]), are_many(["*.jpg"])
    (False, True)
    """
    return any(
        source == STDIN or os.path.isdir(source) or _is_list(source) or _is_pattern(source)
        for source in sources
    )


def _one(source: str, stdin: Iterable[str] | None, *, alone: bool) -> Iterable[str]:
    if source == STDIN:
        return _lines(_stdin() if stdin is None else stdin)
    if os.path.isdir(source):
        return _some(source, alone, files_below(source, ENDINGS), "folder")
    if _is_list(source):
        return _some(source, alone, _listed(source), "list")
    if _is_pattern(source):
        return _some(source, alone, sorted(glob.glob(source, recursive=True)), "pattern")
    return [source]


def files_below(folder: str, endings: Collection[str]) -> list[str]:
    """The files in a folder and its own folders that end so, sorted by path."""
    found = (
        os.path.join(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if os.path.splitext(name)[1].lower() in endings
    )
    return sorted(found)


def _is_list(source: str) -> bool:
    return source.lower().endswith(LIST) and os.path.isfile(source)


def _is_pattern(source: str) -> bool:
    # A picture may be named "me [1].jpg", which is a pattern too: the file comes first.
    return glob.has_magic(source) and not os.path.lexists(source)


def _listed(source: str) -> list[str]:
    try:
        text = Path(source).read_text("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise OptionError(
            "option.invalid",
            must="a list of pictures must be a file that can be read",
            got=f"{source} ({error.strerror})",
            do="check the path",
        ) from error
    return list(_lines(text.split("\n")))


def _stdin() -> Iterable[str]:
    """The lines of the standard input as names of files, which may be any bytes."""
    raw = getattr(sys.stdin, "buffer", None)
    return sys.stdin if raw is None else map(os.fsdecode, raw)


def _lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        path = line.rstrip("\r\n")
        if path.strip():
            yield path


def _some(source: str, alone: bool, paths: list[str], kind: str) -> list[str]:
    if not paths and not alone:
        return [source]
    if not paths:
        raise OptionError(
            "option.invalid",
            must="what is to be read must hold at least one picture",
            got=f"the {kind} {source} without one",
            do="check the path; pictures are known by endings such as .jpg, .png and .webp",
        )
    return paths

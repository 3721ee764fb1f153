"""Output of a command: records on stdout, log records on stderr, and the names of its files."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yuzug.records import Record

# A name has at most 255 bytes in most file systems.
_LONGEST_STEM_BYTES = 220


def emit(record: Record) -> None:
    """One line of JSON, at once."""
    print(record.to_json(), flush=True)


def complain(sentence: str) -> None:
    """One line on stderr; ``--quiet`` leaves it out."""
    _LOG.warning("%s", sentence)


def stem_of(path: str) -> str:
    """A file's name without its ending, short enough for an ending of ours and a number.

    >>> stem_of("faces/anna.jpg"), len(stem_of("a" * 251 + ".jpg"))
    ('anna', 220)
    """
    stem = Path(path).stem
    while len(os.fsencode(stem)) > _LONGEST_STEM_BYTES:
        stem = stem[:-1]
    return stem


class _Stderr(logging.Handler):
    """One line each on what stderr is now, after the records that came before."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stdout.flush()
        print(self.format(record), file=sys.stderr)


_LOG = logging.getLogger("yuzug")
_HANDLER = _Stderr()


def log_to_stderr(*, verbose: bool, quiet: bool) -> None:
    """Print log records of ``yuzug``: all, or only errors, or in between warnings and news."""
    if _HANDLER not in _LOG.handlers:
        _LOG.addHandler(_HANDLER)
    _LOG.setLevel(logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO)

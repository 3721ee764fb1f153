"""Output of a command: records on stdout, log records of the logger ``yuzug`` on stderr."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yuzug.records import Record


def emit(record: Record) -> None:
    """One line of JSON, at once."""
    print(record.to_json(), flush=True)


def complain(sentence: str) -> None:
    """One line on stderr; ``--quiet`` leaves it out."""
    _LOG.warning("%s", sentence)


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

"""What a command says: records on stdout, complaints on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yuzug.records import Record


def emit(record: Record) -> None:
    """One line of JSON, at once."""
    print(record.to_json(), flush=True)


def complain(sentence: str) -> None:
    """One line on stderr, after what was said before."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr)

"""What happened before: what was suggested, done, found helpful, marked or turned down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from yuzug.recommender.index import Bools, Floats, Index

_ALSO = 0.5  # what was done, or is of a kind that helped, where what helped is 1


class History(BaseModel):
    """Ids of activities; ``recent`` were suggested, the oldest first. Unknown ids count nothing."""

    model_config = ConfigDict(frozen=True)

    recent: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    helped: tuple[str, ...] = ()
    did: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()


NO_HISTORY = History()


def withheld(index: Index, history: History, recent: int) -> Bools:
    """Mark what is not suggested now, shape (N,): the last ``recent`` ones and all turned down."""
    last = history.recent[-recent:] if recent else ()
    return _among(index, last) | _among(index, history.rejected)


def freshness(index: Index, history: History) -> Floats:
    """0 for what was suggested, unless it helped or is a favourite; 1 for the rest; shape (N,)."""
    known = _among(index, history.recent) & ~_among(index, history.helped + history.favourites)
    return (~known).astype(np.float64)


def helpfulness(index: Index, history: History) -> Floats:
    """1 for what helped, half for what was done and for the kinds that helped; shape (N,)."""
    helped = _among(index, history.helped)
    also = _among(index, history.did) | np.isin(index.kind, index.kind[helped])
    return np.where(helped, 1.0, np.where(also, _ALSO, 0.0))


def favoured(index: Index, history: History) -> Floats:
    """1 for what the person marked as a favourite, 0 for the rest; shape (N,)."""
    return _among(index, history.favourites).astype(np.float64)


def rows_of(index: Index, history: History) -> list[int]:
    """The rows of what was suggested, the oldest first."""
    return [index.rows[name] for name in history.recent if name in index.rows]


def _among(index: Index, names: Sequence[str]) -> Bools:
    rows = np.zeros(len(index.minutes), dtype=np.bool_)
    rows[[index.rows[name] for name in names if name in index.rows]] = True
    return rows

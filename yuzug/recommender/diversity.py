"""One activity after another, each unlike those before it.

Maximal marginal relevance (Carbonell and Goldstein 1998) with a rest and a cap for each kind.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yuzug.recommender.catalogue.policy import Variety
from yuzug.recommender.index import Bools, Floats, Index


def diverse(
    index: Index,
    scores: Floats,
    open_rows: Bools,
    before: Sequence[int],
    variety: Variety,
    count: int,
    luck: Floats | None = None,
    short: Bools | None = None,
    every: int = 1,
) -> list[int]:
    """Pick at most ``count`` of the open rows, the best first.

    Args:
        index: the catalogue.
        scores: how good each activity is, shape (N,).
        open_rows: what may be picked, shape (N,).
        before: the rows of what was suggested before, the oldest first.
        variety: how unlike one another the picked ones must be.
        count: how many.
        luck: what the scores hold of chance, shape (N,): the first one is the luckiest of those
            that come close to the best without it, so that it is not always the same.
        short: what is short, shape (N,); of any ``every`` suggestions in a row one is short, where
            one is left whose kind may come. None where length does not matter.
        every: see ``short``.
    """
    left, rows = open_rows.copy(), list(before)
    while len(rows) < len(before) + count and left.any():
        allowed, kinds = left, [int(index.kind[row]) for row in rows]
        if short is not None and _is_short_due(short, rows, every):
            fresh = left & short & ~np.isin(index.kind, _last(kinds, variety))
            allowed = fresh if fresh.any() else left
        value = np.where(allowed, _marginal(index, scores, kinds, variety), -np.inf)
        if luck is not None and luck.any() and len(rows) == len(before):
            value = _rotated(value, luck, variety)
        row = int(value.argmax())
        left[row] = False
        rows.append(row)
    return rows[len(before) :]


def _last(kinds: list[int], variety: Variety) -> list[int]:
    """The kinds that must rest."""
    return kinds[-variety.apart :] if variety.apart else []


def _rotated(value: Floats, luck: Floats, variety: Variety) -> Floats:
    """The luck of what is nearly the best without it, shape (N,)."""
    earned = value - variety.relevance * luck
    return np.where(earned >= earned.max() - variety.rotate, luck, -np.inf)


def _is_short_due(short: Bools, rows: Sequence[int], every: int) -> bool:
    last = rows[len(rows) - (every - 1) :] if every > 1 else []
    return len(last) == every - 1 and not any(short[row] for row in last)


def _marginal(index: Index, scores: Floats, kinds: list[int], variety: Variety) -> Floats:
    """λ · score − (1 − λ) · similarity to the last kinds; a kind that had its turn comes last."""
    last = _last(kinds, variety)
    likeness = index.likeness[last].max(axis=0) if last else np.zeros(len(index.kinds))
    penalty = (1 - variety.relevance) * likeness + _had(index, kinds, last, variety)
    value: Floats = variety.relevance * scores - penalty[index.kind]
    return value


def _had(index: Index, kinds: list[int], last: list[int], variety: Variety) -> Floats:
    """Recency penalty per kind, shape (K,): larger than any score, the larger the later it came."""
    # The step between two ages of a kind must outweigh every score: a sum of six shares.
    had = np.zeros(len(index.kinds))
    times = np.bincount(kinds[-variety.window :], minlength=len(index.kinds))
    caps = np.array([variety.caps.get(name, variety.most) for name in index.kinds])
    had[times >= caps] = 10.0
    for age, kind in enumerate(last, start=1):
        had[kind] = 10.0 + 10.0 * age
    return had

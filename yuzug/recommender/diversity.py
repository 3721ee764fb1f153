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
    kinds_before: Sequence[int],
    variety: Variety,
    count: int,
) -> list[int]:
    """At most ``count`` of the open rows, the first one first.

    ``kinds_before`` are the kinds of what was suggested before, the oldest first.
    """
    left, kinds = open_rows.copy(), list(kinds_before)
    rows: list[int] = []
    while len(rows) < count and left.any():
        value = np.where(left, _marginal(index, scores, kinds, variety), -np.inf)
        row = int(value.argmax())
        left[row] = False
        rows.append(row)
        kinds.append(int(index.kind[row]))
    return rows


def _marginal(index: Index, scores: Floats, kinds: list[int], variety: Variety) -> Floats:
    """λ · score − (1 − λ) · likeness to the last kinds; a kind that had its turn comes last."""
    last = kinds[-variety.apart :] if variety.apart else []
    likeness = index.likeness[last].max(axis=0) if last else np.zeros(len(index.kinds))
    penalty = (1 - variety.relevance) * likeness + _had(index, kinds, last, variety)
    value: Floats = variety.relevance * scores - penalty[index.kind]
    return value


def _had(index: Index, kinds: list[int], last: list[int], variety: Variety) -> Floats:
    """What keeps a kind back, shape (K,): more than any score, the more the later it came."""
    # The step between two ages of a kind must outweigh every score: a sum of six shares.
    had = np.zeros(len(index.kinds))
    times = np.bincount(kinds[-variety.window :], minlength=len(index.kinds))
    caps = np.array([variety.caps.get(name, variety.most) for name in index.kinds])
    had[times >= caps] = 10.0
    for age, kind in enumerate(last, start=1):
        had[kind] = 10.0 + 10.0 * age
    return had

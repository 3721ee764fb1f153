"""How far the numbers of one test set would move with other faces from the same source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
_DRAWS = 2000
_LEVEL = 0.95


def intervals(table: NDArray[np.int64], seed: int = 0) -> dict[str, Interval]:
    """95 % percentile intervals from a confusion matrix (C, C), row truth, column prediction.

    Drawing n faces anew with replacement draws the cells of the matrix from a multinomial.
    Source: Efron 1979, "Bootstrap methods: another look at the jackknife".

    >>> low, high = intervals(np.array([[40, 10], [10, 40]]))["accuracy"]
    >>> low < 0.8 < high, high - low < 0.2
    (True, True)
    """
    n = int(table.sum())
    random = np.random.default_rng(seed)
    drawn = random.multinomial(n, table.ravel() / max(1, n), size=_DRAWS)
    cells = drawn.reshape(_DRAWS, *table.shape).astype(float)
    right = np.diagonal(cells, axis1=1, axis2=2)
    truth, said = cells.sum(axis=2), cells.sum(axis=1)
    present = truth > 0
    count = np.maximum(1, present.sum(axis=1))
    recall = (right / np.maximum(1, truth)).sum(axis=1) / count
    f1 = (2 * right / np.maximum(1, truth + said) * present).sum(axis=1) / count
    values = {
        "accuracy": right.sum(axis=1) / max(1, n),
        "balanced_accuracy": recall,
        "macro_f1": f1,
    }
    edges = [100 * (1 - _LEVEL) / 2, 100 * (1 + _LEVEL) / 2]
    return {name: _edges(np.percentile(value, edges)) for name, value in values.items()}


def _edges(pair: NDArray[np.float64]) -> Interval:
    return round(float(pair[0]), 4), round(float(pair[1]), 4)

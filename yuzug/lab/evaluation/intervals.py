"""Bootstrap confidence intervals: of a mean over faces, and of scores of a confusion matrix.

Source: Efron 1979, "Bootstrap methods: another look at the jackknife".
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from yuzug.lab import SEED

Bounds = tuple[float, float]
_MEAN_DRAWS, _MATRIX_DRAWS = 1000, 2000
_TAILS = (0.025, 0.975)


class Interval(BaseModel):
    """A mean over ``n`` faces and its 95 % percentile interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Interval:
        """The mean of measured values, one a face, with its bootstrap interval.

        >>> Interval.of([1.0, 1.0, 1.0])
        Interval(n=3, mean=1.0, low=1.0, high=1.0)
        """
        array = np.asarray(list(values), np.float64)
        draws = np.random.default_rng(SEED).integers(0, len(array), (_MEAN_DRAWS, len(array)))
        low, high = _bounds(array[draws].mean(axis=1))
        return cls(n=len(array), mean=round(float(array.mean()), 4), low=low, high=high)

    def above(self, other: Interval) -> bool:
        """Whether this interval lies wholly above another."""
        return self.low > other.high


def confusion_intervals(table: NDArray[np.int64], seed: int = 0) -> dict[str, Bounds]:
    """95 % intervals of accuracy, balanced accuracy and macro-F1 from a confusion matrix (C, C).

    Rows are labels, columns predictions. Resampling n faces with replacement draws the cells of
    the matrix from a multinomial.

    >>> low, high = confusion_intervals(np.array([[40, 10], [10, 40]]))["accuracy"]
    >>> low < 0.8 < high, high - low < 0.2
    (True, True)
    """
    n = int(table.sum())
    random = np.random.default_rng(seed)
    drawn = random.multinomial(n, table.ravel() / max(1, n), size=_MATRIX_DRAWS)
    cells = drawn.reshape(_MATRIX_DRAWS, *table.shape).astype(float)
    right = np.diagonal(cells, axis1=1, axis2=2)
    truth, predicted = cells.sum(axis=2), cells.sum(axis=1)
    present = truth > 0
    count = np.maximum(1, present.sum(axis=1))
    recall = (right / np.maximum(1, truth)).sum(axis=1) / count
    f1 = (2 * right / np.maximum(1, truth + predicted) * present).sum(axis=1) / count
    values = {
        "accuracy": right.sum(axis=1) / max(1, n),
        "balanced_accuracy": recall,
        "macro_f1": f1,
    }
    return {name: _bounds(value) for name, value in values.items()}


def _bounds(values: NDArray[np.float64]) -> Bounds:
    low, high = np.quantile(values, _TAILS)
    return round(float(low), 4), round(float(high), 4)

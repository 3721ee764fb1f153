"""How sure a mean is: percentile intervals by resampling."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pydantic import BaseModel, ConfigDict

_DRAWS = 1000
_SEED = 20261120


class Interval(BaseModel):
    """A mean over ``n`` faces and its 95 % interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Interval:
        """The mean of measured values, one a face, with its bootstrap interval.

        Source: Efron 1979, "Bootstrap methods: another look at the jackknife".

        >>> Interval.of([1.0, 1.0, 1.0])
        Interval(n=3, mean=1.0, low=1.0, high=1.0)
        """
        array = np.asarray(list(values), np.float64)
        draws = np.random.default_rng(_SEED).integers(0, len(array), (_DRAWS, len(array)))
        means = array[draws].mean(axis=1)
        low, high = np.quantile(means, (0.025, 0.975))
        return cls(
            n=len(array), mean=_rounded(array.mean()), low=_rounded(low), high=_rounded(high)
        )

    def above(self, other: Interval) -> bool:
        """Whether this interval lies wholly above another."""
        return self.low > other.high


def _rounded(value: float) -> float:
    return round(float(value), 4)

"""Shares of a heat map on the parts of a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Unit coordinates over the crop: left, top, right, bottom. They follow the median landmarks of
# FER2013 crops: eyes at (.31, .38) and (.69, .38), nose (.50, .60), mouth (.35–.66, .77).
# Where two overlap, the first one takes the place.
_BOXES: tuple[tuple[str, tuple[float, float, float, float]], ...] = (
    ("eyes", (0.17, 0.31, 0.83, 0.46)),
    ("brows", (0.14, 0.17, 0.86, 0.31)),
    ("nose", (0.38, 0.46, 0.62, 0.67)),
    ("mouth", (0.26, 0.67, 0.74, 0.90)),
    ("cheeks", (0.10, 0.46, 0.90, 0.74)),
)
OUTSIDE = "outside"
REGIONS: tuple[str, ...] = ("brows", "eyes", "nose", "cheeks", "mouth", OUTSIDE)


@dataclass(frozen=True)
class RegionShares:
    """Share of a map's mass on each part, by the names in :data:`REGIONS`; they sum to 1."""

    shares: dict[str, float]

    def leading(self, count: int = 2) -> tuple[str, ...]:
        """The parts with the largest shares, the face's own before what lies outside it."""
        inside = [name for name in REGIONS if name != OUTSIDE and self.shares[name] > 0]
        return tuple(sorted(inside, key=lambda name: -self.shares[name])[:count])


def region_shares(values: NDArray[np.float32]) -> RegionShares | None:
    """Where a map (h, w) over an aligned crop lies; None where it is empty.

    >>> mouth = np.zeros((48, 48), np.float32)
    >>> mouth[36:40, 20:28] = 1
    >>> region_shares(mouth).shares["mouth"]
    1.0
    """
    total = float(values.sum())
    if total <= 0:
        return None
    height, width = values.shape
    y = ((np.arange(height) + 0.5) / height)[:, None]
    x = ((np.arange(width) + 0.5) / width)[None, :]
    free = np.ones(values.shape, bool)
    shares: dict[str, float] = {}
    for name, (left, top, right, bottom) in _BOXES:
        place = free & (y >= top) & (y < bottom) & (x >= left) & (x < right)
        free &= ~place
        shares[name] = float(values[place].sum()) / total
    shares[OUTSIDE] = max(0.0, 1.0 - sum(shares.values()))
    return RegionShares({name: shares[name] for name in REGIONS})

"""Shares of a heat map on the parts of a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yuzug.emotions import Language
from yuzug.texts import percent, text

Point = tuple[float, float]

OUTSIDE = "outside"
REGIONS: tuple[str, ...] = ("brows", "eyes", "nose", "cheeks", "mouth", OUTSIDE)
# Where they overlap, the first one takes the place.
_PRECEDENCE = ("eyes", "brows", "nose", "mouth", "cheeks")

# Median landmarks of FER2013 crops, in unit coordinates (x, y) of the crop: left and right eye,
# nose, left and right corner of the mouth, as they stand in the picture. These of
# ``yuzug.faces.align``, rounded: docs/explanations.md was measured with them.
TEMPLATE: tuple[Point, ...] = (
    (0.31, 0.38),
    (0.69, 0.38),
    (0.50, 0.60),
    (0.354, 0.77),
    (0.656, 0.77),
)
# Above this share outside, a word about the parts inside would mislead.
_MOSTLY = 0.5
# Above this nothing worth a word is left inside.
_ALL = 0.995


@dataclass(frozen=True)
class RegionShares:
    """Share of a map's mass on each part, by the names in :data:`REGIONS`; they sum to 1."""

    shares: dict[str, float]

    def leading(self, count: int = 2) -> tuple[str, ...]:
        """The parts with the largest shares, the face's own before what lies outside it."""
        inside = [name for name in REGIONS if name != OUTSIDE and self.shares[name] > 0]
        return tuple(sorted(inside, key=lambda name: -self.shares[name])[:count])

    @property
    def nothing_on_face(self) -> bool:
        """Whether next to nothing of the map lies on the face: a share of a part would mislead."""
        return self.shares[OUTSIDE] > _ALL

    @property
    def mostly_outside(self) -> bool:
        """Whether more of the map lies beside the face than on it."""
        return self.shares[OUTSIDE] > _MOSTLY


def region_shares(
    values: NDArray[np.float32], landmarks: Sequence[Point] = TEMPLATE
) -> RegionShares | None:
    """Where a map (h, w) over an aligned crop lies; None where it is empty.

    ``landmarks`` are the five points of :data:`TEMPLATE` in unit coordinates of the crop.

    >>> mouth = np.zeros((48, 48), np.float32)
    >>> mouth[36:40, 20:28] = 1
    >>> region_shares(mouth).shares["mouth"]
    1.0
    """
    total = float(values.sum())
    if total <= 0:
        return None
    places = region_masks((values.shape[0], values.shape[1]), landmarks)
    return RegionShares(
        {name: float(values[places[name]].sum(dtype=np.float64)) / total for name in REGIONS}
    )


def region_masks(
    size_hw: tuple[int, int], landmarks: Sequence[Point] = TEMPLATE
) -> dict[str, NDArray[np.bool_]]:
    """The place of each part in a crop of this size: bool (h, w) each; every pixel is in one."""
    height, width = size_hw
    y = ((np.arange(height) + 0.5) / height)[:, None]
    x = ((np.arange(width) + 0.5) / width)[None, :]
    free = np.ones(size_hw, bool)
    masks: dict[str, NDArray[np.bool_]] = {}
    boxes = _boxes(landmarks)
    for name in _PRECEDENCE:
        left, top, right, bottom = boxes[name]
        masks[name] = free & (y >= top) & (y < bottom) & (x >= left) & (x < right)
        free &= ~masks[name]
    masks[OUTSIDE] = free
    return masks


def _boxes(landmarks: Sequence[Point]) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right, bottom of each part, in distances ``d`` between the eyes.

    The head stands upright in the crop, so boxes do; on the template they follow the median face.
    """
    (left_x, left_y), (right_x, right_y), (nose_x, _), left_mouth, right_mouth = landmarks
    eye_y, d = (left_y + right_y) / 2, right_x - left_x
    mouth_y = (left_mouth[1] + right_mouth[1]) / 2
    below_eyes, above_mouth = eye_y + 0.2 * d, mouth_y - 0.26 * d
    return {
        "eyes": (left_x - 0.37 * d, eye_y - 0.18 * d, right_x + 0.37 * d, below_eyes),
        "brows": (left_x - 0.45 * d, eye_y - 0.55 * d, right_x + 0.45 * d, eye_y - 0.18 * d),
        "nose": (nose_x - 0.32 * d, below_eyes, nose_x + 0.32 * d, above_mouth),
        "mouth": (
            left_mouth[0] - 0.25 * d,
            above_mouth,
            right_mouth[0] + 0.25 * d,
            mouth_y + 0.35 * d,
        ),
        "cheeks": (left_x - 0.55 * d, below_eyes, right_x + 0.55 * d, mouth_y - 0.08 * d),
    }


def regions_sentence(regions: RegionShares | None, lang: Language) -> str:
    """Where a map lies, in words: the text alternative of its picture.

    >>> shares = dict.fromkeys(REGIONS, 0.06) | {"mouth": 0.46, "eyes": 0.3}
    >>> regions_sentence(RegionShares(shares), "en")
    'strongest on the mouth (46%) and the eyes (30%)'
    >>> regions_sentence(RegionShares(shares), "tr")
    'en çok ağızda (%46) ve gözlerde (%30)'
    """
    if regions is None or regions.nothing_on_face:
        return text("explain.regions_none", lang)
    if regions.mostly_outside:
        return text("explain.regions_outside", lang, share=percent(regions.shares[OUTSIDE], lang))
    parts = [
        text(f"explain.region_{name}", lang, share=percent(regions.shares[name], lang))
        for name in regions.leading(2)
    ]
    joined = text("explain.regions_two", lang, first=parts[0], second=parts[-1])
    return text("explain.regions_most", lang, parts=joined if len(parts) > 1 else parts[0])

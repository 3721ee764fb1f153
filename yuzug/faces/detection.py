"""What every face detector gives: a box, a score, five landmarks, and how far the head is tilted.

Coordinates are photo pixels, x to the right and y down, continuous: the pixel in column 3 covers
x from 3 to 4, so its centre is at 3.5, and a box over a whole picture is ``(0, 0, width, height)``.
Left and right are meant as seen in the picture, never as the person would say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
Point = tuple[float, float]

QUICK_LONG_SIDE_PX = 320
LONG_SIDE_PX = 640
FINE_LONG_SIDE_PX = 1024  # for groups, whose faces are small
GROUP = 3  # faces found that make a group
MIN_FACE_PX = 16.0  # what is left of a box inside the picture must not be smaller


@dataclass(frozen=True)
class Detection:
    """One face in a photo.

    Attributes:
        box_xywh: left, top, width, height in photo pixels, inside the photo.
        score: the detector's own confidence in [0, 1]; None where it has none (cascade).
        landmarks: None, or five (x, y) in photo pixels, in YuNet's order: eye on the left of the
            picture, eye on its right, tip of the nose, corner of the mouth on the left of the
            picture, corner on its right.
        roll_deg: tilt of the head, positive when it leans clockwise in the picture; from the
            landmarks or from the turn at which the cascade found the face, 0 where unknown.

    >>> Detection((10.0, 20.0, 40.0, 50.0), score=0.9).center_xy
    (30.0, 45.0)
    """

    box_xywh: Box
    score: float | None
    landmarks: tuple[Point, ...] | None = None
    roll_deg: float = 0.0

    def __post_init__(self) -> None:
        if self.landmarks is not None and len(self.landmarks) != 5:
            raise ValueError(f"landmarks must be five points, but got {len(self.landmarks)}")

    @property
    def center_xy(self) -> Point:
        """The middle of the box."""
        x, y, w, h = self.box_xywh
        return x + w / 2, y + h / 2

    @property
    def area_px(self) -> float:
        """Width times height of the box."""
        return self.box_xywh[2] * self.box_xywh[3]

    def scaled(self, factor: float) -> Detection:
        """The same face in the same photo resized by this factor.

        >>> Detection((1.0, 2.0, 3.0, 4.0), score=None).scaled(2).box_xywh
        (2.0, 4.0, 6.0, 8.0)
        """
        x, y, w, h = (value * factor for value in self.box_xywh)
        points = self.landmarks and tuple((px * factor, py * factor) for px, py in self.landmarks)
        return replace(self, box_xywh=(x, y, w, h), landmarks=points)


class Detector(Protocol):
    """Finds faces; safe to share between threads.

    ``name`` is what the JSON and the page call it: "haar" or "yunet". A known face is looked for
    again scaled to ``near_px``, the longer side of its box, in a square of ``near_margin`` times
    that around its place.
    """

    @property
    def name(self) -> str: ...

    @property
    def near_px(self) -> int: ...

    @property
    def near_margin(self) -> float: ...

    def detect(
        self, image: npt.NDArray[np.uint8], *, thorough: bool = True, least_px: float = 0.0
    ) -> tuple[Detection, ...]:
        """All faces of an RGB uint8 image (H, W, 3), the largest first, clipped to the image.

        Those narrower than ``least_px`` need not be found: the image is scaled to its face.

        ``thorough`` asks for the slower search too: for small faces, and for tilted heads where
        no upright one was found. Photo always wants it, Live on every fifth empty frame.
        """
        ...


def coarse_to_fine(
    search: Callable[[int], tuple[Detection, ...]],
    size_hw: tuple[int, int],
    otherwise: Callable[[], tuple[Detection, ...]] = tuple,
) -> tuple[Detection, ...]:
    """Search a photo at 640 px; where that shows nobody or a group, at 1024 px too.

    Args:
        search: finds faces in the photo scaled to this long side, in px.
        size_hw: height and width of the photo in px.
        otherwise: finds faces where the first search shows none.
    """
    found = search(LONG_SIDE_PX) or otherwise()
    if (not found or len(found) >= GROUP) and max(size_hw) > LONG_SIDE_PX:
        fine = search(FINE_LONG_SIDE_PX)
        found = fine if len(fine) > len(found) else found
    return found


def detect_turned(detector: Detector, image: npt.NDArray[np.uint8]) -> tuple[Detection, ...]:
    """Faces of a photo that lies on its side or upside down; the boxes are those of the photo.

    The turn in which the largest faces are found wins. ``roll_deg`` leads to an upright crop, and
    beyond 45° it is a quality flag.
    """
    best: tuple[Detection, ...] = ()
    for turns in (1, 3, 2):
        turned = np.ascontiguousarray(np.rot90(image, turns))
        found = detector.detect(turned, thorough=False)
        if sum(face.area_px for face in found) > sum(face.area_px for face in best):
            size_hw = image.shape[0], image.shape[1]
            best = tuple(_turned_back(face, turns, size_hw) for face in found)
    return best


def _turned_back(face: Detection, turns: int, size_hw: tuple[int, int]) -> Detection:
    """A face found in the photo turned to the left by quarters, as it lies in the photo."""
    height, width = size_hw

    def back(x: float, y: float) -> Point:
        return {1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}[turns]

    x, y, w, h = face.box_xywh
    (x0, y0), (x1, y1) = back(x, y), back(x + w, y + h)
    roll_deg = (face.roll_deg + 90 * turns + 180) % 360 - 180
    return Detection(
        (min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)),
        face.score,
        face.landmarks and tuple(back(*point) for point in face.landmarks),
        roll_deg,
    )


def inside(detections: Iterable[Detection], size_hw: tuple[int, int]) -> tuple[Detection, ...]:
    """The detections cut to the photo, without those of which too little is left, largest first.

    >>> inside([Detection((-10.0, 0.0, 50.0, 60.0), None)], (48, 64))[0].box_xywh
    (0.0, 0.0, 40.0, 48.0)
    """
    kept = []
    for detection in detections:
        box = _clipped(detection.box_xywh, size_hw)
        if min(box[2:]) >= MIN_FACE_PX:
            kept.append(replace(detection, box_xywh=box))
    return tuple(sorted(kept, key=lambda detection: -detection.area_px))


def iou(a_xywh: Box, b_xywh: Box) -> float:
    """Area in both boxes over the area in either, in [0, 1].

    >>> iou((0, 0, 2, 2), (1, 0, 2, 2))
    0.3333333333333333
    """
    width = min(a_xywh[0] + a_xywh[2], b_xywh[0] + b_xywh[2]) - max(a_xywh[0], b_xywh[0])
    height = min(a_xywh[1] + a_xywh[3], b_xywh[1] + b_xywh[3]) - max(a_xywh[1], b_xywh[1])
    both = max(width, 0.0) * max(height, 0.0)
    either = a_xywh[2] * a_xywh[3] + b_xywh[2] * b_xywh[3] - both
    return both / either if either > 0 else 0.0


def roll_of(left_eye: Point, right_eye: Point) -> float:
    """The tilt of the line from the eye on the left of the picture to the other, in degrees.

    >>> roll_of((10.0, 10.0), (20.0, 20.0))
    45.0
    """
    return math.degrees(math.atan2(right_eye[1] - left_eye[1], right_eye[0] - left_eye[0]))


def _clipped(box_xywh: Box, size_hw: tuple[int, int]) -> Box:
    x, y, w, h = box_xywh
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, float(size_hw[1])), min(y + h, float(size_hw[0]))
    return left, top, max(right - left, 0.0), max(bottom - top, 0.0)

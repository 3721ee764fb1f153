"""Faces that are known already, looked for where they were a moment ago."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from yuzug.faces.align import Alignment
from yuzug.faces.detection import Detection, Detector, inside, iou

# A face that is found further away, in its widths, or of quite another size, is another one.
MAX_STEP = 0.5
MAX_GROWTH = 1.4
SAME_FACE_IOU = 0.3


def look_near(
    detector: Detector, image: npt.NDArray[np.uint8], faces: Sequence[Detection]
) -> tuple[Detection, ...] | None:
    """The same faces a moment later; None where one is not to be seen where it was.

    A face is searched in a square around its place, as large as the detector reads best; that
    is a fraction of the whole frame. Nobody new is found. The square is turned with the head, since
    detectors see upright faces best: YuNet takes a tilt of 25 degrees for 10 to 18.

    Args:
        detector: what found the faces.
        image: RGB uint8 (H, W, 3).
        faces: as they were found in the frame before.
    """
    found: list[Detection] = []
    for face in faces:
        again = _again(detector, image, face)
        if again is None or any(iou(again.box_xywh, one.box_xywh) > SAME_FACE_IOU for one in found):
            return None  # two that overlap are separated in the full frame
        found.append(again)
    kept = inside(found, (image.shape[0], image.shape[1]))
    return kept if len(kept) == len(faces) else None


def _again(detector: Detector, image: npt.NDArray[np.uint8], face: Detection) -> Detection | None:
    width = max(face.box_xywh[2:])
    side_px = round(detector.near_margin * detector.near_px)
    square = Alignment(face.center_xy, detector.near_margin * width, face.roll_deg)
    if _least_inside(square, image) < width:  # half of it left the picture
        return None
    part = square.crop(image, side_px)
    found = detector.detect(part, thorough=False, least_px=detector.near_px / MAX_GROWTH)
    seen = [_in_photo(one, square, side_px) for one in found]

    def away(one: Detection) -> float:
        return math.dist(one.center_xy, face.center_xy)

    nearest = min(seen, key=away, default=None)
    if nearest is None or away(nearest) > MAX_STEP * width:
        return None
    growth = max(nearest.box_xywh[2:]) / width
    return nearest if 1 / MAX_GROWTH <= growth <= MAX_GROWTH else None


def _least_inside(square: Alignment, image: npt.NDArray[np.uint8]) -> float:
    """What of the square lies in the picture, across or down, whichever is less; in px."""
    (x, y), half = square.center_xy, square.side_px / 2
    across = min(x + half, image.shape[1]) - max(x - half, 0)
    down = min(y + half, image.shape[0]) - max(y - half, 0)
    return float(min(across, down))


def _in_photo(face: Detection, square: Alignment, side_px: int) -> Detection:
    """A face that was found in the turned square, as it lies in the photo."""
    points = np.array([face.center_xy, *(face.landmarks or ())]) / side_px
    (x, y), *landmarks = points @ square.photo_from_unit[:, :2].T + square.photo_from_unit[:, 2]
    w, h = (value * square.side_px / side_px for value in face.box_xywh[2:])
    return replace(
        face,
        box_xywh=(float(x - w / 2), float(y - h / 2), w, h),
        landmarks=face.landmarks and tuple((float(px), float(py)) for px, py in landmarks),
        roll_deg=square.roll_deg + face.roll_deg,
    )

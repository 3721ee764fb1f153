"""Faces that are known already, looked for where they were a moment ago."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

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
    is a fraction of the whole frame. Nobody new is found.

    Args:
        detector: what found the faces.
        image: RGB uint8 (H, W, 3).
        faces: as they were found in the frame before.
    """
    found: list[Detection] = []
    for face in faces:
        again = _again(detector, image, face)
        if again is None or any(iou(again.box_xywh, one.box_xywh) > SAME_FACE_IOU for one in found):
            return None  # two that run into one another are told apart in the whole frame
        found.append(again)
    kept = inside(found, (image.shape[0], image.shape[1]))
    return kept if len(kept) == len(faces) else None


def _again(detector: Detector, image: npt.NDArray[np.uint8], face: Detection) -> Detection | None:
    width = max(face.box_xywh[2:])
    (cx, cy), half = face.center_xy, detector.near_margin * width / 2
    left, top = max(0, round(cx - half)), max(0, round(cy - half))
    part = image[top : round(cy + half), left : round(cx + half)]
    if min(part.shape[:2]) < width:  # half of it left the picture
        return None
    scale = detector.near_px / width
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    found = detector.detect(part, thorough=False, least_px=detector.near_px / MAX_GROWTH)
    seen = [_moved(one.scaled(1 / scale), left, top) for one in found]
    nearest = min(seen, key=lambda one: math.dist(one.center_xy, (cx, cy)), default=None)
    if nearest is None or math.dist(nearest.center_xy, (cx, cy)) > MAX_STEP * width:
        return None
    growth = max(nearest.box_xywh[2:]) / width
    return nearest if 1 / MAX_GROWTH <= growth <= MAX_GROWTH else None


def _moved(face: Detection, x_px: float, y_px: float) -> Detection:
    x, y, w, h = face.box_xywh
    points = face.landmarks and tuple((px + x_px, py + y_px) for px, py in face.landmarks)
    return replace(face, box_xywh=(x + x_px, y + y_px, w, h), landmarks=points)

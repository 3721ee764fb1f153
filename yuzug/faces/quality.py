"""Whether a face can be read at all: its size, sharpness, light, shades, tilt and turn.

Measured on the crop at 48 px, the detail that the networks are trained on: what that size does
not show, they do not miss.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.faces.align import Alignment
from yuzug.faces.detection import Detection, Point

DETAIL_PX = 48
# Where `cnn` loses about ten points of accuracy on FER2013's validation faces made worse so, or
# beyond which hardly any of them lies; at most one in a hundred of them breaks a limit.
MIN_SIZE_PX = 24.0  # 66 % right at 48 px, 62 % at 32, 55 % at 24, 48 % at 20
MIN_SHARPNESS = 0.25  # 57 % right at a median of 0.33, 43 % at 0.20; half a percent lie below
MIN_BRIGHTNESS = 0.12  # 56 % right at a median of 0.13, 43 % at 0.08; dark skin lies far above
MAX_BRIGHTNESS = 0.87  # 60 % right at a median of 0.81, 51 % at 0.89
MIN_CONTRAST = 0.03
# Median of the gradient over its 95 % quantile. Faces of plain colours between lines lie below;
# of 6,000 of FER2013's training pictures 22 do, of which 13 are drawings, signs or other graphics
# and the others overexposed or half in the dark; of 144 faces in photos, none.
MIN_SHADING = 0.08
MAX_ROLL_DEG = 45.0  # the crop turns with the head, but beyond this detectors fail
# YuNet gives 0.7 to the face of a cheetah; OpenCV's own example draws no box below 0.9.
MIN_SCORE = 0.8
MAX_TURN = 0.35  # of FER2013's faces, 99 % are below 0.33


@dataclass(frozen=True)
class Quality:
    """How well a face can be seen.

    Attributes:
        size_px: side of its crop in the photo.
        sharpness: spread of the Laplacian over the spread of the luma, both within the face.
        brightness: mean luma within the face, in [0, 1].
        contrast: standard deviation of the luma within the face, in [0, 0.5].
        roll_deg: tilt of the head, positive clockwise in the picture.
        turn: how far the head is turned to a side: the nose's distance from the line that halves
            the eyes, over the distance from eyes to mouth; None without landmarks.
        problems: quality flags, out of "uncertain_face" (the detector's score is low), "small",
            "blurred", "dark", "bright", "flat" (hardly any shades, as in a drawing), "tilted" and
            "turned", in this order.
    """

    size_px: float
    sharpness: float
    brightness: float
    contrast: float
    roll_deg: float
    turn: float | None
    problems: tuple[str, ...]


def assess(crop: npt.NDArray[np.uint8], detection: Detection, alignment: Alignment) -> Quality:
    """The quality of a face from its crop, uint8 (S, S, 3) RGB or (S, S) grey.

    >>> grey = np.full((48, 48), 10, np.uint8)
    >>> assess(grey, Detection((0, 0, 48, 48), None), Alignment((24, 24), 48)).problems
    ('blurred', 'dark')
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) if crop.ndim == 3 else crop
    small = cv2.resize(grey, (DETAIL_PX, DETAIL_PX), interpolation=cv2.INTER_AREA)
    luma = np.asarray(small, dtype=np.float32) / 255
    face = luma[_inner()]
    brightness, contrast = float(face.mean()), float(face.std())
    edges = np.asarray(cv2.Laplacian(luma, cv2.CV_32F), dtype=np.float32)[_inner()]
    sharpness = float(edges.std()) / max(contrast, MIN_CONTRAST)
    lit = MIN_BRIGHTNESS <= brightness <= MAX_BRIGHTNESS and contrast >= MIN_CONTRAST
    turn = _turn(detection.landmarks) if detection.landmarks else None
    found = {
        "uncertain_face": detection.score is not None and detection.score < MIN_SCORE,
        "small": alignment.side_px < MIN_SIZE_PX,
        "blurred": sharpness < MIN_SHARPNESS,
        "dark": brightness < MIN_BRIGHTNESS,
        "bright": brightness > MAX_BRIGHTNESS,
        "flat": lit and _shading(luma) < MIN_SHADING,
        "tilted": abs(detection.roll_deg) > MAX_ROLL_DEG,
        "turned": turn is not None and turn > MAX_TURN,
    }
    problems = tuple(name for name, holds in found.items() if holds)
    return Quality(
        alignment.side_px, sharpness, brightness, contrast, detection.roll_deg, turn, problems
    )


def _shading(luma: npt.NDArray[np.floating[Any]]) -> float:
    """How even the gradient is within the face, in [0, 1]: near 0 where all of it is in lines."""
    across, down = (cv2.Sobel(luma, cv2.CV_32F, dx, dy) for dx, dy in ((1, 0), (0, 1)))
    steep = np.hypot(across, down)[_inner()]
    return float(np.median(steep) / max(float(np.quantile(steep, 0.95)), 1e-6))


def _turn(landmarks: tuple[Point, ...]) -> float:
    left_eye, right_eye, nose, left_mouth, right_mouth = (complex(*point) for point in landmarks)
    between_eyes, between_mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    across = right_eye - left_eye
    height = abs(between_mouth - between_eyes)
    if across == 0 or height == 0:
        return float("inf")  # eyes or mouth in one point: nothing but a profile
    return abs(((nose - between_eyes) * across.conjugate()).real) / abs(across) / height


@cache
def _inner() -> npt.NDArray[np.bool_]:
    """The ellipse of a face in its crop, bool (48, 48), without the corners of the background."""
    y, x = (np.mgrid[0:DETAIL_PX, 0:DETAIL_PX] + 0.5) / DETAIL_PX
    return np.asarray(((x - 0.5) / 0.38) ** 2 + ((y - 0.55) / 0.45) ** 2 <= 1)

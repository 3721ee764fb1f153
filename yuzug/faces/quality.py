"""Whether a face can be read at all: its size, sharpness, light and tilt.

Measured on the crop at 48 px, the detail that the networks are trained on: what that size does
not show, they do not miss. Limits are those beyond which hardly any face of FER2013 lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.faces.align import Alignment
from yuzug.faces.detection import Detection, roll_of

DETAIL_PX = 48
MIN_SIZE_PX = 32.0
MIN_SHARPNESS = 0.2
MIN_BRIGHTNESS = 0.2
MAX_BRIGHTNESS = 0.85
MIN_CONTRAST = 0.05
MAX_ROLL_DEG = 35.0


@dataclass(frozen=True)
class Quality:
    """How well a face can be seen.

    Attributes:
        size_px: side of its crop in the photo.
        sharpness: spread of the Laplacian over the spread of the luma, both within the face.
        brightness: mean luma within the face, in [0, 1].
        contrast: standard deviation of the luma within the face, in [0, 0.5].
        roll_deg: tilt of the head, positive clockwise in the picture.
        problems: what speaks against reading it, out of "small", "blurred", "dark", "bright" and
            "tilted", in this order.
    """

    size_px: float
    sharpness: float
    brightness: float
    contrast: float
    roll_deg: float
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
    roll_deg = detection.roll_deg
    if detection.landmarks is not None:
        roll_deg = roll_of(detection.landmarks[0], detection.landmarks[1])
    found = {
        "small": alignment.side_px < MIN_SIZE_PX,
        "blurred": sharpness < MIN_SHARPNESS,
        "dark": brightness < MIN_BRIGHTNESS,
        "bright": brightness > MAX_BRIGHTNESS,
        "tilted": abs(roll_deg) > MAX_ROLL_DEG,
    }
    problems = tuple(name for name, holds in found.items() if holds)
    return Quality(alignment.side_px, sharpness, brightness, contrast, roll_deg, problems)


@cache
def _inner() -> npt.NDArray[np.bool_]:
    """The ellipse of a face in its crop, bool (48, 48), without the corners of the background."""
    y, x = (np.mgrid[0:DETAIL_PX, 0:DETAIL_PX] + 0.5) / DETAIL_PX
    return np.asarray(((x - 0.5) / 0.38) ** 2 + ((y - 0.55) / 0.45) ** 2 <= 1)

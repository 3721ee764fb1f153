"""The embedded detector: OpenCV's frontal cascade, which needs no download.

Viola and Jones 2001, as ``haarcascade_frontalface_alt`` of OpenCV 4. It gives boxes, framed as
the training faces are, but neither score nor landmarks. No histogram equalisation: measured, it
costs recall and doubles the time.
"""

from __future__ import annotations

import math
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.errors import DetectorError
from yuzug.faces.align import Alignment
from yuzug.faces.detection import Detection, inside, iou
from yuzug.images import fit_within

CASCADE = "haarcascade_frontalface_alt.xml"
SCALE_STEP = 1.1
NEIGHBOURS = 4
QUICK_LONG_SIDE_PX = 320
LONG_SIDE_PX = 640
FINE_LONG_SIDE_PX = 1024  # for groups, whose faces are small
GROUP = 3  # faces found that make a group
TILTED_LONG_SIDE_PX = 400
TILTS_DEG = (-25.0, 25.0)
MIN_SIDE_PX = 24  # of a face in the scaled frame
SAME_FACE_IOU = 0.3

Image = npt.NDArray[np.uint8]


class HaarDetector:
    """Finds upright frontal faces, and with ``thorough`` tilted and small ones too.

    Raises:
        DetectorError: ``detector.missing`` where the cascade is not part of OpenCV.
    """

    name = "haar"

    def __init__(self, cascade: Path | None = None) -> None:
        path = cascade or Path(cv2.__file__).parent / "data" / CASCADE
        # OpenCV answers a missing file with an error on stderr, so it is looked for before.
        self._cascade = cv2.CascadeClassifier(str(path) if path.is_file() else "")
        self._lock = Lock()  # a cascade keeps the picture it works on
        if self._cascade.empty():
            raise DetectorError(
                "detector.missing",
                must="OpenCV must bring its frontal face cascade",
                got=f"OpenCV {cv2.__version__} without a readable {path.name}",
                do="install opencv-python-headless below 5",
            )

    def detect(self, image: Image, *, thorough: bool = True) -> tuple[Detection, ...]:
        """All faces of an RGB uint8 image (H, W, 3), the largest first; score and landmarks None.

        With ``thorough``, twice the resolution; where that shows nobody, heads tilted by 25°; where
        it shows nobody or a group, still finer.
        """
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        if not thorough:
            return self._search(grey, QUICK_LONG_SIDE_PX)
        found = self._search(grey, LONG_SIDE_PX) or self._search_tilted(grey)
        if (not found or len(found) >= GROUP) and max(grey.shape) > LONG_SIDE_PX:
            fine = self._search(grey, FINE_LONG_SIDE_PX)
            found = fine if len(fine) > len(found) else found
        return found

    def _search(self, grey: Image, long_side_px: int) -> tuple[Detection, ...]:
        small, scale = fit_within(grey, long_side_px)
        found = (Detection(box, score=None).scaled(1 / scale) for box, _ in self._boxes(small))
        return inside(found, _size_hw(grey))

    def _search_tilted(self, grey: Image) -> tuple[Detection, ...]:
        small, scale = fit_within(grey, TILTED_LONG_SIDE_PX)
        found: list[tuple[Detection, int]] = []
        for roll_deg in TILTS_DEG:
            upright = _turned(_size_hw(small), roll_deg)
            side_px = round(upright.side_px)
            for (x, y, w, h), neighbours in self._boxes(upright.crop(small, side_px)):
                middle = ((x + w / 2) / side_px, (y + h / 2) / side_px, 1.0)
                cx, cy = (float(value) for value in upright.photo_from_unit @ middle)
                if 0 <= cx < small.shape[1] and 0 <= cy < small.shape[0]:
                    box = (cx - w / 2, cy - h / 2, w, h)
                    found.append((Detection(box, score=None, roll_deg=roll_deg), neighbours))
        best = _without_doubles(found)
        return inside((face.scaled(1 / scale) for face in best), _size_hw(grey))

    def _boxes(self, grey: Image) -> list[tuple[tuple[float, float, float, float], int]]:
        """Boxes and how many neighbours each was found with."""
        with self._lock:
            boxes, neighbours = self._cascade.detectMultiScale2(
                grey,
                scaleFactor=SCALE_STEP,
                minNeighbors=NEIGHBOURS,
                minSize=(MIN_SIDE_PX, MIN_SIDE_PX),
            )
        return [
            ((float(x), float(y), float(w), float(h)), int(count))
            for (x, y, w, h), count in zip(boxes, neighbours, strict=True)
        ]


def _turned(size_hw: tuple[int, int], roll_deg: float) -> Alignment:
    """The square that holds a whole picture turned by this angle."""
    height, width = size_hw
    cos, sin = math.cos(math.radians(roll_deg)), abs(math.sin(math.radians(roll_deg)))
    side_px = max(width * cos + height * sin, width * sin + height * cos)
    return Alignment((width / 2, height / 2), side_px, roll_deg)


def _without_doubles(found: list[tuple[Detection, int]]) -> list[Detection]:
    """Each face once, at the tilt at which it was found with most neighbours."""
    kept: list[Detection] = []
    for face, _ in sorted(found, key=lambda pair: -pair[1]):
        if all(iou(face.box_xywh, other.box_xywh) < SAME_FACE_IOU for other in kept):
            kept.append(face)
    return kept


def _size_hw(grey: Image) -> tuple[int, int]:
    return grey.shape[0], grey.shape[1]

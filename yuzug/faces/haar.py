"""The embedded detector: OpenCV's frontal cascade, which needs no download.

It gives boxes, framed as the training faces are, but neither score nor landmarks. No histogram
equalisation: measured, it costs recall and doubles the time.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.errors import DetectorError
from yuzug.faces.align import Alignment, align
from yuzug.faces.detection import QUICK_LONG_SIDE_PX, Box, Detection, coarse_to_fine, inside, iou
from yuzug.faces.pool import Pool
from yuzug.images import fit_within

SCALE_STEP = 1.1
FOLDER = Path(cv2.__file__).parent / "data"
NEIGHBOURS = 4
MIN_SIDE_PX = 24  # of a face in the scaled frame
TILTED_LONG_SIDE_PX = 400
TILTS_DEG = (-25.0, 25.0)
SAME_FACE_IOU = 0.3
# A face found in no more windows than this is asked for once more, of another cascade: measured
# on photos, that takes away false faces and next to no true ones, at no noticeable cost.
FAINT = 12
CONFIRMING_SIDE_PX = 60
CONFIRMING_MARGIN = 1.7
CONFIRMING_NEIGHBOURS = 3

Image = npt.NDArray[np.uint8]
Found = list[tuple[Detection, int]]  # each face with the number of windows it was found in


class HaarDetector:
    """Finds upright frontal faces, and with ``thorough`` tilted and small ones too.

    Raises:
        DetectorError: ``detector.missing`` where the cascades are not part of OpenCV.
    """

    name = "haar"
    near_px = 72  # an eighth of the time; boxes within 2 % of those in the whole frame
    near_margin = 1.7  # a cascade wants to see something around a face

    def __init__(self) -> None:
        self._cascade = Cascade(FOLDER / "haarcascade_frontalface_alt.xml")
        self._second = Cascade(FOLDER / "haarcascade_frontalface_alt2.xml")

    def __reduce__(self) -> tuple[type[HaarDetector], tuple[()]]:
        return HaarDetector, ()  # neither OpenCV's objects nor locks can be pickled

    def detect(
        self, image: Image, *, thorough: bool = True, least_px: float = 0.0
    ) -> tuple[Detection, ...]:
        """All faces of an RGB uint8 image (H, W, 3), the largest first; score and landmarks None.

        With ``thorough``, twice the resolution; where that shows nobody, heads tilted by 25°; where
        it shows nobody or a group, still finer. Nobody narrower than ``least_px`` is looked for.
        """
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        if not thorough:
            return self._search(grey, QUICK_LONG_SIDE_PX, least_px)
        return coarse_to_fine(
            lambda long_side_px: self._search(grey, long_side_px, least_px),
            _size_hw(grey),
            lambda: self._search_tilted(grey),
        )

    def _search(self, grey: Image, long_side_px: int, least_px: float) -> tuple[Detection, ...]:
        small, scale = fit_within(grey, long_side_px)
        found = [
            (Detection(box, score=None).scaled(1 / scale), windows)
            for box, windows in self._boxes(small, max(MIN_SIDE_PX, round(scale * least_px)))
        ]
        return self._confirmed(grey, found)

    def _search_tilted(self, grey: Image) -> tuple[Detection, ...]:
        small, scale = fit_within(grey, TILTED_LONG_SIDE_PX)
        found: Found = []
        for roll_deg in TILTS_DEG:
            upright = _turned(_size_hw(small), roll_deg)
            side_px = round(upright.side_px)
            for (x, y, w, h), windows in self._boxes(upright.crop(small, side_px)):
                middle = ((x + w / 2) / side_px, (y + h / 2) / side_px, 1.0)
                cx, cy = (float(value) for value in upright.photo_from_unit @ middle)
                if 0 <= cx < small.shape[1] and 0 <= cy < small.shape[0]:
                    face = Detection((cx - w / 2, cy - h / 2, w, h), None, roll_deg=roll_deg)
                    found.append((face.scaled(1 / scale), windows))
        return self._confirmed(grey, _without_doubles(found))

    def _boxes(self, grey: Image, min_side_px: int = MIN_SIDE_PX) -> list[tuple[Box, int]]:
        return self._cascade.boxes(grey, neighbours=NEIGHBOURS, min_side_px=min_side_px)

    def _confirmed(self, grey: Image, found: Found) -> tuple[Detection, ...]:
        sure = [face for face, windows in found if windows > FAINT or self._seen_twice(grey, face)]
        return inside(sure, _size_hw(grey))

    def _seen_twice(self, grey: Image, face: Detection) -> bool:
        """Whether the second cascade sees a face there too, on a crop with some room around."""
        alignment = align(face)
        roomy = replace(alignment, side_px=alignment.side_px * CONFIRMING_MARGIN)
        crop = roomy.crop(grey, round(CONFIRMING_SIDE_PX * CONFIRMING_MARGIN))
        return bool(
            self._second.boxes(
                crop,
                neighbours=CONFIRMING_NEIGHBOURS,
                min_side_px=round(0.6 * CONFIRMING_SIDE_PX),
            )
        )


def _turned(size_hw: tuple[int, int], roll_deg: float) -> Alignment:
    """Bounding square of the full image turned by this angle."""
    height, width = size_hw
    cos, sin = math.cos(math.radians(roll_deg)), abs(math.sin(math.radians(roll_deg)))
    side_px = max(width * cos + height * sin, width * sin + height * cos)
    return Alignment((width / 2, height / 2), side_px, roll_deg)


def _without_doubles(found: Found) -> Found:
    """Each face once, at the tilt at which it was found in most windows."""
    kept: Found = []
    for face, windows in sorted(found, key=lambda pair: -pair[1]):
        if all(iou(face.box_xywh, other.box_xywh) < SAME_FACE_IOU for other, _ in kept):
            kept.append((face, windows))
    return kept


def _size_hw(grey: Image) -> tuple[int, int]:
    return grey.shape[0], grey.shape[1]


class Cascade:
    """Boxes of a cascade, and in how many neighbouring windows each was found.

    Viola and Jones, "Rapid object detection using a boosted cascade of simple features", 2001.

    Raises:
        DetectorError: ``detector.missing`` where the file is not part of OpenCV.
    """

    def __init__(self, path: Path) -> None:
        # OpenCV itself writes about a missing file on stderr, so it is looked for before.
        if not path.is_file():
            raise DetectorError(
                "detector.missing",
                must="OpenCV must include its frontal face cascades",
                got=f"OpenCV {cv2.__version__} without {path.name}",
                do="install opencv-python-headless below 5",
            )
        self._classifiers = Pool(lambda: cv2.CascadeClassifier(str(path)))

    def boxes(
        self, grey: npt.NDArray[np.uint8], *, neighbours: int, min_side_px: int
    ) -> list[tuple[Box, int]]:
        """Boxes x, y, w, h of a grey uint8 picture (H, W), each with its count of windows."""
        with self._classifiers.lent() as classifier:
            boxes, counts = classifier.detectMultiScale2(
                grey,
                scaleFactor=SCALE_STEP,
                minNeighbors=neighbours,
                minSize=(min_side_px, min_side_px),
            )
        return [
            ((float(x), float(y), float(w), float(h)), int(count))
            for (x, y, w, h), count in zip(boxes, counts, strict=True)
        ]

"""One of OpenCV's cascades, safe to share between threads."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.errors import DetectorError
from yuzug.faces.detection import Box
from yuzug.faces.pool import Pool

SCALE_STEP = 1.1
FOLDER = Path(cv2.__file__).parent / "data"


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

"""YuNet, a small network that gives boxes, scores and five landmarks.

Wu, Peng and Yu, "YuNet: a tiny millisecond-level face detector", Machine Intelligence Research
2023; run by OpenCV's ``FaceDetectorYN`` from the file ``face_detection_yunet_2023mar.onnx``.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.errors import DetectorError
from yuzug.faces.detection import Detection, inside, roll_of
from yuzug.images import fit_within, to_bgr

SCORE_THRESHOLD = 0.7
NMS_IOU = 0.3
CANDIDATES = 5000
# It is best at faces of 10 to 300 px, so large pictures cost recall.
QUICK_LONG_SIDE_PX = 320
LONG_SIDE_PX = 640
FINE_LONG_SIDE_PX = 1024  # for groups, whose faces are small
GROUP = 3  # faces found that make a group

Image = npt.NDArray[np.uint8]


class YuNetDetector:
    """Finds faces with their score and landmarks.

    Raises:
        DetectorError: ``detector.damaged`` where OpenCV cannot read the file.
    """

    name = "yunet"

    def __init__(self, onnx: Path) -> None:
        try:
            self._network = cv2.FaceDetectorYN.create(
                str(onnx), "", (320, 320), SCORE_THRESHOLD, NMS_IOU, CANDIDATES
            )
        except cv2.error as error:
            raise DetectorError(
                "detector.damaged",
                must="the YuNet file must be one that OpenCV reads",
                got=f"{onnx.name} with OpenCV {cv2.__version__}",
                do="delete the file, so that it is fetched anew, or use the cascade",
            ) from error
        self._lock = Lock()  # the input size is part of its state

    def detect(self, image: Image, *, thorough: bool = True) -> tuple[Detection, ...]:
        """All faces of an RGB uint8 image (H, W, 3), the largest first.

        With ``thorough``, twice the resolution, and finer still where that shows a group or nobody.
        """
        if not thorough:
            return self._search(image, QUICK_LONG_SIDE_PX)
        found = self._search(image, LONG_SIDE_PX)
        if (not found or len(found) >= GROUP) and max(image.shape) > LONG_SIDE_PX:
            fine = self._search(image, FINE_LONG_SIDE_PX)
            found = fine if len(fine) > len(found) else found
        return found

    def _search(self, image: Image, long_side_px: int) -> tuple[Detection, ...]:
        small, scale = fit_within(image, long_side_px)
        with self._lock:
            self._network.setInputSize((small.shape[1], small.shape[0]))
            _, rows = self._network.detect(to_bgr(small))
        if rows is None:
            return ()
        found = (_detection(row).scaled(1 / scale) for row in np.asarray(rows, dtype=np.float64))
        return inside(found, (image.shape[0], image.shape[1]))


def _detection(row: npt.NDArray[np.float64]) -> Detection:
    """A row of OpenCV's answer: box (4), landmarks (10), score."""
    x, y, w, h = (float(value) for value in row[:4])
    landmarks = tuple((float(px), float(py)) for px, py in row[4:14].reshape(5, 2))
    return Detection(
        (x, y, w, h),
        score=min(max(float(row[14]), 0.0), 1.0),
        landmarks=landmarks,
        roll_deg=roll_of(landmarks[0], landmarks[1]),
    )

"""YuNet, a small network that gives boxes, scores and five landmarks.

Wu, Peng and Yu, "YuNet: a tiny millisecond-level face detector", Machine Intelligence Research
2023; run by OpenCV's ``FaceDetectorYN`` from the file ``face_detection_yunet_2023mar.onnx``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.errors import DetectorError
from yuzug.faces.align import Alignment
from yuzug.faces.detection import QUICK_LONG_SIDE_PX, Detection, coarse_to_fine, inside, roll_of
from yuzug.faces.pool import Pool
from yuzug.images import fit_within, to_bgr

SCORE_THRESHOLD = 0.7
NMS_IOU = 0.3
CANDIDATES = 5000
# It is best at faces of 10 to 300 px, so large pictures cost recall.
# Landmarks are true only for faces of this width in the frame: of a tilt of 25 degrees, 21 are
# measured at 200 px, 11 at 100, 5 at 80. Other faces are looked at once more, larger.
TRUE_WIDTH_PX = (130.0, 300.0)
LOOK_WIDTH_PX = 200
LOOK_MARGIN = 1.6
LOOKS = 10  # faces looked at once more, the largest; 5 ms each
QUICK_LOOKS = 3
# OpenCV 4.14 invents faces of score 1 where a side of the frame is 32 px or less.
MIN_FRAME_PX = 64

Image = npt.NDArray[np.uint8]


class YuNetDetector:
    """Finds faces with their score and landmarks.

    Raises:
        DetectorError: ``detector.damaged`` where OpenCV cannot read the file.
    """

    name = "yunet"
    # 256 px a side, in room for a quarter of the face of movement. Landmarks are within 0.021 of
    # the face's width of those at 200 px, which are as far from one another; it takes 0.63 times as
    # long (47 faces of 40 photos).
    near_px = 170
    near_margin = 1.5

    def __init__(self, onnx: Path) -> None:
        try:
            # OpenCV 4 lays a network out again for a picture of another size: those for the
            # squares around faces are kept apart from those for whole pictures.
            self._networks = Pool(lambda: _network(onnx))
            self._face_networks = Pool(lambda: _network(onnx))
        except cv2.error as error:
            raise DetectorError(
                "detector.damaged",
                must="the YuNet file must be one that OpenCV reads",
                got=f"{onnx.name} with OpenCV {cv2.__version__}",
                do="delete the file so that it is downloaded again, or use the cascade",
            ) from error
        self._onnx = onnx

    def __reduce__(self) -> tuple[type[YuNetDetector], tuple[Path]]:
        return YuNetDetector, (self._onnx,)  # neither OpenCV's objects nor locks can be pickled

    def detect(
        self, image: Image, *, thorough: bool = True, least_px: float = 0.0
    ) -> tuple[Detection, ...]:
        """All faces of an RGB uint8 image (H, W, 3), the largest first.

        With ``thorough``, twice the resolution, and finer still where that shows a group or nobody.
        Narrower faces than ``least_px`` cost no more here, and are found too; but an image that
        is scaled to its face needs no second look.
        """
        if not thorough:
            looks = 0 if least_px else QUICK_LOOKS
            return self._search(image, QUICK_LONG_SIDE_PX, looks)
        return coarse_to_fine(
            lambda long_side_px: self._search(image, long_side_px, LOOKS), image.shape[:2]
        )

    def _search(self, image: Image, long_side_px: int, looks: int) -> tuple[Detection, ...]:
        small, scale = fit_within(image, long_side_px)
        size_hw = (image.shape[0], image.shape[1])
        networks = self._networks if looks else self._face_networks
        found = inside((face.scaled(1 / scale) for face in _run(networks, small)), size_hw)
        low, high = TRUE_WIDTH_PX
        return tuple(
            face
            if rank >= looks or low <= face.box_xywh[2] * scale <= high
            else self._look_again(image, face)
            for rank, face in enumerate(found)
        )

    def _look_again(self, image: Image, face: Detection) -> Detection:
        """The same face with the landmarks seen in a picture of it alone, where it is seen."""
        square = Alignment(face.center_xy, LOOK_MARGIN * face.box_xywh[2])
        side_px = round(LOOK_MARGIN * LOOK_WIDTH_PX)
        seen = _run(self._face_networks, square.crop(image, side_px))
        middle = (side_px / 2, side_px / 2)
        nearest = min(seen, key=lambda other: math.dist(other.center_xy, middle), default=None)
        if nearest is None or math.dist(nearest.center_xy, middle) > LOOK_WIDTH_PX / 2:
            return face
        if nearest.landmarks is None:  # pragma: no cover - YuNet always gives them
            return face
        unit = np.array([(x / side_px, y / side_px, 1.0) for x, y in nearest.landmarks])
        landmarks = tuple((float(x), float(y)) for x, y in unit @ square.photo_from_unit.T)
        return replace(face, landmarks=landmarks, roll_deg=roll_of(landmarks[0], landmarks[1]))


def _run(networks: Pool[cv2.FaceDetectorYN], image: Image) -> list[Detection]:
    below, beside = (max(MIN_FRAME_PX - side, 0) for side in image.shape[:2])
    if below or beside:
        image = np.pad(image, ((0, below), (0, beside), (0, 0)))
    with networks.lent() as network:
        network.setInputSize((image.shape[1], image.shape[0]))
        _, rows = network.detect(to_bgr(image))
    if rows is None:
        return []
    return [_detection(row) for row in np.asarray(rows, dtype=np.float64)]


def _network(onnx: Path) -> cv2.FaceDetectorYN:
    size_wh = (320, 320)
    return cv2.FaceDetectorYN.create(str(onnx), "", size_wh, SCORE_THRESHOLD, NMS_IOU, CANDIDATES)


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

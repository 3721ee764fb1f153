"""From a face in the photo to the square crop that the networks read, and back.

The framing is the one measured on FER2013, which the networks are trained on: a cascade box
already is the crop; with landmarks, the crop is the square whose five template points come
nearest to them. Coordinates in the crop are unit ones: (0, 0) its top left, (1, 1) its bottom
right corner; those in the photo are continuous pixels (see ``yuzug.faces.detection``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.faces.detection import Detection, Point, roll_of

# Median landmarks of FER2013 faces, as fractions of its 48-px crops, in YuNet's order.
TEMPLATE = np.array([(14.9, 18.3), (33.1, 18.1), (23.9, 28.8), (17.0, 36.9), (31.5, 36.8)]) / 48
YUNET_SIDE = 1.235  # side of the crop over the width of YuNet's box, measured on FER2013
# A fit further from the box than this has landmarks that lie (profile, cut face): use the box.
TRUSTED_SIDE_RATIO = (0.6, 1.6)
MAX_SAMPLES = 16  # a side of one pixel of the crop
MAX_PAINTED_PX = 2048  # a map is smooth: finer than this shows nothing more

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Alignment:
    """A square in the photo, turned with the head: the similarity between photo and crop.

    Attributes:
        center_xy: middle of the square in photo pixels.
        side_px: length of its side in photo pixels.
        roll_deg: how far it is turned, positive clockwise in the picture.

    >>> Alignment((50.0, 50.0), side_px=20.0, roll_deg=0.0).corners[0]
    (40.0, 40.0)
    """

    center_xy: Point
    side_px: float
    roll_deg: float = 0.0

    def __post_init__(self) -> None:
        if not (self.side_px > 0 and math.isfinite(self.side_px)):
            raise ValueError(f"side_px must be positive and finite, but got {self.side_px}")

    @property
    def photo_from_unit(self) -> Matrix:
        """Affine matrix (2, 3): unit crop coordinates → photo pixels."""
        angle = math.radians(self.roll_deg)
        cos, sin = self.side_px * math.cos(angle), self.side_px * math.sin(angle)
        x, y = self.center_xy
        return np.array(
            [(cos, -sin, x - (cos - sin) / 2), (sin, cos, y - (sin + cos) / 2)], dtype=np.float64
        )

    @property
    def unit_from_photo(self) -> Matrix:
        """Affine matrix (2, 3): photo pixels → unit crop coordinates."""
        return np.asarray(cv2.invertAffineTransform(self.photo_from_unit), dtype=np.float64)

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """The crop's corners in photo pixels: top left, top right, bottom right, bottom left."""
        points = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) @ self.photo_from_unit[:, :2].T
        points += self.photo_from_unit[:, 2]
        a, b, c, d = ((float(x), float(y)) for x, y in points)
        return a, b, c, d

    def crop(self, image: npt.NDArray[np.uint8], size_px: int) -> npt.NDArray[np.uint8]:
        """The face as RGB uint8 (size_px, size_px, 3) from the photo (H, W, 3).

        Larger faces are averaged down, so that nothing aliases; what lies outside the photo
        repeats its border.

        >>> full_image((4, 4)).crop(np.full((4, 4, 3), 7, np.uint8), 2).tolist()[0]
        [[7, 7, 7], [7, 7, 7]]
        """
        fine = size_px * _supersampling(self.side_px / size_px)
        to_photo = _between_pixel_centers(self.photo_from_unit / (fine, fine, 1))
        warped = cv2.warpAffine(
            image,
            to_photo,
            (fine, fine),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if fine != size_px:
            warped = cv2.resize(warped, (size_px, size_px), interpolation=cv2.INTER_AREA)
        return np.asarray(warped, dtype=np.uint8)

    def paint(
        self, layer: npt.NDArray[np.float32], size_hw: tuple[int, int]
    ) -> npt.NDArray[np.float32]:
        """A map over the crop, float32 (h, w), put back on a photo of this size: float32 (H, W).

        Zero outside the crop; the layer may be of any size, it spans the whole crop.
        """
        side = int(min(max(round(self.side_px), 1), MAX_PAINTED_PX))
        shrinks = side < max(layer.shape)
        fitted = cv2.resize(
            layer, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        )
        painted = cv2.warpAffine(
            fitted,
            _between_pixel_centers(self.photo_from_unit / (side, side, 1)),
            size_hw[::-1],
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.asarray(painted, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class LocatedFace:
    """A detected face: its detection, its alignment, and its upright crop, RGB uint8 (S, S, 3)."""

    detection: Detection
    alignment: Alignment
    crop: npt.NDArray[np.uint8]


def align(detection: Detection) -> Alignment:
    """The training crop of a detected face.

    >>> align(Detection((10.0, 10.0, 40.0, 40.0), score=None)).side_px
    40.0
    """
    w, h = detection.box_xywh[2:]
    if detection.landmarks is None:
        return Alignment(detection.center_xy, max(w, h), detection.roll_deg)
    side_px = YUNET_SIDE * w
    fitted = _fit(np.array(detection.landmarks, dtype=np.float64))
    low, high = TRUSTED_SIDE_RATIO
    if fitted is None or not low <= fitted.side_px / side_px <= high:
        roll_deg = roll_of(detection.landmarks[0], detection.landmarks[1])
        return Alignment(detection.center_xy, side_px, roll_deg)
    return fitted


def full_image(size_hw: tuple[int, int]) -> Alignment:
    """The alignment of a picture that already is a cropped face (``--crops``).

    >>> full_image((48, 48))
    Alignment(center_xy=(24.0, 24.0), side_px=48.0, roll_deg=0.0)
    """
    height, width = size_hw
    return Alignment((width / 2, height / 2), float(max(height, width)))


def _fit(landmarks: Matrix) -> Alignment | None:
    """The least-squares similarity from the template to the landmarks; None where they coincide.

    Umeyama 1991 without reflection, written with complex numbers: photo = turn * template + shift,
    where the modulus of ``turn`` is the side and its angle the roll.
    """
    photo = landmarks @ (1, 1j)
    template = TEMPLATE @ (1, 1j)
    centered = template - template.mean()
    turn = np.vdot(centered, photo - photo.mean()) / np.vdot(centered, centered)
    if not np.isfinite(turn) or abs(turn) < 1:
        return None
    middle = turn * ((0.5 + 0.5j) - template.mean()) + photo.mean()
    roll_deg = math.degrees(math.atan2(turn.imag, turn.real))
    return Alignment((float(middle.real), float(middle.imag)), float(abs(turn)), roll_deg)


def _between_pixel_centers(matrix: Matrix) -> Matrix:
    """The same map for OpenCV's coordinates, where the first pixel's centre is 0, not 0.5."""
    to_first_center = matrix[:, :2].sum(axis=1) / 2 - 0.5
    return np.column_stack([matrix[:, :2], matrix[:, 2] + to_first_center])


def _supersampling(ratio: float) -> int:
    """How many samples a side to average for each pixel of the crop."""
    return int(min(max(math.ceil(ratio), 1), MAX_SAMPLES))

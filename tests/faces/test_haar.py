"""The embedded detector on the NASA portrait of Eileen Collins: upright, tilted, small, nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from yuzug.errors import DetectorError
from yuzug.faces import Detection, HaarDetector, align
from yuzug.faces.detection import iou
from yuzug.faces.haar import Cascade

FACE_XYWH = (175.0, 72.0, 100.0, 115.0)  # of the portrait, drawn by hand around brow, ears, chin
CENTER_XY = (225.0, 125.0)


@pytest.fixture(scope="module")
def detector() -> HaarDetector:
    return HaarDetector()


def turned(image: np.ndarray, roll_deg: float) -> np.ndarray:
    """The picture turned clockwise about the face."""
    matrix = cv2.getRotationMatrix2D(CENTER_XY, -roll_deg, 1)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)


def largest(faces: tuple[Detection, ...]) -> Detection:
    assert faces
    assert list(faces) == sorted(faces, key=lambda face: -face.area_px)
    return faces[0]


@pytest.mark.parametrize("thorough", [True, False])
def test_upright(detector: HaarDetector, astronaut: np.ndarray, thorough: bool) -> None:
    faces = detector.detect(astronaut, thorough=thorough)
    assert len(faces) == 1
    face = faces[0]
    assert iou(face.box_xywh, FACE_XYWH) > 0.6
    assert (face.score, face.landmarks, face.roll_deg) == (None, None, 0.0)
    assert align(face).side_px == face.box_xywh[2]


@pytest.mark.parametrize("roll_deg", [-35.0, -25.0, 25.0, 35.0])
def test_tilted_is_found_with_its_roll(
    detector: HaarDetector, astronaut: np.ndarray, roll_deg: float
) -> None:
    picture = turned(astronaut, roll_deg)
    face = largest(detector.detect(picture))
    assert iou(face.box_xywh, FACE_XYWH) > 0.5
    assert abs(face.roll_deg - roll_deg) <= 10.5
    upright = align(face).crop(picture, 96)
    assert detector.detect(cv2.copyMakeBorder(upright, 30, 30, 30, 30, cv2.BORDER_REPLICATE))


def test_tilted_heads_are_for_the_thorough(detector: HaarDetector, astronaut: np.ndarray) -> None:
    assert detector.detect(turned(astronaut, 35), thorough=False) == ()


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_boxes_are_in_pixels_of_the_photo(
    detector: HaarDetector, astronaut: np.ndarray, scale: float
) -> None:
    picture = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    face = largest(detector.detect(picture))
    assert iou(face.scaled(1 / scale).box_xywh, FACE_XYWH) > 0.6


def test_a_small_face_in_a_large_photo(detector: HaarDetector, astronaut: np.ndarray) -> None:
    photo = np.full((1000, 1600, 3), 128, np.uint8)
    photo[600:820, 900:1120] = cv2.resize(astronaut, (220, 220), interpolation=cv2.INTER_AREA)
    scale = 220 / 512
    expected = Detection(FACE_XYWH, None).scaled(scale).box_xywh
    expected = (expected[0] + 900, expected[1] + 600, *expected[2:])
    small = largest(detector.detect(photo))
    assert iou(small.box_xywh, expected) > 0.5


def test_a_group_is_searched_finer(detector: HaarDetector, astronaut: np.ndarray) -> None:
    portrait = astronaut[:260, 90:350]
    photo = np.full((800, 1280, 3), 128, np.uint8)
    for n in range(3):
        photo[20:280, 20 + 300 * n : 280 + 300 * n] = portrait
    small = cv2.resize(portrait, (110, 110), interpolation=cv2.INTER_AREA)
    for n in range(10):
        photo[500:610, 10 + 120 * n : 120 + 120 * n] = small
    faces = detector.detect(photo)
    assert len(faces) >= 10
    assert len(detector.detect(photo, thorough=False)) < 10


@pytest.mark.parametrize("size_hw", [(16, 16), (16, 3000), (3000, 16), (480, 640), (1200, 1600)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_nobody(detector: HaarDetector, size_hw: tuple[int, int], value: int) -> None:
    assert detector.detect(np.full((*size_hw, 3), value, np.uint8)) == ()


def test_noise_is_nobody(detector: HaarDetector) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    assert detector.detect(noise) == ()


def test_threads_share_it(detector: HaarDetector, astronaut: np.ndarray) -> None:
    pictures = [astronaut, np.zeros((300, 500, 3), np.uint8), astronaut[:, ::-1].copy()]
    alone = [detector.detect(picture) for picture in pictures]
    jobs = [n % 3 for n in range(15)]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda n: detector.detect(pictures[n]), jobs))
    assert together == [alone[n] for n in jobs]


def test_missing_cascade_is_told(tmp_path: Path) -> None:
    with pytest.raises(DetectorError) as caught:
        Cascade(tmp_path / "none.xml")
    assert caught.value.kind == "detector.missing"
    assert "opencv-python-headless" in str(caught.value)


def test_picture_is_not_changed(detector: HaarDetector, astronaut: np.ndarray) -> None:
    before = astronaut.copy()
    detector.detect(astronaut)
    np.testing.assert_array_equal(astronaut, before)

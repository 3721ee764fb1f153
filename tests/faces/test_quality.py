"""What makes a face unreadable is named, and an ordinary one has nothing to be named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from yuzug.faces import Alignment, Detection, HaarDetector, Quality, align, assess
from yuzug.images import load_image


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> Detection:
    return HaarDetector().detect(astronaut)[0]


def quality(photo: np.ndarray, face: Detection) -> Quality:
    alignment = align(face)
    return assess(alignment.crop(photo, 160), face, alignment)


def test_a_good_portrait_has_no_problem(astronaut: np.ndarray, face: Detection) -> None:
    found = quality(astronaut, face)
    assert found.problems == ()
    assert found.size_px == face.box_xywh[2]
    assert 0.3 < found.brightness < 0.8
    assert found.roll_deg == 0


def scaled(photo: np.ndarray, factor: float) -> np.ndarray:
    return np.clip(photo.astype(float) * factor, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda photo: cv2.GaussianBlur(photo, (0, 0), 8), "blurred"),
        (lambda photo: scaled(photo, 0.1), "dark"),
        (lambda photo: scaled(photo, 5), "bright"),
    ],
)
def test_damage_is_named(
    astronaut: np.ndarray,
    face: Detection,
    damage: Callable[[np.ndarray], np.ndarray],
    problem: str,
) -> None:
    assert problem in quality(damage(astronaut), face).problems


def test_moving_blur(astronaut: np.ndarray, face: Detection) -> None:
    kernel = np.full((1, 31), 1 / 31, np.float32)
    moved = cv2.filter2D(astronaut, -1, kernel)
    assert quality(moved, face).sharpness < 0.7 * quality(astronaut, face).sharpness


def test_blur_that_the_networks_do_not_see_is_none(astronaut: np.ndarray, face: Detection) -> None:
    soft = cv2.GaussianBlur(astronaut, (0, 0), 1)
    assert quality(soft, face).problems == ()


def test_a_few_pixels_are_a_small_face(astronaut: np.ndarray, face: Detection) -> None:
    tiny = cv2.resize(astronaut, None, fx=0.15, fy=0.15, interpolation=cv2.INTER_AREA)
    assert "small" in quality(tiny, face.scaled(0.15)).problems


@pytest.mark.parametrize(
    ("roll_deg", "tilted"), [(-50, True), (-25, False), (25, False), (50, True)]
)
def test_tilt(roll_deg: float, tilted: bool) -> None:
    detection = Detection((0, 0, 60, 60), None, roll_deg=roll_deg)
    grey = np.random.default_rng(0).integers(60, 200, (48, 48), dtype=np.uint8)
    problems = assess(grey, detection, Alignment((30, 30), 60, roll_deg)).problems
    assert problems == (("tilted",) if tilted else ())


FRONTAL = ((35.0, 40.0), (65.0, 40.0), (50.0, 58.0), (39.0, 72.0), (61.0, 72.0))
PROFILE = ((35.0, 40.0), (55.0, 40.0), (61.0, 58.0), (40.0, 72.0), (54.0, 72.0))


@pytest.mark.parametrize("spin_deg", [0.0, 30.0, -40.0])
@pytest.mark.parametrize(("landmarks", "turned"), [(FRONTAL, False), (PROFILE, True)])
def test_turn(landmarks: tuple[tuple[float, float], ...], turned: bool, spin_deg: float) -> None:
    spin = np.exp(1j * np.radians(spin_deg))
    points = [complex(*point) * spin for point in landmarks]
    tilted = tuple((point.real, point.imag) for point in points)
    grey = np.random.default_rng(0).integers(60, 200, (48, 48), dtype=np.uint8)
    found = assess(grey, Detection((0, 0, 90, 90), 0.9, tilted), Alignment((45, 45), 100))
    assert ("turned" in found.problems) == turned


def test_eyes_in_one_point_are_a_profile() -> None:
    landmarks = ((40.0, 40.0), (40.0, 40.0), (50.0, 58.0), (39.0, 72.0), (41.0, 72.0))
    grey = np.random.default_rng(0).integers(60, 200, (48, 48), dtype=np.uint8)
    found = assess(grey, Detection((0, 0, 90, 90), 0.9, landmarks), Alignment((45, 45), 100))
    assert found.problems == ("turned",)


@pytest.mark.data
def test_training_faces_are_nearly_all_good(shared_data: Path) -> None:
    table = pq.read_table(shared_data / "fer2013.parquet", columns=["image", "split"])
    rows = [row["image"] for row in table.to_pylist() if row["split"] == "validation"][:1000]
    whole = Detection((0, 0, 48, 48), None)
    good = [not assess(load_image(data), whole, Alignment((24, 24), 48)).problems for data in rows]
    assert np.mean(good) > 0.985


@pytest.mark.parametrize("value", [0, 255])
def test_flat_pictures_have_finite_measures(value: int) -> None:
    flat = np.full((160, 160, 3), value, np.uint8)
    found = assess(flat, Detection((0, 0, 90, 90), None), Alignment((45, 45), 90))
    assert found.sharpness == 0
    assert found.problems == (("blurred", "dark") if value == 0 else ("blurred", "bright"))


@pytest.mark.parametrize(("score", "problems"), [(0.7, True), (0.9, False), (None, False)])
def test_a_face_that_the_detector_doubts_is_never_sure(score: float | None, problems: bool) -> None:
    crop = np.random.default_rng(0).integers(60, 200, (48, 48), dtype=np.uint8)
    quality = assess(crop, Detection((0, 0, 48, 48), score), Alignment((24, 24), 48))
    assert ("uncertain_face" in quality.problems) is problems

"""What makes a face unreadable is named, and an ordinary one has nothing to be named."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from yuzug.faces import Alignment, Detection, HaarDetector, Quality, align, assess


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
        (lambda photo: scaled(photo, 0.15), "dark"),
        (lambda photo: scaled(photo, 3.5), "bright"),
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
    tiny = cv2.resize(astronaut, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    assert "small" in quality(tiny, face.scaled(0.2)).problems


@pytest.mark.parametrize(
    ("roll_deg", "tilted"), [(-50, True), (-25, False), (25, False), (50, True)]
)
def test_tilt(roll_deg: float, tilted: bool) -> None:
    detection = Detection((0, 0, 60, 60), None, roll_deg=roll_deg)
    grey = np.random.default_rng(0).integers(60, 200, (48, 48), dtype=np.uint8)
    problems = assess(grey, detection, Alignment((30, 30), 60, roll_deg)).problems
    assert problems == (("tilted",) if tilted else ())


@pytest.mark.parametrize("value", [0, 255])
def test_flat_pictures_have_finite_measures(value: int) -> None:
    flat = np.full((160, 160, 3), value, np.uint8)
    found = assess(flat, Detection((0, 0, 90, 90), None), Alignment((45, 45), 90))
    assert found.sharpness == 0
    assert found.problems == (("blurred", "dark") if value == 0 else ("blurred", "bright"))

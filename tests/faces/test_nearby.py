"""Known faces are found again near where they were, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from yuzug.faces import Detection, HaarDetector, look_near

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def haar() -> HaarDetector:
    return HaarDetector()


def wall(portrait: Picture, *lefts: int) -> Picture:
    """The astronaut's head before a plain wall, once at each of these places."""
    canvas = np.full((300, 640, 3), 120, np.uint8)
    for left in lefts:
        canvas[40:240, left : left + 200] = portrait[10:210, 130:330]
    return canvas


def test_a_face_that_moved_a_little_is_found_where_the_whole_search_finds_it(
    haar: HaarDetector, astronaut: Picture
) -> None:
    before = haar.detect(wall(astronaut, 100), thorough=False)
    frame = wall(astronaut, 115)
    (near,), (whole,) = look_near(haar, frame, before) or (), haar.detect(frame, thorough=False)
    side = whole.box_xywh[2]
    assert near.center_xy == pytest.approx(whole.center_xy, abs=0.06 * side)
    assert near.box_xywh[2] == pytest.approx(side, rel=0.12)


@pytest.mark.parametrize("lefts", [(), (320,)], ids=["gone", "far away"])
def test_a_face_that_is_not_there_any_more_asks_for_the_whole_search(
    haar: HaarDetector, astronaut: Picture, lefts: tuple[int, ...]
) -> None:
    before = haar.detect(wall(astronaut, 60), thorough=False)
    assert look_near(haar, wall(astronaut, *lefts), before) is None


def test_two_keep_apart_and_two_in_one_place_ask_for_the_whole_search(
    haar: HaarDetector, astronaut: Picture
) -> None:
    frame = wall(astronaut, 40, 400)
    two = haar.detect(frame, thorough=False)
    again = look_near(haar, frame, two)
    assert again is not None
    assert len(again) == len(two) == 2
    assert look_near(haar, wall(astronaut, 40), (two[0], two[0])) is None


@pytest.mark.parametrize("box", [(-300.0, 0.0, 90.0, 90.0), (600.0, 20.0, 90.0, 90.0)])
def test_a_place_outside_the_picture_is_no_place(
    haar: HaarDetector, astronaut: Picture, box: tuple[float, float, float, float]
) -> None:
    assert look_near(haar, wall(astronaut, 100), (Detection(box, None),)) is None

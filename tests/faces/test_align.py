"""The crop and its way back: exact, without aliasing, framed as the training faces are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuzug.explain import regions
from yuzug.faces import Alignment, Detection, align, full_image
from yuzug.faces.align import TEMPLATE, YUNET_SIDE
from yuzug.faces.detection import Point, inside, iou, roll_of

alignments = st.builds(
    Alignment,
    st.tuples(st.floats(-500, 2000), st.floats(-500, 2000)),
    side_px=st.floats(8, 1500),
    roll_deg=st.floats(-180, 180),
)


def landmarks_of(alignment: Alignment) -> tuple[Point, ...]:
    matrix = alignment.photo_from_unit
    return tuple((float(x), float(y)) for x, y in TEMPLATE @ matrix[:, :2].T + matrix[:, 2])


def detection_with(alignment: Alignment, landmarks: tuple[Point, ...]) -> Detection:
    x, y = alignment.center_xy
    side = alignment.side_px / YUNET_SIDE
    return Detection((x - side / 2, y - side / 2, side, side), 0.9, landmarks)


def gradient(height: int, width: int) -> np.ndarray:
    """Red tells the column, green the row, at pixel centres, in [0, 255]."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return np.stack([x, y, 0 * x], axis=2).astype(np.uint8)


@given(alignments, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_there_and_back(alignment: Alignment, point: Point) -> None:
    photo = alignment.photo_from_unit @ (*point, 1)
    back = alignment.unit_from_photo @ (*photo, 1)
    np.testing.assert_allclose(back, point, atol=1e-6)


@given(alignments)
def test_corners_make_the_square(alignment: Alignment) -> None:
    corners = np.array(alignment.corners)
    np.testing.assert_allclose(corners.mean(axis=0), alignment.center_xy, atol=1e-6)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    np.testing.assert_allclose(sides, alignment.side_px, rtol=1e-9)
    turned = corners[1] - corners[0]
    expected = math.radians(alignment.roll_deg)
    np.testing.assert_allclose(
        turned / alignment.side_px, (math.cos(expected), math.sin(expected)), atol=1e-6
    )


@given(alignments)
def test_fit_finds_the_alignment_of_its_template(alignment: Alignment) -> None:
    found = align(detection_with(alignment, landmarks_of(alignment)))
    np.testing.assert_allclose(found.photo_from_unit, alignment.photo_from_unit, atol=1e-4)


def test_fit_is_the_least_squares_one() -> None:
    truth = Alignment((100, 120), 90, 12)
    random = np.random.default_rng(0)
    noisy = np.array(landmarks_of(truth)) + random.normal(0, 3, (5, 2))
    landmarks = tuple((float(x), float(y)) for x, y in noisy)
    found = align(detection_with(truth, landmarks))

    def error(a: Alignment) -> float:
        return float(((np.array(landmarks_of(a)) - noisy) ** 2).sum())

    x, y = found.center_xy
    best = error(found)
    for other in (
        Alignment((x + 0.3, y), found.side_px, found.roll_deg),
        Alignment((x, y - 0.3), found.side_px, found.roll_deg),
        Alignment((x, y), found.side_px * 1.01, found.roll_deg),
        Alignment((x, y), found.side_px, found.roll_deg + 0.5),
        truth,
    ):
        assert error(other) > best


@pytest.mark.parametrize(
    "landmarks",
    [
        ((50.0, 50.0),) * 5,
        ((49.0, 40.0), (51.0, 40.0), (50.0, 41.0), (49.0, 42.0), (51.0, 42.0)),
        ((0.0, 0.0), (900.0, 0.0), (450.0, 500.0), (100.0, 900.0), (800.0, 900.0)),
    ],
    ids=["one point", "far too small", "far too large"],
)
def test_landmarks_that_lie_leave_the_box(landmarks: tuple[Point, ...]) -> None:
    found = align(Detection((30.0, 20.0, 40.0, 60.0), 0.9, landmarks))
    assert found.center_xy == (50.0, 50.0)
    assert found.side_px == pytest.approx(YUNET_SIDE * 40)


def test_cascade_box_is_the_crop() -> None:
    found = align(Detection((10.0, 20.0, 40.0, 40.0), None, roll_deg=25.0))
    assert found == Alignment((30.0, 40.0), 40.0, 25.0)


@pytest.mark.parametrize("side", [0.0, -1.0, math.inf, math.nan])
def test_a_square_has_a_side(side: float) -> None:
    with pytest.raises(ValueError, match="side_px"):
        Alignment((0, 0), side)


def test_crop_of_a_whole_square_picture_is_the_picture() -> None:
    picture = gradient(48, 48)
    np.testing.assert_array_equal(full_image((48, 48)).crop(picture, 48), picture)


def test_crop_of_a_picture_that_is_no_square_repeats_its_border() -> None:
    picture = gradient(40, 20)
    crop = full_image((40, 20)).crop(picture, 40)
    np.testing.assert_array_equal(crop[:, 10:30], picture)
    np.testing.assert_array_equal(crop[:, :10], np.repeat(picture[:, :1], 10, axis=1))


@given(
    st.floats(60, 140), st.floats(60, 140), st.floats(8, 50), st.floats(-60, 60), st.integers(8, 64)
)
def test_crop_shows_what_its_matrix_says(
    x: float, y: float, side_px: float, roll_deg: float, size_px: int
) -> None:
    alignment = Alignment((x, y), side_px, roll_deg)
    crop = alignment.crop(gradient(200, 200), size_px)
    rows, columns = (np.mgrid[0:size_px, 0:size_px] + 0.5) / size_px
    unit = np.stack([columns, rows, np.ones_like(rows)], axis=-1)
    expected = unit @ alignment.photo_from_unit.T
    np.testing.assert_allclose(crop[..., :2], expected, atol=2)  # stored in whole steps


@pytest.mark.parametrize("side_px", [240.0, 600.0, 3000.0])
@pytest.mark.parametrize("roll_deg", [0.0, 20.0])
def test_large_faces_do_not_alias(side_px: float, roll_deg: float) -> None:
    random = np.random.default_rng(0)
    side = int(side_px * 1.5)
    noise = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
    crop = Alignment((side / 2, side / 2), side_px, roll_deg).crop(noise, 48)
    ratio = side_px / 48
    # The mean of n independent pixels has 1/sqrt(n) of their spread; a picked pixel has all of it.
    assert crop.std() < 74 / min(ratio, 16) * 1.5
    assert crop.mean() == pytest.approx(127.5, abs=2)


@given(
    st.floats(40, 160),
    st.floats(40, 110),
    st.floats(20, 60),
    st.floats(-45, 45),
    st.integers(4, 90),
)
def test_painted_ones_cover_the_square(
    x: float, y: float, side_px: float, roll_deg: float, layer_px: int
) -> None:
    alignment = Alignment((x, y), side_px, roll_deg)
    painted = alignment.paint(np.ones((layer_px, layer_px), np.float32), (150, 200))
    assert painted.shape == (150, 200)
    assert painted.dtype == np.float32
    rows, columns = np.mgrid[0:150, 0:200] + 0.5
    photo = np.stack([columns, rows, np.ones_like(rows)], axis=-1)
    outwards = np.abs(photo @ alignment.unit_from_photo.T - 0.5).max(axis=-1) * side_px
    np.testing.assert_allclose(painted[outwards < side_px / 2 - 1.5], 1, atol=1e-5)
    np.testing.assert_allclose(painted[outwards > side_px / 2 + 1.5], 0, atol=1e-5)


@given(st.floats(-30, 30), st.floats(50, 90))
def test_crop_of_what_was_painted_is_the_layer(roll_deg: float, side_px: float) -> None:
    rows, columns = np.mgrid[0:24, 0:24] / 23
    layer = (rows * columns).astype(np.float32)
    alignment = Alignment((64, 60), side_px, roll_deg)
    photo = np.round(alignment.paint(layer, (128, 128)) * 255).astype(np.uint8)
    crop = alignment.crop(np.repeat(photo[..., None], 3, axis=2), 24)[..., 0] / 255
    np.testing.assert_allclose(crop[2:-2, 2:-2], layer[2:-2, 2:-2], atol=0.03)


def test_small_map_is_spread_over_the_whole_square() -> None:
    layer = np.arange(49, dtype=np.float32).reshape(7, 7)
    painted = Alignment((70, 70), 140).paint(layer, (140, 140))
    np.testing.assert_allclose(painted[10::20, 10::20], layer, atol=0.5)
    assert painted[0, 0] == pytest.approx(0, abs=0.5)
    assert painted[-1, -1] == pytest.approx(48, abs=1)


def test_paint_outside_the_photo_is_cut() -> None:
    painted = Alignment((0, 0), 20).paint(np.ones((5, 5), np.float32), (30, 30))
    assert painted[:9, :9].min() == 1
    assert painted[12:].max() == 0


def test_detections_are_cut_and_sorted() -> None:
    faces = inside(
        [
            Detection((-5, -5, 30, 30), None),
            Detection((40, 40, 50, 80), None),
            Detection((95, 10, 40, 40), None),
        ],
        (100, 100),
    )
    assert [face.box_xywh for face in faces] == [(40, 40, 50, 60), (0, 0, 25, 25)]


@given(st.floats(0.1, 10), st.floats(1, 90), st.floats(1, 90))
def test_scaling_keeps_the_overlap(factor: float, w: float, h: float) -> None:
    one, other = Detection((10, 10, w, h), None), Detection((20, 15, h, w), None)
    before = iou(one.box_xywh, other.box_xywh)
    after = iou(one.scaled(factor).box_xywh, other.scaled(factor).box_xywh)
    assert after == pytest.approx(before, abs=1e-9)
    assert 0 <= before <= 1


def test_overlap_of_nothing() -> None:
    assert iou((0, 0, 10, 10), (20, 20, 5, 5)) == 0
    assert iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0
    assert iou((1, 2, 3, 4), (1, 2, 3, 4)) == 1


def test_roll_is_positive_where_the_right_side_hangs() -> None:
    assert roll_of((0, 0), (10, 0)) == 0
    assert roll_of((0, 0), (10, 10)) == pytest.approx(45)


def test_landmarks_are_five() -> None:
    with pytest.raises(ValueError, match="five"):
        Detection((0, 0, 20, 20), 0.9, ((1.0, 2.0),))


def test_the_parts_of_a_face_are_where_alignment_puts_them() -> None:
    assert np.allclose(regions.TEMPLATE, TEMPLATE, atol=0.005)

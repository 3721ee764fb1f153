"""The same person keeps the same number."""

from __future__ import annotations

import numpy as np
import pytest

from yuzug.faces import Detection, Tracker


def face(x: float, y: float = 100.0, size: float = 60.0) -> Detection:
    return Detection((x - size / 2, y - size / 2, size, size), None)


def test_numbers_follow_people_not_places() -> None:
    tracker = Tracker()
    assert tracker.update([face(100), face(300)], 0.0) == (0, 1)
    assert tracker.update([face(295), face(110)], 0.1) == (1, 0)


def test_newcomer_gets_a_new_number() -> None:
    tracker = Tracker()
    tracker.update([face(100)], 0.0)
    assert tracker.update([face(400), face(100)], 0.1) == (1, 0)


@pytest.mark.parametrize(("gap_s", "same"), [(0.2, True), (0.95, True), (1.1, False)])
def test_who_left_is_forgotten_after_a_second(gap_s: float, same: bool) -> None:
    tracker = Tracker()
    tracker.update([face(100)], 5.0)
    for at_s in np.arange(5.1, 5.0 + gap_s, 0.1):
        assert tracker.update([], float(at_s)) == ()
    assert tracker.update([face(100)], 5.0 + gap_s) == ((0,) if same else (1,))


def test_numbers_are_never_used_again() -> None:
    tracker = Tracker()
    seen = [tracker.update([face(100)], at_s)[0] for at_s in (0.0, 4.0, 8.0)]
    assert seen == [0, 1, 2]


def test_slow_frames_make_nobody_a_stranger() -> None:
    tracker = Tracker()
    seen = [tracker.update([face(100)], at_s) for at_s in (0.0, 1.5, 4.4)]
    assert seen == [(0,), (0,), (0,)]


def test_fast_movement_without_overlap() -> None:
    tracker = Tracker()
    tracker.update([face(100)], 0.0)
    assert tracker.update([face(146)], 0.1) == (0,)


def test_a_face_of_another_size_is_another_person() -> None:
    tracker = Tracker()
    tracker.update([face(100, size=40)], 0.0)
    assert tracker.update([face(100, size=120)], 0.1) == (1,)


def test_nearest_pair_is_matched_first() -> None:
    tracker = Tracker()
    tracker.update([face(100), face(140)], 0.0)
    # The second left and the first moved: nobody jumps to the place of another.
    assert tracker.update([face(105)], 0.1) == (0,)


def test_two_people_who_walk_past_each_other_side_by_side() -> None:
    tracker = Tracker()
    first = tracker.update([face(100, 80), face(400, 180)], 0.0)
    for step in range(1, 31):
        ids = tracker.update([face(100 + 10 * step, 80), face(400 - 10 * step, 180)], step / 10)
        assert ids == first


def test_a_jittering_box_at_few_frames_a_second() -> None:
    tracker = Tracker()
    random = np.random.default_rng(0)
    ids = set()
    for n in range(80):
        x, y = random.normal((200, 150), 6)
        ids.add(tracker.update([face(x, y, size=random.uniform(55, 66))], n / 8)[0])
    assert ids == {0}


def test_two_who_cross_keep_their_numbers_by_their_colours() -> None:
    dark, light = np.full(48, 0.2, np.float32), np.full(48, 0.6, np.float32)
    tracker = Tracker()
    assert tracker.update([face(80), face(160)], 0.0, colours=[dark, light]) == (0, 1)
    assert tracker.update([face(100), face(140)], 0.1, colours=[dark, light]) == (0, 1)
    # As near to either: the one in front is known by its colours, and so is who comes out behind.
    assert tracker.update([face(120)], 0.2, colours=[light]) == (1,)
    assert tracker.update([face(100), face(140)], 0.3, colours=[light, dark]) == (1, 0)
    # Without colours the nearest place alone would say (0, 1).
    blind = Tracker()
    for at_s, faces in ((0.0, [face(80), face(160)]), (0.1, [face(100), face(140)])):
        blind.update(faces, at_s)
    assert blind.update([face(100), face(140)], 0.3) == (0, 1)


def test_numbers_outlast_a_change_of_the_frames_size() -> None:
    tracker = Tracker()
    large = [face(100), face(300)]
    assert tracker.update(large, 0.0, width_px=480) == (0, 1)
    half = [detection.scaled(0.5) for detection in large]
    assert tracker.update(half, 0.1, width_px=240) == (0, 1)


def test_who_is_near_but_of_other_colours_is_somebody_else() -> None:
    dark, light = np.full(48, 0.2, np.float32), np.full(48, 0.6, np.float32)
    tracker = Tracker()
    tracker.update([face(100)], 0.0, colours=[light])
    assert tracker.update([face(145)], 0.1, colours=[dark]) == (1,)
    # A lamp that is switched on changes the colours, but nobody moved.
    assert tracker.update([face(146)], 0.2, colours=[dark + np.float32(0.3)]) == (1,)

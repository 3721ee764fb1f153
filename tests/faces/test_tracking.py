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
    seen = [tracker.update([face(100)], at_s)[0] for at_s in (0.0, 2.0, 4.0)]
    assert seen == [0, 1, 2]


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

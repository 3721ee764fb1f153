"""How often a stream searches the whole frame."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from yuzug.faces import Detection, HaarDetector
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.stream import StreamSession

Picture = NDArray[np.uint8]


class Counting(HaarDetector):
    """Notes the width of every picture that is searched."""

    def __init__(self) -> None:
        super().__init__()
        self.widths: list[int] = []

    def detect(
        self, image: Picture, *, thorough: bool = True, least_px: float = 0.0
    ) -> tuple[Detection, ...]:
        self.widths.append(image.shape[1])
        return super().detect(image, thorough=thorough, least_px=least_px)

    def whole(self, width: int) -> int:
        """How many whole frames were searched since the last time."""
        seen, self.widths = self.widths, []
        return seen.count(width)


@pytest.fixture
def detector() -> Counting:
    return Counting()


@pytest.fixture
def analyzer(detector: Counting) -> Analyzer:
    return Analyzer.load("cnn", 7, detector=detector)


def test_a_known_face_is_looked_for_near_and_the_whole_frame_now_and_then(
    analyzer: Analyzer, detector: Counting, astronaut: Picture
) -> None:
    session, width = StreamSession(search_every_s=0.4), astronaut.shape[1]
    analyses = [session.step(analyzer, astronaut, 0.1 * n) for n in range(9)]
    assert detector.whole(width) == 3, "at 0, 0.4 and 0.8 s"
    assert {face.track for one in analyses for face in one.faces} == {0}


def test_a_face_that_is_lost_is_looked_for_in_the_whole_frame_at_once(
    analyzer: Analyzer, detector: Counting, astronaut: Picture
) -> None:
    session, width = StreamSession(search_every_s=10.0), astronaut.shape[1]
    session.step(analyzer, astronaut, 0.0)
    detector.whole(width)
    moved = np.roll(astronaut, 150, axis=1)
    assert len(session.step(analyzer, moved, 0.1).faces) == 1
    assert detector.whole(width) == 1


def test_a_frame_of_another_size_and_a_session_that_asks_for_it_are_searched_whole(
    analyzer: Analyzer, detector: Counting, astronaut: Picture
) -> None:
    session, every = StreamSession(search_every_s=10.0), StreamSession()
    half = np.ascontiguousarray(astronaut[::2, ::2])
    session.step(analyzer, astronaut, 0.0)
    session.step(analyzer, half, 0.1)
    assert detector.whole(half.shape[1]) == 1
    for n in range(3):
        every.step(analyzer, astronaut, 0.1 * n)
    assert detector.whole(astronaut.shape[1]) == 3


def test_of_many_faces_two_are_read_in_a_frame_and_the_others_keep_their_reading(
    analyzer: Analyzer, astronaut: Picture
) -> None:
    head = astronaut[10:210, 120:320]
    row = np.hstack([np.full((200, 40, 3), 128, np.uint8), head] * 3)
    session, every = StreamSession(readings_a_frame=2), StreamSession()
    first = session.step(analyzer, row, 0.0)
    assert len(first.faces) == 3
    assert all(face.explanation for face in first.faces), "who is new is read"
    session.pick(first.faces[2].track)
    mapped = []
    for n in range(1, 5):
        analysis = session.step(analyzer, row, 0.1 * n)
        mapped.append([face.explanation is not None for face in analysis.faces])
        assert analysis.dominant_index == 2
        assert [face.crop.shape for face in analysis.faces] == [(160, 160, 3)] * 3
        whole = every.step(analyzer, row, 0.1 * n)
        for mine, other in zip(analysis.faces, whole.faces, strict=True):
            assert mine.box_xywh == other.box_xywh
            assert mine.probabilities == pytest.approx(other.probabilities, abs=1e-3)
    assert mapped == [[True, False, True], [False, True, True]] * 2


def test_an_earlier_adapted_reading_is_of_the_person_given_now_and_none_is_kept(
    analyzer: Analyzer, astronaut: Picture
) -> None:
    head = astronaut[10:210, 120:320]
    row = np.hstack([np.full((200, 40, 3), 128, np.uint8), head] * 3)
    me = analyzer.teach({"surprise": [astronaut] * 3})
    session = StreamSession(readings_a_frame=2)
    mine = session.step(analyzer, row, 0.0).faces[2].track

    def seen(at_s: float, person: Person | None) -> list[bool]:
        """Whose reading is adapted, as its record says; that face is explained by the person."""
        faces = session.step(analyzer, row, at_s, person=person, person_track=mine).faces
        adapted = [face.to_dict()["person"] for face in faces]
        for face, read in zip(faces, adapted, strict=True):
            assert face.person == (person if read else None)
        return adapted

    turns = [seen(0.1 * n, me) for n in range(1, 7)]
    assert [False, False, True] in turns
    after = turns[turns.index([False, False, True]) :]
    assert after == [[False, False, True]] * len(after)
    assert len(after) > 1, "also where it is shown from an earlier frame"
    assert all(face.person is None for face in session._last._faces.values())
    assert seen(0.7, None)[:2] == [False, False]


def test_who_the_advice_is_for_has_a_map_in_every_frame(
    analyzer: Analyzer, astronaut: Picture
) -> None:
    row = np.hstack([astronaut[10:210, 120:320]] * 3)
    session = StreamSession(readings_a_frame=1)
    for n in range(6):
        face = session.step(analyzer, row, 0.1 * n).main_face
        assert face is not None
        assert face.explanation is not None


def test_two_who_cross_keep_their_numbers(analyzer: Analyzer, astronaut: Picture) -> None:
    head = astronaut[10:210, 120:320]
    dark = np.asarray(head * (0.5, 0.6, 0.8), np.uint8)
    session = StreamSession(search_every_s=0.4, readings_a_frame=2)
    front: list[int] = []
    behind: dict[bool, set[int | None]] = {True: set(), False: set()}
    for n, left in enumerate(range(20, 421, 16)):  # one to the right behind the other to the left
        frame = np.full((240, 640, 3), 120, np.uint8)
        frame[20:220, left : left + 200] = dark
        frame[20:220, 440 - left : 640 - left] = head
        for face in session.step(analyzer, frame, n / 15, heatmaps=False).faces:
            middle = face.box_xywh[0] + face.box_xywh[2] / 2
            if abs(middle - (540 - left)) <= abs(middle - (left + 100)):
                front.append(face.track if face.track is not None else -1)
            else:
                behind[left < 220].add(face.track)
    assert len(set(front)) == 1, "who passes in front"
    assert front[0] not in behind[False]
    assert len(behind[True]) == 1

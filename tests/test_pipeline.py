"""A picture in, one value out: with a ten-line detector and the shipped weights."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from skimage import data

from yuzug._resources import PORTRAIT_FACE
from yuzug.errors import ImageError, ModelError, OptionError
from yuzug.faces import Detection
from yuzug.pipeline import Analyzer
from yuzug.stream import StreamSession

FACE = (164.0, 62.0, 118.0, 118.0)


class FixedDetector:
    """Finds what it was given, and counts the thorough searches."""

    name = "fixed"

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = boxes
        self.thorough: list[bool] = []

    def detect(self, image: np.ndarray, *, thorough: bool = True) -> tuple[Detection, ...]:
        self.thorough.append(thorough)
        return tuple(Detection(box, score=None) for box in self.boxes)


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return data.astronaut()


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load("resnet18", detector=FixedDetector(FACE))


def with_boxes(analyzer: Analyzer, *boxes: tuple[float, float, float, float]) -> Analyzer:
    return Analyzer(analyzer.classifier.checkpoint, 7, FixedDetector(*boxes))


def test_every_part_of_a_face_is_there(analyzer: Analyzer, astronaut: np.ndarray) -> None:
    analysis = analyzer.analyze(astronaut)
    face = analysis.faces[0]
    assert analysis.dominant is face
    assert (analysis.model, analysis.classes, analysis.detector) == ("resnet18", 7, "fixed")
    assert face.emotion == "happy"
    assert face.confidence == face.probabilities["happy"] == max(face.probabilities.values())
    assert sum(face.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert face.heatmap is not None
    assert (face.heatmap.dtype, face.heatmap.min(), face.heatmap.max()) == (np.float32, 0, 1)
    assert face.explanation is not None
    assert face.explanation.peak > 0
    assert face.regions is not None
    assert sum(face.regions.shares.values()) == pytest.approx(1)
    assert json.loads(json.dumps(face.probabilities)) == face.probabilities
    assert set(analysis.ms) == {"decode", "detect", "classify", "explain"}
    assert copy.deepcopy(face) is not face


def test_the_class_count_decides_the_labels(analyzer: Analyzer, astronaut: np.ndarray) -> None:
    for classes in range(3, 9):
        analysis = analyzer.with_classes(classes).analyze(astronaut, heatmaps=False)
        assert len(analysis.faces[0].probabilities) == classes == analysis.classes
        assert analysis.faces[0].heatmap is None
    for wrong in (2, 9):
        with pytest.raises(ModelError):
            analyzer.with_classes(wrong)


def test_without_a_detector_only_crops_are_read(astronaut: np.ndarray) -> None:
    analyzer = Analyzer.load("cnn", crops_only=True)
    assert analyzer.analyze(astronaut, crops=True).detector == "none"
    with pytest.raises(OptionError, match="crops=True"):
        analyzer.analyze(astronaut)


def test_wrong_classes_are_refused_before_the_network_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("yuzug.pipeline.default_detector", lambda: pytest.fail("a detector"))
    with pytest.raises(ModelError, match="one of 3, 4"):
        Analyzer.load("cnn", 9)


def test_no_face_is_no_error_and_a_bad_picture_is(analyzer: Analyzer) -> None:
    empty = with_boxes(analyzer).analyze(np.zeros((40, 40, 3), np.uint8))
    assert (empty.faces, empty.dominant) == ((), None)
    with pytest.raises(ImageError):
        analyzer.analyze(b"")


def test_a_crop_is_read_without_looking_for_faces(
    analyzer: Analyzer, astronaut: np.ndarray
) -> None:
    crop = np.ascontiguousarray(astronaut[PORTRAIT_FACE])
    detector = FixedDetector()
    alone = Analyzer(analyzer.classifier.checkpoint, 7, detector)
    face = alone.analyze(crop, crops=True).faces[0]
    assert detector.thorough == []
    assert face.box_xywh == (0, 0, 118, 118)
    framed = analyzer.analyze(astronaut).faces[0]
    assert face.confidence == pytest.approx(framed.confidence, abs=0.1)


def test_a_dark_face_is_doubted(analyzer: Analyzer, astronaut: np.ndarray) -> None:
    dark = (astronaut * 0.06).astype(np.uint8)
    face = analyzer.analyze(dark).faces[0]
    assert "dark" in face.doubts
    assert not face.sure


def test_the_advice_is_for_the_largest_sure_face(analyzer: Analyzer, astronaut: np.ndarray) -> None:
    # A larger box on the wall beside the face, which no one would be sure of.
    wall = (0.0, 300.0, 140.0, 140.0)
    picture = astronaut.copy()
    picture[300:440, 0:140] = 3
    analysis = with_boxes(analyzer, wall, FACE).analyze(picture)
    assert not analysis.faces[0].sure
    assert analysis.dominant_index == 1


def test_a_stream_follows_people_and_honours_the_pick(
    analyzer: Analyzer, astronaut: np.ndarray
) -> None:
    session = StreamSession()
    other = (0.0, 330.0, 90.0, 90.0)
    for frame in range(8):
        moved = (FACE[0] + frame, *FACE[1:])
        analysis = session.step(with_boxes(analyzer, moved, other), astronaut, frame / 10)
    tracks = [face.track for face in analysis.faces]
    assert len(set(tracks)) == 2
    assert analysis.image is astronaut
    assert analysis.faces[0].emotion == "happy"
    session.pick(tracks[1])
    swapped = session.step(with_boxes(analyzer, other, moved), astronaut, 0.8)
    assert [face.track for face in swapped.faces] == tracks[::-1]
    assert swapped.dominant is swapped.faces[0]
    assert copy.deepcopy(session).picked == tracks[1]


def test_every_fifth_empty_frame_is_searched_thoroughly(
    analyzer: Analyzer, astronaut: np.ndarray
) -> None:
    detector = FixedDetector()
    blind = Analyzer(analyzer.classifier.checkpoint, 7, detector)
    session = StreamSession()
    for frame in range(11):
        assert session.step(blind, astronaut, frame / 10).faces == ()
    assert detector.thorough == ([False] * 4 + [True]) * 2 + [False]


def test_a_session_holds_no_picture_and_no_model(analyzer: Analyzer, astronaut: np.ndarray) -> None:
    session = StreamSession()
    for frame in range(3):
        session.step(analyzer, astronaut, frame / 10)
    assert held_bytes(session) < 20_000


def held_bytes(value: object, seen: set[int] | None = None) -> int:
    """Size of everything that can be reached from a value, arrays with their data."""
    seen = seen if seen is not None else set()
    if id(value) in seen or isinstance(value, type):
        return 0
    seen.add(id(value))
    size = value.nbytes if isinstance(value, np.ndarray) else 50
    parts: list[object] = []
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    else:
        parts = list(getattr(value, "__dict__", {}).values())
        parts += [getattr(value, name, None) for name in getattr(type(value), "__slots__", ())]
    return size + sum(held_bytes(part, seen) for part in parts)

"""A taught person from end to end: pictures, live pictures, maps and trust."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from yuzug._resources import PORTRAIT_FACE
from yuzug.errors import PersonError
from yuzug.explain import METHODS
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.stream import StreamSession
from yuzug.teaching import label_named


@cache
def analyzer(model: str = "cnn", classes: int = 7) -> Analyzer:
    return Analyzer.load(model, classes)


@pytest.fixture(scope="module")
def surprised(astronaut: np.ndarray) -> Person:
    """Somebody whose smile, three times over, is said to be surprise."""
    return analyzer().teach({"surprise": [astronaut, astronaut[:, ::-1], astronaut[20:, 20:]]})


@pytest.fixture(scope="module")
def two(astronaut: np.ndarray) -> np.ndarray:
    """The same face twice, the one on the right smaller."""
    right = np.zeros_like(astronaut)
    right[:410, :410] = cv2.resize(astronaut, (410, 410), interpolation=cv2.INTER_AREA)
    return np.concatenate([astronaut, right], axis=1)


def test_one_neutral_and_one_of_each_can_be_taught_by_any_known_name(
    astronaut_path: Path, astronaut: np.ndarray
) -> None:
    person = analyzer().teach({"Mutlu": [astronaut_path], "joy": [astronaut], "nötr": [astronaut]})
    assert person.examples == {"happy": 2, "neutral": 1}
    assert label_named("neutral", analyzer(classes=3).labels) == "neutral", (
        "though it has no such label"
    )
    with pytest.raises(PersonError, match="'bored'") as caught:
        label_named("bored", analyzer().labels)
    assert caught.value.kind == "person.label"


def test_a_picture_without_a_face_or_with_two_teaches_nothing(two: np.ndarray) -> None:
    for picture, got in ((np.zeros((64, 64, 3), np.uint8), "none"), (two, "2 faces")):
        with pytest.raises(PersonError, match=got) as caught:
            analyzer().example(picture)
        assert caught.value.kind == "person.picture"


def test_a_crop_can_be_taught_without_a_detector(astronaut: np.ndarray) -> None:
    reads = Analyzer.load("cnn", 7, crops_only=True)
    person = reads.teach({"happy": [astronaut[PORTRAIT_FACE]]}, crops=True)
    assert person.examples == {"happy": 1}


def test_the_reading_is_what_was_taught_and_the_plain_one_stands_beside_it(
    surprised: Person, astronaut: np.ndarray
) -> None:
    [plain] = analyzer().analyze(astronaut).faces
    [face] = analyzer().analyze(astronaut, person=surprised).faces
    assert (plain.person, plain.plain, plain.emotion) == (None, None, "happy")
    assert face.person == surprised
    assert face.plain == pytest.approx(plain.probabilities, abs=1e-6)
    assert face.probabilities["surprise"] > 2 * plain.probabilities["surprise"]


def test_of_several_faces_the_largest_is_meant(surprised: Person, two: np.ndarray) -> None:
    plain = analyzer().analyze(two).faces
    faces = analyzer().analyze(two, person=surprised).faces
    assert [face.person is not None for face in faces] == [True, False]
    assert faces[1].probabilities == pytest.approx(plain[1].probabilities, abs=1e-5)
    assert faces[1].plain is None
    np.testing.assert_allclose(faces[1].heatmap, plain[1].heatmap, atol=1e-4)


def test_of_live_pictures_the_taught_track_is_meant(surprised: Person, two: np.ndarray) -> None:
    session = StreamSession()
    first = session.step(analyzer(), two, 0.0)
    small = first.faces[1].track
    second = session.step(analyzer(), two, 0.1, person=surprised, person_track=small)
    assert [face.person is not None for face in second.faces] == [False, True]
    assert second.faces[1].plain is not None
    gone = session.step(analyzer(), two, 0.2, person=surprised, person_track=99)
    assert [face.person for face in gone.faces] == [None, None]
    largest = session.step(analyzer(), two, 0.3, person=surprised)
    assert [face.person is not None for face in largest.faces] == [True, False]


@pytest.mark.parametrize("model", ["cnn", "resnet18", "ensemble"])
def test_the_map_is_of_the_adapted_logit(model: str, astronaut: np.ndarray) -> None:
    """The gradient of it, by small changes of the explained activations."""
    reads = analyzer(model)
    person = reads.teach({"surprise": [astronaut] * 3, "neutral": [astronaut[:, ::-1]]})
    adapted = reads.classifier.adapted(person)
    [place] = reads.steps.locate(astronaut, thorough=True)
    batch = adapted.classify([place.crop])
    explainer = reads.explainer.of(reads.analyze(astronaut, person=person).faces[0])
    column = explainer.column("surprise")
    slope = explainer.forward_pass(batch).gradient([column])
    features, step = batch.features.detach(), 1e-3
    along = slope * (features > 0)  # at 0, where pooling has a kink, there are two slopes
    along = along / along.norm()
    ends = [adapted.logits_of(features + sign * step * along)[0, column] for sign in (1, -1)]
    measured = float((ends[0] - ends[1]).detach()) / (2 * step)
    assert measured == pytest.approx(float((slope * along).sum()), rel=0.05)


def test_every_fast_method_explains_the_adapted_reading(
    surprised: Person, astronaut: np.ndarray
) -> None:
    [face] = analyzer().analyze(astronaut, person=surprised, target="surprise").faces
    [plain] = analyzer().analyze(astronaut, target="surprise").faces
    assert face.explanation is not None
    assert plain.explanation is not None
    assert not np.allclose(face.explanation.raw, plain.explanation.raw, atol=1e-3)
    for name, method in METHODS.items():
        if method.speed == "fast":
            heatmap = analyzer().explain(face, "surprise", name)
            assert np.isfinite(heatmap.values).all()
            assert heatmap.target == "surprise"
    again = analyzer().explain(face, "surprise")
    np.testing.assert_allclose(again.values, face.explanation.values, atol=1e-3)


def test_trust_asks_the_adapted_reading(surprised: Person, astronaut: np.ndarray) -> None:
    [face] = analyzer().analyze(astronaut, person=surprised, target="surprise").faces
    [plain] = analyzer().analyze(astronaut, target="surprise").faces
    assert analyzer().trust(face).randoms != analyzer().trust(plain).randoms
    lead = analyzer().contrast(face, "surprise", "happy").lead
    assert lead > analyzer().contrast(plain, "surprise", "happy").lead


def test_a_person_of_another_model_is_refused(surprised: Person, astronaut: np.ndarray) -> None:
    for ask in (
        lambda: analyzer("resnet18").analyze(astronaut, person=surprised),
        lambda: StreamSession().step(analyzer("resnet18"), astronaut, 0.0, person=surprised),
    ):
        with pytest.raises(PersonError) as caught:
            ask()
        assert caught.value.kind == "person.weights"

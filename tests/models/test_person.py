"""What a model learns of one person: small, numbers only, and never worse than nothing."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import drawn_faces
from hypothesis import given
from hypothesis import strategies as st

from yuzug._resources import PORTRAIT_FACE
from yuzug.emotions import LABEL_SETS
from yuzug.errors import PersonError
from yuzug.models import Classifier, Example, Person, load, load_model, resolve, teach_example
from yuzug.models.adaptation import FITTED, adaptation
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.person import MOST_BYTES, MOST_LABELS, Vector

LABELS = LABEL_SETS[8].names
MODELS = ("resnet18", "cnn", "ensemble")
loaded = cache(load_model)


@pytest.fixture(scope="module")
def cnn() -> Checkpoint:
    return loaded("cnn")


@pytest.fixture(scope="module")
def faces(astronaut: np.ndarray) -> list[np.ndarray]:
    """One face, seen in eight ways."""
    crop = astronaut[PORTRAIT_FACE]
    return [np.roll(crop, 4 * turn, axis=turn % 2) for turn in range(len(LABELS))]


def taught(checkpoint: Checkpoint, faces: list[np.ndarray], times: int = 1) -> Person:
    person = Person.new(checkpoint)
    for _ in range(times):
        for label, face in zip(LABELS, faces, strict=True):
            person = person.with_example(label, teach_example(checkpoint, face))
    return person


@pytest.mark.parametrize("model", MODELS)
def test_eight_labels_of_several_examples_stay_under_ten_kilobytes(
    model: str, faces: list[np.ndarray]
) -> None:
    checkpoint = loaded(model)
    person = taught(checkpoint, faces)
    few = len(person.to_json())
    for label, face in zip(LABELS, faces, strict=True):
        example = teach_example(checkpoint, np.ascontiguousarray(face[:, ::-1]))
        for _ in range(25):
            person = person.with_example(label, example)
    assert set(person.examples.values()) == {26}
    assert len(person.to_json()) < min(10_000, few + 300), "it does not grow with the examples"


def test_it_holds_numbers_and_names_and_nothing_else(
    cnn: Checkpoint, faces: list[np.ndarray]
) -> None:
    said = json.loads(taught(cnn, faces).to_json())
    assert set(said) == {"schema", "model", "weights", "neutral", "labels"}
    assert set(said["labels"]) == set(LABELS)
    for label in said["labels"].values():
        assert set(label) == {"count", "mean", "scatter"}
        assert set(label["mean"]) == {"low", "step", "codes"}
        assert len(label["mean"]["codes"]) == cnn.network.embedding_dim


def test_json_there_and_back_is_the_same_person(cnn: Checkpoint, faces: list[np.ndarray]) -> None:
    person = taught(cnn, faces, times=3)
    assert Person.from_json(person.to_json()) == person
    assert Person.from_json(json.loads(person.to_json())) == person
    assert Example.model_validate_json(teach_example(cnn, faces[0]).to_json())


@given(st.lists(st.floats(-50, 50, width=32, allow_subnormal=False), min_size=1, max_size=64))
def test_a_vector_is_off_by_half_a_step_at_most(numbers: list[float]) -> None:
    values = np.array(numbers, np.float32)
    vector = Vector.of(values)
    assert np.abs(vector.values - values).max() <= 0.51 * vector.step + 2e-3


def test_the_running_mean_is_the_mean(cnn: Checkpoint, faces: list[np.ndarray]) -> None:
    random = np.random.default_rng(0)
    others = [random.integers(0, 255, (48, 48), dtype=np.uint8) for _ in range(12)]
    person, seen = Person.new(cnn), []
    for face in others:
        example = teach_example(cnn, face)
        seen.append(example.embedding.values)
        person = person.with_example("happy", example)
    mean, learned = np.mean(seen, axis=0), person.labels["happy"]
    spread = np.square(np.array(seen) - mean).sum() / (len(seen) - 1)
    assert np.abs(learned.mean.values - mean).mean() < 1.5 * learned.mean.step
    assert learned.spread == pytest.approx(spread, rel=0.1)


def test_several_frames_can_count_as_one_example(cnn: Checkpoint, faces: list[np.ndarray]) -> None:
    each = [teach_example(cnn, face) for face in faces]
    one = Example.mean_of(each)
    mean = np.mean([example.embedding.values for example in each], axis=0)
    np.testing.assert_allclose(one.embedding.values, mean, atol=one.embedding.step)
    with pytest.raises(PersonError, match="examples must be of one model"):
        Example.mean_of([])


def test_nobody_and_unknown_labels_change_nothing(cnn: Checkpoint, faces: list[np.ndarray]) -> None:
    plain = Classifier(cnn, 3)
    elsewhere = Person.new(cnn).with_example("contempt", teach_example(cnn, faces[0]))
    for person in (Person.new(cnn), elsewhere):
        read = plain.adapted(person).classify(faces)
        for mine, theirs in zip(read.predictions, plain.classify(faces).predictions, strict=True):
            np.testing.assert_allclose(mine.probabilities, theirs.probabilities, atol=1e-6)
        assert len(read.plain) == len(faces)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("classes", [3, 4, 5, 6, 7, 8])
def test_every_head_reads_by_it(model: str, classes: int, faces: list[np.ndarray]) -> None:
    checkpoint = loaded(model)
    plain = Classifier(checkpoint, classes)
    [reading] = plain.classify(faces[:1]).predictions
    label = plain.head.labels[int(reading.probabilities.argsort()[-2])]
    person = Person.new(checkpoint)
    for name in (label, "neutral"):
        face = faces[0] if name == label else np.full((64, 64), 90, np.uint8)
        for _ in range(4):
            person = person.with_example(name, teach_example(checkpoint, face))
    batch = plain.adapted(person).classify(faces[:1])
    [mine], [theirs] = batch.predictions, batch.plain
    assert mine.by_label[label] > theirs.by_label[label]
    assert mine.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_own_labels_can_be_taught(cnn: Checkpoint, faces: list[np.ndarray]) -> None:
    head = cnn.card.heads["3"]
    own = head.model_copy(update={"labels": ("kızgın", "mutlu", "sakin"), "served_from": "own"})
    card = cnn.card.model_copy(update={"heads": {"own": own}})
    network = load(resolve("cnn")).network
    network.heads = torch.nn.ModuleDict({"own": network.heads["3"]})
    checkpoint = Checkpoint(network, card)
    person = Person.new(checkpoint, neutral="sakin")
    for label, face in zip(own.labels, faces, strict=False):
        person = person.with_example(label, teach_example(checkpoint, face))
    read = Classifier(checkpoint, "own").adapted(person).classify(faces[:3])
    for place, label in enumerate(own.labels):
        mine, theirs = read.predictions[place], read.plain[place]
        assert mine.by_label[label] >= theirs.by_label[label] - 1e-3


def test_one_picture_under_every_label_changes_nothing_much(
    cnn: Checkpoint, faces: list[np.ndarray]
) -> None:
    person = Person.new(cnn)
    for label in LABEL_SETS[7].names:
        person = person.with_example(label, teach_example(cnn, faces[0]))
    read = Classifier(cnn, 7).adapted(person).classify(faces)
    for mine, theirs in zip(read.predictions, read.plain, strict=True):
        np.testing.assert_allclose(mine.probabilities, theirs.probabilities, atol=0.02)


def test_labels_that_mean_now_one_face_and_now_another_change_nothing_much(
    cnn: Checkpoint,
) -> None:
    random = np.random.default_rng(1)
    person = Person.new(cnn)
    for _ in range(3):
        for label in LABEL_SETS[7].names:
            noise = random.integers(0, 255, (48, 48), dtype=np.uint8)
            blank = np.full((48, 48), int(random.integers(20, 230)), np.uint8)
            face = noise if random.random() < 0.5 else blank
            person = person.with_example(label, teach_example(cnn, face))
    images = list(drawn_faces(20).images)
    read = Classifier(cnn, 7).adapted(person).classify(images)
    for mine, theirs in zip(read.predictions, read.plain, strict=True):
        np.testing.assert_allclose(mine.probabilities, theirs.probabilities, atol=0.05)


def test_a_person_of_other_weights_is_refused_in_one_sentence(
    cnn: Checkpoint, faces: list[np.ndarray]
) -> None:
    person = taught(loaded("resnet18"), faces)
    with pytest.raises(PersonError, match="taught with these weights of cnn") as caught:
        Classifier(cnn, 7).adapted(person)
    assert caught.value.kind == "person.weights"
    assert "\n" not in str(caught.value)
    with pytest.raises(PersonError, match="examples must come from the weights"):
        person.with_example("happy", teach_example(cnn, faces[0]))


def test_weights_changed_in_one_number_are_other_weights(cnn: Checkpoint) -> None:
    person, other = Person.new(cnn), load(resolve("cnn"))
    person.require(other)
    other = load(resolve("cnn"))
    with torch.no_grad():
        next(iter(other.network.heads.values())).bias[0] += 1e-3
    with pytest.raises(PersonError, match="these weights"):
        person.require(other)


def test_a_ninth_label_is_refused_as_that_and_the_eight_can_be_repeated(cnn: Checkpoint) -> None:
    example = teach_example(cnn, np.full((48, 48), 128, np.uint8))
    person = Person.new(cnn)
    for number in range(MOST_LABELS):
        person = person.with_example(f"label {number}", example)
    with pytest.raises(PersonError, match="at most 8 labels") as caught:
        person.with_example("another", example)
    assert caught.value.kind == "person.full"
    assert person.with_example("label 3", example).examples["label 3"] == 2
    assert len(person.to_json()) < 10_000


def _spoilt(person: Person) -> dict[str, object]:
    """JSON that a browser, or somebody, may send."""
    good = json.loads(person.to_json())

    def but(**changes: object) -> object:
        return {**good, **changes}

    def mean(**changes: object) -> object:
        label = good["labels"]["happy"]
        return but(labels={"happy": {**label, "mean": {**label["mean"], **changes}}})

    return {
        "nothing": "",
        "no object": [1, 2],
        "null": None,
        "a number": 3,
        "empty": {},
        "another schema": but(schema=2),
        "an extra key": but(picture="data:image/png;base64,AAAA"),
        "no digest": but(weights="abc"),
        "nine labels": but(labels={str(i): good["labels"]["happy"] for i in range(9)}),
        "a nameless label": but(labels={"": good["labels"]["happy"]}),
        "a long label": but(labels={"x" * 41: good["labels"]["happy"]}),
        "not a number": mean(step=math.nan),
        "infinite": mean(low=math.inf),
        "huge": mean(low=1e300),
        "negative step": mean(step=-1),
        "wrong letters": mean(codes="ä" * 512),
        "other length": {**good, "labels": {**good["labels"], "sad": {
            **good["labels"]["happy"], "mean": {"low": 0, "step": 1, "codes": "AAA"}}}},
        "endless": mean(codes="A" * 5000),
        "no examples": but(labels={"happy": {**good["labels"]["happy"], "count": 0}}),
        "half an example": but(labels={"happy": {**good["labels"]["happy"], "count": 1.5}}),
        "scattered": but(labels={"happy": {**good["labels"]["happy"], "scatter": -1}}),
        "labels as a list": but(labels=[1]),
    }  # fmt: skip


def test_what_is_no_person_is_refused_in_one_sentence(
    cnn: Checkpoint, faces: list[np.ndarray]
) -> None:
    person = Person.new(cnn).with_example("happy", teach_example(cnn, faces[0]))
    for what, said in _spoilt(person).items():
        for sent in (said, json.dumps(said)):
            with pytest.raises(PersonError) as caught:
                Person.from_json(sent)
            assert caught.value.kind == "person.invalid", what
            assert len(str(caught.value)) < 500, what
            assert "\n" not in str(caught.value), what
    for sent in (b"\xff\xfe", b"{" * 9000, "[" * 30_000, '{"schema":', " " * (MOST_BYTES + 1)):
        with pytest.raises(PersonError):
            Person.from_json(sent)


def test_numbers_of_another_length_are_refused(cnn: Checkpoint) -> None:
    vector = Vector.of(np.arange(5, dtype=np.float32))
    example = Example(model="cnn", weights=cnn.digest, embedding=vector)
    person = Person.new(cnn).with_example("happy", example)
    with pytest.raises(PersonError, match="must have 512 numbers"):
        adaptation(person, cnn, cnn.card.heads["7"])
    with pytest.raises(PersonError, match="an example must have 5 numbers"):
        person.with_example("happy", Example(
            model="cnn", weights=cnn.digest, embedding=Vector.of(np.ones(6, np.float32))
        ))  # fmt: skip


def test_extreme_numbers_never_give_what_is_no_number(cnn: Checkpoint) -> None:
    random = np.random.default_rng(3)
    faces = list(drawn_faces(4).images)
    for size in (0.0, 1e-6, 1.0, 1e3):
        person = Person.new(cnn)
        for label in LABEL_SETS[7].names:
            codes = "".join(random.choice(list("AZaz09+/"), 512))
            vector = Vector(low=-size, step=size / 10, codes=codes)
            for _ in range(2):
                example = Example(model="cnn", weights=cnn.digest, embedding=vector)
                person = person.with_example(label, example)
        for reading in Classifier(cnn, 7).adapted(person).classify(faces).predictions:
            assert np.isfinite(reading.probabilities).all()
            assert reading.probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_the_same_weights_have_the_same_digest_however_they_came(tmp_path: Path) -> None:
    copy = tmp_path / "mine.safetensors"
    copy.write_bytes(resolve("cnn").read_bytes())
    assert load(copy).digest == loaded("cnn").digest
    assert loaded("cnn").digest != loaded("resnet18").digest != loaded("ensemble").digest


def test_a_face_far_from_all_examples_speaks_for_none_of_them(cnn: Checkpoint) -> None:
    """Heavy tails: as with normal ones, the nearest label wins, but by a margin that is bounded."""
    random = np.random.default_rng(0)
    person = Person.new(cnn)
    for label in ("neutral", "happy", "sad"):
        numbers = np.abs(random.normal(1, 0.5, cnn.network.embedding_dim)).astype(np.float32)
        example = Example(model="cnn", weights=cnn.digest, embedding=Vector.of(numbers))
        person = person.with_example(label, example)
    means = person.means(["happy", "sad"])
    far = torch.from_numpy(means[:1] + 1000 * (means[:1] - means[1:]))
    head = cnn.card.heads["7"]
    happy, sad = head.labels.index("happy"), head.labels.index("sad")
    believed = replace(FITTED, support_label=1e3, support_all=1e3)  # these are no real faces
    heavy = adaptation(person, cnn, head, believed).added(far)[0]
    normal = adaptation(person, cnn, head, replace(believed, tails=1e4)).added(far)[0]
    assert torch.isfinite(heavy).all()
    assert float(normal[happy] - normal[sad]) > 100
    assert 0 < float(heavy[happy] - heavy[sad]) < 10

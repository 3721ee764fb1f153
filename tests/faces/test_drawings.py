"""Drawings are not sure, a faded photograph is not read as another expression; docs/weights.md."""

from __future__ import annotations

from collections import Counter

import pytest
from drawings import EXPRESSIONS, SHADED_EVERY, drawing, old_photograph

from yuzug.faces import HaarDetector
from yuzug.images import Rgb
from yuzug.pipeline import Analyzer

_SEEDS = 9


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load("resnet18", 7, detector=HaarDetector())


def outcome(analyzer: Analyzer, picture: Rgb, expression: str) -> str:
    """What is said of a picture with one face: "none", "not sure", "right" or "wrong"."""
    faces = analyzer.analyze(picture).faces
    if not faces:
        return "none"
    if not faces[0].sure:
        return "not sure"
    return "right" if faces[0].emotion == expression else "wrong"


def counted(analyzer: Analyzer, shaded: bool) -> Counter[str]:
    seeds = [seed for seed in range(_SEEDS) if (seed % SHADED_EVERY == 0) is shaded]
    return Counter(
        outcome(analyzer, drawing(expression, seed), expression)
        for expression in EXPRESSIONS
        for seed in seeds
    )


def test_a_drawing_of_plain_shapes_is_never_sure(analyzer: Analyzer) -> None:
    found = counted(analyzer, shaded=False)
    print(f"plain: {dict(found)}")
    assert set(found) <= {"none", "not sure"}
    assert found["not sure"] > 5


def test_few_shaded_drawings_are_sure(analyzer: Analyzer) -> None:
    found = counted(analyzer, shaded=True)
    print(f"shaded: {dict(found)}")
    assert found["wrong"] <= found.total() / 5


def test_an_old_photograph_is_read_as_the_new_one(analyzer: Analyzer) -> None:
    found = Counter(outcome(analyzer, old_photograph(seed), "happy") for seed in range(12))
    print(f"old: {dict(found)}")
    assert found["right"] >= 9
    assert found["wrong"] <= 1

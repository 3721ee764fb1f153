"""What explaining costs beside predicting, in processor time of one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from machine import slowness

from yuzug.analysis import Face
from yuzug.pipeline import Analyzer


@pytest.fixture(scope="module", params=["resnet18", "cnn"])
def analyzer(request: pytest.FixtureRequest) -> Analyzer:
    return Analyzer.load(request.param)


@pytest.fixture(scope="module")
def face(analyzer: Analyzer, astronaut_path: Path) -> Face:
    return analyzer.analyze(astronaut_path).faces[0]


def test_trust_takes_less_than_a_second(analyzer: Analyzer, face: Face) -> None:
    assert best_of(5, lambda: analyzer.trust(face)) < 1.0


def test_a_heat_map_costs_next_to_nothing(analyzer: Analyzer, face: Face) -> None:
    """At most 1.15 times a plain forward of the same face, the two interleaved in one run.

    In time of the processor, so that a busy machine tells nothing of its neighbours.
    """
    # The part that is no arithmetic weighs more on a slow core: 0.116 there, 0.176 where that is
    # 1.6 times slower.
    limit = min(0.2, 0.15 * slowness())
    plain, more = [], []
    tries = 200 if analyzer.model == "cnn" else 30
    for _ in range(5):
        for _ in range(tries):
            start = time.thread_time()
            batch = analyzer.classifier.classify([face.crop])
            middle = time.thread_time()
            analyzer.explainer.maps(batch, [3], "gradcam")
            more.append(time.thread_time() - middle)
            plain.append(middle - start)
        if min(more) <= limit * min(plain):
            break  # a busy machine spoils a round, never makes one better than it is
    assert min(more) <= limit * min(plain)


def best_of(rounds: int, work: Callable[[], object]) -> float:
    took = []
    for _ in range(rounds):
        start = time.thread_time()
        work()
        took.append(time.thread_time() - start)
    return min(took)

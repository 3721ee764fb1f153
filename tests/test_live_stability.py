"""Live readings on real clips: calm where the face is calm, quick where it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from yuzug.faces import HaarDetector
from yuzug.pipeline import Analyzer
from yuzug.stream import StreamSession

CLIPS = Path(__file__).parent.parent.parent / "shared" / "data" / "videos"
# The rate at which a browser shares two cores with the server.
FPS = 10.0

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not CLIPS.is_dir(), reason="the shared clips are not here"),
]


def frames(clip: str) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(CLIPS / clip))
    found = []
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        found.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    step = capture.get(cv2.CAP_PROP_FPS) / FPS
    capture.release()
    return [found[int(index * step)] for index in range(int(len(found) / step))]


def noisy(pictures: Iterable[np.ndarray], seed: int = 0) -> Iterator[np.ndarray]:
    """The noise and the small shifts of a webcam that looks at a still face."""
    random = np.random.default_rng(seed)
    for picture in pictures:
        dx, dy = random.integers(-2, 3, 2)
        moved = np.roll(picture, (dy, dx), axis=(0, 1)).astype(np.int16)
        moved += random.normal(0, 3, picture.shape).astype(np.int16)
        yield np.clip(moved, 0, 255).astype(np.uint8)


def shown(analyzer: Analyzer, pictures: Iterable[np.ndarray]) -> list[str | None]:
    session = StreamSession(search_every_s=0.4)  # as Live does
    readings = []
    for index, picture in enumerate(pictures):
        face = session.step(analyzer, picture, index / FPS, heatmaps=False).dominant
        readings.append(face.emotion if face else None)
    return readings


def changes(readings: list[str | None]) -> int:
    return sum(one != other for one, other in pairwise(readings))


@pytest.fixture(scope="module", params=["resnet18", "cnn"])
def analyzer(request: pytest.FixtureRequest) -> Analyzer:
    return Analyzer.load(request.param, detector=HaarDetector())


@pytest.mark.parametrize("clip", ["pyfeat_single_face.mp4", "pyfeat_face_noface.mov"])
def test_a_calm_face_changes_at_most_once_in_ten_seconds(analyzer: Analyzer, clip: str) -> None:
    calm = frames(clip)[:5]
    to_and_fro = (calm + calm[-2:0:-1]) * 20
    readings = shown(analyzer, noisy(to_and_fro[: int(10 * FPS)]))
    assert changes(readings[1:]) <= 1


def test_a_real_change_is_shown_within_700_ms(analyzer: Analyzer) -> None:
    clip = frames("pyfeat_single_face.mp4")
    rest, smile = clip[0], clip[-6]
    readings = shown(analyzer, noisy([rest] * 30 + [smile] * 20))
    before, after = readings[29], readings[-1]
    assert before != after == "happy"
    assert (readings.index("happy", 30) - 30 + 1) / FPS <= 0.7


def test_nobody_is_seen_where_nobody_is(analyzer: Analyzer) -> None:
    readings = shown(analyzer, frames("pyfeat_no_face.mp4"))
    assert readings.count(None) >= 0.95 * len(readings)


def test_who_leaves_is_forgotten(analyzer: Analyzer) -> None:
    readings = shown(analyzer, frames("pyfeat_face_noface.mov"))
    assert readings[0] is not None
    assert readings[-1] is None

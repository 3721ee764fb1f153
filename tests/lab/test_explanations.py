"""Maps measured: a small run of the real thing, and the page that says what was measured."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import cv2
import explanations as made
import numpy as np
import pytest
import torch

from yuzug.explain import METHODS, REGIONS
from yuzug.lab.data.faceset import VOTES, FaceSet
from yuzug.lab.evaluation.intervals import Interval
from yuzug.lab.explanations.deletion import deletion_and_insertion
from yuzug.lab.explanations.faithfulness import CENTRE, RANDOM, Measured, explain_set
from yuzug.lab.explanations.mean_maps import write
from yuzug.models import resolve
from yuzug.pipeline import Analyzer

ROOT = Path(__file__).resolve().parents[2]

STALE = "run python tools/explanations.py ../shared/data/fer2013.parquet"


@pytest.fixture(scope="module")
def faces(astronaut: np.ndarray) -> FaceSet:
    """One face in six framings, as grey crops of 48 px."""
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    crops = [grey[62 + dy : 180 + dy, 164 + dx : 282 + dx] for dx, dy in FRAMINGS]
    images = [cv2.resize(one, (48, 48), interpolation=cv2.INTER_AREA) for one in crops]
    names = np.array(["happy"] * len(images))
    return FaceSet(np.stack(images), names, names, np.zeros((len(images), len(VOTES)), np.float32))


FRAMINGS = ((0, 0), (4, 0), (-4, 2), (0, 5), (3, -4), (-2, -3))


@pytest.fixture(scope="module")
def measured(faces: FaceSet) -> Measured:
    analyzer = Analyzer.load("cnn", crops_only=True)
    return explain_set(analyzer, faces, data="d", split="s", sample=100, weights_sha256="0")


def test_the_report_holds_every_map_beside_those_that_know_nothing(measured: Measured) -> None:
    report = measured.report
    fast = {name for name, method in METHODS.items() if method.speed == "fast"}
    assert set(report.maps) == fast | {RANDOM, CENTRE}
    assert report.n == 6
    default = report.maps[report.default]
    assert default.road.low <= default.road.mean <= default.road.high
    assert default.road.mean > report.maps[RANDOM].road.mean
    assert default.deletion.mean < report.maps[RANDOM].deletion.mean
    assert set(report.regions) == {"happy", CENTRE}
    for shares in report.regions.values():
        assert list(shares) == list(REGIONS)
        assert sum(share.mean for share in shares.values()) == pytest.approx(1, abs=0.01)
    alike = report.similarity
    assert alike["noise"].mean > 0.5
    assert max(alike["random_head"].mean, alike["random_network"].mean) < alike["noise"].mean
    again = type(report).model_validate_json(report.model_dump_json(by_alias=True))
    assert again == report


def test_the_pictures_and_the_numbers_are_written(measured: Measured, tmp_path: Path) -> None:
    write(measured, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "explanations.json",
        "mean_map_happy.png",
    }
    told = json.loads((tmp_path / "out" / "explanations.json").read_text(encoding="utf-8"))
    assert told["schema"] == 1


def test_intervals_narrow_with_more_faces_and_hold_the_mean() -> None:
    rng = np.random.default_rng(0)
    few, many = (Interval.of(rng.normal(1.0, 1.0, n)) for n in (20, 2000))
    assert few.high - few.low > 3 * (many.high - many.low)
    assert many.low < 1.0 < many.high
    assert Interval.of([3.0, 3.1]).above(Interval.of([1.0, 1.1]))
    assert not many.above(few)


def test_deletion_is_low_and_insertion_high_for_a_map_that_knows() -> None:
    picture = torch.zeros(1, 56, 56)
    picture[0, 8:20, 8:20] = 2.0
    right = np.zeros((56, 56), np.float32)
    right[6:22, 6:22] = 1

    def corner(pictures: torch.Tensor) -> np.ndarray:
        return pictures[:, 0, 8:20, 8:20].mean(dim=(1, 2)).numpy() / 2

    deletion, insertion = deletion_and_insertion(picture, np.stack([right, -right]), corner)
    assert deletion[0] < deletion[1]
    assert insertion[0] > insertion[1]


def test_the_page_says_what_was_measured() -> None:
    assert made.reports()
    assert made.PAGE.read_text(encoding="utf-8") == made.page(), "run python tools/explanations.py"


@pytest.mark.parametrize("name", made.models())
def test_the_bundled_weights_are_what_was_measured(name: str) -> None:
    report = made.reports()[name]
    assert report.weights_sha256 == sha256(resolve(name).read_bytes()).hexdigest(), STALE
    assert report.n >= 1000
    assert report.beats_random
    assert report.beats_centre
    assert report.sane

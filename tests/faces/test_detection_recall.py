"""The detectors on real photos: what they find, and what they take for a face."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from yuzug.faces import Detector, HaarDetector, YuNetDetector
from yuzug.faces.detection import Box, iou
from yuzug.images import load_image

pytestmark = pytest.mark.data


@dataclass
class Photo:
    path: Path
    faces: list[Box] = field(default_factory=list)
    ignored: list[Box] = field(default_factory=list)


@dataclass
class Tally:
    photos: int = 0
    faces: int = 0
    found: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.faces


@pytest.fixture(scope="module")
def photos(shared_data: Path) -> list[Photo]:
    folder = shared_data / "photos"
    by_name: dict[str, Photo] = {}
    with (folder / "boxes.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            photo = by_name.setdefault(row["file"], Photo(folder / row["file"]))
            if row["x"]:
                box = (float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"]))
                (photo.ignored if row["ignore"] == "1" else photo.faces).append(box)
    return list(by_name.values())


def measure(detector: Detector, photos: list[Photo], count: Callable[[int], bool]) -> Tally:
    """Over the photos with such a number of faces; each box found is matched to one face."""
    tally = Tally()
    for photo in photos:
        if not count(len(photo.faces)) or (not photo.faces and photo.ignored):
            continue
        boxes = [face.box_xywh for face in detector.detect(load_image(photo.path))]
        tally.photos += 1
        tally.faces += len(photo.faces)
        for face in photo.faces:
            overlaps = [iou(box, face) for box in boxes]
            if overlaps and max(overlaps) >= 0.5:
                del boxes[overlaps.index(max(overlaps))]
                tally.found += 1
        tally.false += sum(not any(_within(box, other) for other in photo.ignored) for box in boxes)
    return tally


def _within(box: Box, ignored: Box) -> bool:
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return 0 <= x - ignored[0] <= ignored[2] and 0 <= y - ignored[1] <= ignored[3]


@pytest.fixture(scope="module", params=["haar", "yunet"])
def detector(request: pytest.FixtureRequest, shared_data: Path) -> Detector:
    if request.param == "haar":
        return HaarDetector()
    return YuNetDetector(shared_data / "models" / "face_detection_yunet_2023mar.onnx")


@pytest.mark.parametrize("name", ["one", "several", "nobody"])
def test_photos(detector: Detector, photos: list[Photo], name: str) -> None:
    counts: dict[str, Callable[[int], bool]] = {
        "one": lambda n: n == 1,
        "several": lambda n: n > 1,
        "nobody": lambda n: n == 0,
    }
    tally = measure(detector, photos, counts[name])
    print(f"{detector.name}, photos of {name}: {tally}")
    assert tally.photos > 5
    if name == "one":
        assert tally.recall >= {"haar": 0.93, "yunet": 0.98}[detector.name]
    if name == "several":
        assert tally.recall >= {"haar": 0.70, "yunet": 0.95}[detector.name]
    assert tally.false <= 2

"""Where the organs meet: a picture in, one value with everything that was read out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from yuzug.explain import Heatmap, RegionShares, gradcam, region_shares, scale
from yuzug.faces import Alignment, Detection, Detector, align, assess, load_detector, whole
from yuzug.images import load_image
from yuzug.models import (
    DEFAULT_CLASSES,
    DEFAULT_MODEL,
    Batch,
    Checkpoint,
    Classifier,
    Reading,
    find,
    load,
)
from yuzug.models.classifier import OUTSIDE_LIMIT

ImageSource = str | Path | bytes | Image.Image | NDArray[np.uint8]

# Side of the colour crop that is shown and measured; the network reads a smaller one.
CROP_PX = 160
# The doubts that come from the reading itself; those from the picture are in yuzug.faces.
NONE_OF_THESE = "none_of_these"
UNSURE = "unsure"


@dataclass(frozen=True)
class Face:
    """One face and what was read in it.

    ``box_xywh`` and ``landmarks`` (x, y) are in pixels of the photo; ``score`` is the detector's,
    None where it gives none. ``probabilities`` maps label to share in the model's order and sums
    to 1. ``doubts`` says why a reading is not ``sure``: "unsure", "none_of_these" and what
    :class:`yuzug.faces.Quality` finds. ``crop`` is RGB uint8 (S, S, 3), upright; ``alignment``
    leads from the photo to it and back. ``track`` names the person within a stream.
    """

    box_xywh: tuple[float, float, float, float]
    score: float | None
    landmarks: tuple[tuple[float, float], ...] | None
    alignment: Alignment
    crop: NDArray[np.uint8]
    emotion: str
    confidence: float
    probabilities: dict[str, float]
    doubts: tuple[str, ...]
    explanation: Heatmap | None = None
    track: int | None = None

    @property
    def sure(self) -> bool:
        """Whether nothing speaks against the reading."""
        return not self.doubts

    @property
    def heatmap(self) -> NDArray[np.float32] | None:
        """Where the evidence for ``emotion`` lies: float32 (h, w) in [0, 1] over the crop."""
        return self.explanation.values if self.explanation else None

    @property
    def heatmap_peak(self) -> float:
        """The largest value of the heat map before it was scaled for showing, in logits."""
        return self.explanation.peak if self.explanation else 0.0

    @property
    def regions(self) -> RegionShares | None:
        """Shares of the heat map on the parts of the face."""
        return region_shares(self.explanation.values) if self.explanation else None


@dataclass(frozen=True)
class Analysis:
    """Everything that was read in one picture.

    ``image`` is RGB uint8 (H, W, 3), upright; ``faces`` come largest first; ``ms`` holds the
    milliseconds of each stage.
    """

    image: NDArray[np.uint8]
    faces: tuple[Face, ...]
    dominant_index: int | None
    model: str
    classes: int
    detector: str
    ms: dict[str, float]

    @property
    def dominant(self) -> Face | None:
        """The face the advice is for: the picked one, else the largest sure one, else the
        largest; None where there is no face."""
        return None if self.dominant_index is None else self.faces[self.dominant_index]


@dataclass(frozen=True)
class Located:
    """A face that was found: where it is, and its upright crop, RGB uint8 (S, S, 3)."""

    detection: Detection
    alignment: Alignment
    crop: NDArray[np.uint8]


class Clock:
    """Milliseconds of the stages of one analysis."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """What passed since the last lap was this stage."""
        now = time.perf_counter()
        self.ms[stage] = round(1000 * (now - self._last), 2)
        self._last = now


class Analyzer:
    """A detector and a classifier; holds no state of a visitor, so threads may share it.

    >>> analyzer = Analyzer.load("cnn", classes=3)
    >>> analyzer.analyze(np.zeros((64, 64, 3), np.uint8)).faces
    ()
    """

    def __init__(self, checkpoint: Checkpoint, classes: int | str, detector: Detector) -> None:
        self.classifier = Classifier(checkpoint, classes)
        self.detector = detector

    @classmethod
    def load(
        cls,
        model: str | Path = DEFAULT_MODEL,
        classes: int | str = DEFAULT_CLASSES,
        *,
        detector: Detector | None = None,
    ) -> Analyzer:
        """An analyzer with a bundled model or a weights file, and the best detector to be had.

        Raises:
            ModelError: ``model.unknown`` or ``model.classes``.
            WeightsError: ``weights.damaged``.
        """
        checkpoint = load(find(model))
        Classifier(checkpoint, classes)  # a wrong class count is told before a detector is sought
        return cls(checkpoint, classes, detector or load_detector().detector)

    def with_model(self, model: str | Path) -> Analyzer:
        """Other weights with the same detector and label set.

        Raises:
            ModelError: ``model.unknown`` or ``model.classes``.
            WeightsError: ``weights.damaged``.
        """
        return Analyzer(load(find(model)), self.classifier.head_name, self.detector)

    @property
    def model(self) -> str:
        """Name of the model, as its card says it."""
        return self.classifier.checkpoint.card.name

    @property
    def classes(self) -> int:
        """How many labels a reading is spread over."""
        return len(self.classifier.head.labels)

    def with_classes(self, classes: int | str) -> Analyzer:
        """The same weights and detector with another label set; costs next to nothing.

        Raises:
            ModelError: ``model.classes``.
        """
        return Analyzer(self.classifier.checkpoint, classes, self.detector)

    def analyze(
        self, image: ImageSource, *, heatmaps: bool = True, crops: bool = False
    ) -> Analysis:
        """Find and read every face of a photo; with ``crops`` the picture is one cropped face.

        Raises:
            ImageError: where the picture cannot be read.
        """
        clock = Clock()
        photo = load_image(image)
        clock.lap("decode")
        located = (self.whole_picture(photo),) if crops else self.locate(photo, thorough=True)
        clock.lap("detect")
        batch = self.classify(located)
        clock.lap("classify")
        tops = [reading.top for reading in batch.readings]
        maps = self.explain(batch, tops) if heatmaps else [None] * len(located)
        faces = tuple(
            self.face(place, reading, reading.top, heatmap)
            for place, reading, heatmap in zip(located, batch.readings, maps, strict=True)
        )
        clock.lap("explain")
        return self.analysis(photo, faces, largest_sure(faces), clock)

    def locate(self, photo: NDArray[np.uint8], *, thorough: bool) -> tuple[Located, ...]:
        """The faces of an RGB uint8 photo (H, W, 3), the largest first, each with its crop."""
        places = []
        for detection in self.detector.detect(photo, thorough=thorough):
            alignment = align(detection)
            places.append(Located(detection, alignment, alignment.crop(photo, CROP_PX)))
        return tuple(places)

    @staticmethod
    def whole_picture(photo: NDArray[np.uint8]) -> Located:
        """A picture that already is one cropped face, RGB uint8 (H, W, 3)."""
        height, width = photo.shape[:2]
        alignment = whole((height, width))
        detection = Detection((0.0, 0.0, float(width), float(height)), score=None)
        # Never blown up, so that a small crop reaches the network as it is.
        size_px = min(CROP_PX, max(height, width))
        return Located(detection, alignment, alignment.crop(photo, size_px))

    def classify(self, located: Sequence[Located]) -> Batch:
        """One reading a face, in one batch."""
        return self.classifier.classify([place.crop for place in located])

    def explain(self, batch: Batch, targets: Sequence[int]) -> list[Heatmap]:
        """One heat map a face, each for its target class, by the gradient of the head alone."""
        if not targets:
            return []
        card = self.classifier.checkpoint.card
        raw = gradcam(self.classifier.logits, batch.features, targets)
        return [scale(one, card.preprocessing.size_px, card.full_evidence) for one in raw]

    def face(
        self,
        place: Located,
        reading: Reading,
        shown: int,
        heatmap: Heatmap | None,
        track: int | None = None,
    ) -> Face:
        """Everything about one face, with ``shown`` as the index of the label that is shown."""
        confidence = float(reading.probabilities[shown])
        pairs = zip(reading.labels, reading.probabilities.tolist(), strict=True)
        return Face(
            box_xywh=place.detection.box_xywh,
            score=place.detection.score,
            landmarks=place.detection.landmarks,
            alignment=place.alignment,
            crop=place.crop,
            emotion=reading.labels[shown],
            confidence=confidence,
            probabilities=dict(pairs),
            doubts=self._doubts(place, reading, confidence),
            explanation=heatmap,
            track=track,
        )

    def analysis(
        self,
        photo: NDArray[np.uint8],
        faces: tuple[Face, ...],
        dominant_index: int | None,
        clock: Clock,
    ) -> Analysis:
        """The result of one picture with the names of what made it."""
        return Analysis(
            image=photo,
            faces=faces,
            dominant_index=dominant_index,
            model=self.model,
            classes=self.classes,
            detector=self.detector.name,
            ms=dict(clock.ms),
        )

    def _doubts(self, place: Located, reading: Reading, confidence: float) -> tuple[str, ...]:
        quality = assess(place.crop, place.detection, place.alignment)
        doubts = list(quality.problems)
        if reading.outside > OUTSIDE_LIMIT:
            doubts.insert(0, NONE_OF_THESE)
        if confidence < self.classifier.head.sure_at:
            doubts.insert(0, UNSURE)
        return tuple(doubts)


def largest_sure(faces: Sequence[Face]) -> int | None:
    """Index of the first sure face, else of the first one; None where there is none."""
    if not faces:
        return None
    return next((index for index, face in enumerate(faces) if face.sure), 0)

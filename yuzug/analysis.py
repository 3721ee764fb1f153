"""What comes out: everything that was read in one picture, as values."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yuzug.explain import Heatmap, RegionShares, region_shares
from yuzug.faces import Alignment, Detection, Quality


@dataclass(frozen=True)
class Face:
    """One face and what was read in it.

    ``box_xywh`` and ``landmarks`` (x, y) are in pixels of the photo; ``score`` is the detector's,
    None where it gives none. ``probabilities`` maps label to share in the model's order and sums
    to 1. ``doubts`` says why a reading is not ``sure``: "unsure", "none_of_these" and what
    :class:`yuzug.faces.Quality` finds. ``crop`` is RGB uint8 (S, S, 3), upright; ``alignment``
    leads from the photo to it and back. ``track`` names the person within a stream. ``quality`` is
    how well the face can be seen.
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
    quality: Quality | None = None

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
        return self.regions_of(self.explanation) if self.explanation else None

    def regions_of(self, heatmap: Heatmap) -> RegionShares | None:
        """Shares of any heat map of this face on its parts, which stand where its landmarks are;
        without landmarks they stand where those of an average face do."""
        if self.landmarks is None:
            return region_shares(heatmap.values)
        points = np.column_stack([np.array(self.landmarks), np.ones(len(self.landmarks))])
        unit = points @ self.alignment.unit_from_photo.T
        return region_shares(heatmap.values, [(float(x), float(y)) for x, y in unit])


@dataclass(frozen=True)
class Analysis:
    """Everything that was read in one picture.

    ``image`` is RGB uint8 (H, W, 3), upright; ``faces`` come largest first; ``ms`` holds the
    milliseconds of each stage. ``time_s`` is when a frame of a stream or a film was taken, in
    seconds after its beginning, and ``frame`` its number in the film; None for a photo.
    """

    image: NDArray[np.uint8]
    faces: tuple[Face, ...]
    dominant_index: int | None
    model: str
    classes: int
    detector: str
    ms: dict[str, float]
    time_s: float | None = None
    frame: int | None = None

    @property
    def dominant(self) -> Face | None:
        """The face the advice is for: the picked one, else the largest sure one, else the
        largest; None where there is no face."""
        return None if self.dominant_index is None else self.faces[self.dominant_index]


@dataclass(frozen=True)
class LocatedFace:
    """A face that was found: where it is, and its upright crop, RGB uint8 (S, S, 3)."""

    detection: Detection
    alignment: Alignment
    crop: NDArray[np.uint8]


class Stopwatch:
    """Milliseconds of the stages of one analysis."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """What passed since the last lap was this stage."""
        now = time.perf_counter()
        self.ms[stage] = round(1000 * (now - self._last), 2)
        self._last = now


def largest_sure(faces: Sequence[Face]) -> int | None:
    """Index of the first sure face, else of the first one; None where there is none."""
    if not faces:
        return None
    return next((index for index, face in enumerate(faces) if face.sure), 0)

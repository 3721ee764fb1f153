"""The small values of a reading: what a session keeps to write its words again.

No frame, no map and no model among them. Changing the language redraws from these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from yuzug.explain import Contrast, Heatmap, RegionShares, Trust
from yuzug.faces import Alignment
from yuzug.models import DEFAULT_CLASSES

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face


CONTRAST_METHOD = "hirescam"  # what yuzug.explain.difference does with two labels


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a heat map answers: why the label ``target``, alone or as opposed to ``against``.

    ``method`` is the one asked for; a contrast of two labels always uses the same one.
    """

    target: str
    method: str
    against: str | None = None

    @property
    def made_by(self) -> str:
        """The method that makes the map."""
        return self.method if self.against is None else CONTRAST_METHOD


@dataclass(frozen=True, kw_only=True)
class MapReading(Question):
    """What a heat map says, without the map.

    ``regions`` is where the evidence for ``target`` lies, ``regions_against`` where that for
    ``against`` does. ``trust`` is None until the map was checked.
    """

    faint: bool
    regions: RegionShares | None
    regions_against: RegionShares | None = None
    trust: Trust | None = None

    @property
    def question(self) -> Question:
        """What it answers."""
        return Question(target=self.target, method=self.method, against=self.against)


@dataclass(frozen=True)
class FaceReading:
    """What was read in one face, without the face.

    ``alignment`` and ``landmarks`` are where it lies in the photo, in pixels; ``landmarks`` is None
    where the detector finds none. ``map`` is None where there is none. ``number`` is what a live
    person is called, None for their place in the picture. ``plain`` are the probabilities without
    what the visitor taught of their face, None where the reading is that.
    """

    emotion: str
    confidence: float
    probabilities: Mapping[str, float]
    doubts: tuple[str, ...]
    alignment: Alignment
    map: MapReading | None
    track: int | None
    number: int | None = None
    landmarks: tuple[tuple[float, float], ...] | None = None
    plain: Mapping[str, float] | None = None

    @property
    def sure(self) -> bool:
        """Whether no quality flag is set."""
        return not self.doubts


@dataclass(frozen=True)
class PictureReading:
    """What was read in one picture, whose size is in pixels: its faces, largest first, and which
    one is chosen. ``model`` read it with ``classes`` labels."""

    model: str
    size_hw: tuple[int, int]
    faces: tuple[FaceReading, ...]
    chosen: int | None
    ms: float
    classes: int = DEFAULT_CLASSES

    @property
    def face(self) -> FaceReading | None:
        """The chosen face."""
        return None if self.chosen is None else self.faces[self.chosen]

    @property
    def map(self) -> MapReading | None:
        """The chosen face's map."""
        return self.face.map if self.face else None

    def choosing(self, index: int) -> PictureReading:
        """The same picture with another face chosen."""
        return replace(self, chosen=index)

    def explained(self, map: MapReading) -> PictureReading:
        """The same picture with another map of the chosen face."""
        faces = tuple(
            replace(face, map=map) if index == self.chosen else face
            for index, face in enumerate(self.faces)
        )
        return replace(self, faces=faces)


# Below this a map is drawn so faint that a word about it helps.
_FAINT = 0.35


def reading_of(analysis: Analysis, chosen: int | None) -> PictureReading:
    """A copy of an analysis without pixels, small enough for the session."""
    return PictureReading(
        model=analysis.model,
        classes=analysis.classes,
        size_hw=(analysis.image.shape[0], analysis.image.shape[1]),
        faces=tuple(face_reading(face) for face in analysis.faces),
        chosen=chosen,
        ms=sum(analysis.ms.values()),
    )


def face_reading(face: Face) -> FaceReading:
    """A copy of a face without pixels."""
    return FaceReading(
        emotion=face.emotion,
        confidence=face.confidence,
        probabilities=dict(face.probabilities),
        doubts=face.doubts,
        alignment=face.alignment,
        map=None if face.explanation is None else map_reading(face, face.explanation),
        track=face.track,
        landmarks=face.landmarks,
        plain=None if face.plain is None else dict(face.plain),
    )


def map_reading(
    face: Face, explanation: Heatmap | Contrast, method: str | None = None
) -> MapReading:
    """A copy of a face's map without its pixels; ``method`` is the one chosen before a contrast."""
    faint = explanation.strength < _FAINT
    if isinstance(explanation, Heatmap):
        return MapReading(
            target=explanation.target,
            method=explanation.method,
            faint=faint,
            regions=face.regions_of(explanation),
        )
    return MapReading(
        target=explanation.first,
        method=method or CONTRAST_METHOD,
        faint=faint,
        regions=face.regions_of(np.maximum(explanation.values, 0)),
        against=explanation.second,
        regions_against=face.regions_of(np.maximum(-explanation.values, 0)),
    )

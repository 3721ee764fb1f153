"""The small values of a reading: what a session keeps to write its words again.

No frame, no map and no model among them. Changing the language redraws from these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yuzug.emotions import Language
from yuzug.recommend import Suggestion, recommend

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face


@dataclass(frozen=True)
class FaceReading:
    """What was read in one face, without the face.

    ``parts`` are the parts of the face that the evidence lies on, the most important first;
    None where there is no map, empty where the evidence lies outside the face.
    """

    emotion: str
    confidence: float
    probabilities: Mapping[str, float]
    doubts: tuple[str, ...]
    parts: tuple[str, ...] | None
    faint: bool
    track: int | None

    @property
    def sure(self) -> bool:
        """Whether nothing speaks against the reading."""
        return not self.doubts


@dataclass(frozen=True)
class PictureReading:
    """What was read in one picture: its faces, largest first, and which one is chosen."""

    faces: tuple[FaceReading, ...]
    chosen: int | None
    ms: float

    @property
    def face(self) -> FaceReading | None:
        """The chosen face."""
        return None if self.chosen is None else self.faces[self.chosen]

    def choosing(self, index: int) -> PictureReading:
        """The same picture with another face chosen."""
        return replace(self, chosen=index)


@dataclass(frozen=True)
class Advice:
    """Which activities were asked for, so that they can be asked for again in another language."""

    emotion: str
    probabilities: Mapping[str, float]
    sure: bool
    seed: int
    recent: tuple[str, ...] = ()

    def suggestions(self, lang: Language, count: int = 3) -> list[Suggestion]:
        """The same activities each time, in this language."""
        return recommend(
            self.probabilities,
            lang=lang,
            count=count,
            seed=self.seed,
            recent=self.recent,
            sure=self.sure,
        )


# Shares of the heat map from which a part counts, and above which the outside speaks against it.
_MOSTLY_OUTSIDE = 0.5
# Below this the map is drawn so faint that a word about it helps.
_FAINT = 0.35


def reading_of(analysis: Analysis, chosen: int | None) -> PictureReading:
    """The words' worth of an analysis."""
    return PictureReading(
        faces=tuple(_face_reading(face) for face in analysis.faces),
        chosen=chosen,
        ms=sum(analysis.ms.values()),
    )


def _face_reading(face: Face) -> FaceReading:
    return FaceReading(
        emotion=face.emotion,
        confidence=face.confidence,
        probabilities=dict(face.probabilities),
        doubts=face.doubts,
        parts=_parts(face),
        faint=face.explanation is not None and face.explanation.strength < _FAINT,
        track=face.track,
    )


def _parts(face: Face) -> tuple[str, ...] | None:
    regions = face.regions
    if regions is None:
        return None
    return () if regions.shares["outside"] > _MOSTLY_OUTSIDE else regions.leading(2)


def advice_for(reading: PictureReading, seed: int, recent: tuple[str, ...] = ()) -> Advice | None:
    """What to ask the catalogue for; None where there is no face."""
    face = reading.face
    if face is None:
        return None
    return Advice(face.emotion, face.probabilities, face.sure, seed, recent)

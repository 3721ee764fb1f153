"""Records of an image: its analysis, its explanation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from yuzug.emotions import Language
from yuzug.records.record import Milliseconds, Name, Part, Pixels, Record, Share

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face
    from yuzug.explain import Heatmap, Trust
    from yuzug.recommender import Suggestion


class TrustRecord(Part):
    """Faithfulness of a heat map by ROAD, beside random and centre baselines."""

    score: Share
    centre: Share
    random: Share
    level: str
    sentence: str

    @classmethod
    def of(cls, trust: Trust, lang: Language) -> TrustRecord:
        """The record of this trust."""
        return cls(
            score=trust.score,
            centre=trust.centre,
            random=trust.random,
            level=trust.level,
            sentence=trust.sentence(lang),
        )


class MapRecord(Part):
    """What the heat map of a face explains, and how."""

    method: str
    target: str
    strength: Share
    """How much evidence there is, in [0, 1], beside what is usual for this model."""
    trust: TrustRecord | None
    """Null where it was not asked for."""

    @classmethod
    def of(cls, heatmap: Heatmap, trust: Trust | None, lang: Language) -> MapRecord:
        """The record of this map."""
        return cls(
            method=heatmap.method,
            target=heatmap.target,
            strength=heatmap.strength,
            trust=TrustRecord.of(trust, lang) if trust else None,
        )


class FaceRecord(Part):
    """One face; pixels are those of the photo, the other numbers shares in [0, 1]."""

    box_xywh: tuple[Pixels, Pixels, Pixels, Pixels]
    score: Share | None
    """The detector's own; null where it gives none."""
    emotion: str
    confidence: Share
    sure: bool
    probabilities: dict[str, Share]
    regions: dict[str, Share] | None
    """Shares of the heat map on the parts of the face; null where it is empty."""
    explanation: MapRecord | None
    """Null where there is no heat map."""
    doubts: tuple[str, ...]
    """Why it is not sure: "unsure" (below the confidence threshold), "none_of_these", and quality
    flags of the face."""
    landmarks: tuple[tuple[Pixels, Pixels], ...] | None
    """Eyes, nose and corners of the mouth in pixels of the photo; null from the cascade."""
    track: int | None
    """The number of the person in a stream or film; null in a photo."""
    person: bool = False
    """Whether it was read as its person was taught; the rest explains that reading."""

    @classmethod
    def of(cls, face: Face, trust: Trust | None = None, lang: Language = "en") -> FaceRecord:
        """The record of a face that was read."""
        regions, heatmap = face.regions, face.explanation
        return cls(
            box_xywh=face.box_xywh,
            score=face.score,
            emotion=face.emotion,
            confidence=face.confidence,
            sure=face.sure,
            doubts=face.doubts,
            landmarks=face.landmarks,
            track=face.track,
            probabilities=dict(face.probabilities),
            regions=regions.shares if regions else None,
            explanation=MapRecord.of(heatmap, trust, lang) if heatmap else None,
            person=face.plain is not None,
        )


class AnalysisRecord(Record):
    """One picture: a line of ``yuzug analyze``."""

    image: Name
    width: int
    height: int
    model: str
    classes: int
    detector: str
    faces: tuple[FaceRecord, ...]
    dominant: int | None
    """Position in ``faces`` of the one that the advice is for; null without a face."""
    recommendations: tuple[dict[str, Any], ...]
    """As :meth:`yuzug.recommender.Suggestion.to_json` shows them; empty where none were asked."""
    ms: dict[str, Milliseconds]
    person: bool = False
    """Whether one of the faces was read as a person was taught."""

    @classmethod
    def of(
        cls,
        image: str,
        analysis: Analysis,
        suggestions: Sequence[Suggestion] = (),
        trusts: Sequence[Trust] = (),
        lang: Language = "en",
    ) -> AnalysisRecord:
        """The record of an analysis of the picture with this name; ``trusts`` are one a face."""
        height, width = analysis.image.shape[:2]
        return cls(
            image=image,
            width=width,
            height=height,
            model=analysis.model,
            classes=analysis.classes,
            detector=analysis.detector,
            faces=tuple(
                FaceRecord.of(face, trust, lang)
                for face, trust in zip_longest(analysis.faces, trusts[: len(analysis.faces)])
            ),
            dominant=analysis.dominant_index,
            recommendations=tuple(suggestion.to_json() for suggestion in suggestions),
            ms=dict(analysis.ms),
            person=any(face.plain is not None for face in analysis.faces),
        )


# What an explanation repeats of the face.
_OF_FACE = {"box_xywh", "emotion", "confidence", "sure", "regions", "person"}


class FaceExplanation(Part):
    """Why a face looks like ``target`` to the network, by ``method``."""

    box_xywh: tuple[Pixels, Pixels, Pixels, Pixels]
    emotion: str
    confidence: Share
    sure: bool
    person: bool
    """Whether it was read as its person was taught, which is what is explained then."""
    target: str
    method: str
    strength: Share
    """How much evidence there is, in [0, 1]; a weak map is drawn faintly."""
    regions: dict[str, Share] | None
    sentence: str
    """Where the map lies, in words."""
    trust: TrustRecord
    heatmap: str
    """A square around the face with the map over it, as the data URL of a picture."""

    @classmethod
    def of(cls, face: Face, *, trust: Trust, heatmap: str, lang: Language) -> FaceExplanation:
        """The record of a face that was read with its heat map."""
        from yuzug.explain import regions_sentence

        read, explanation = FaceRecord.of(face), face.explanation
        if explanation is None:
            raise ValueError("a face that was read without a heat map")
        return cls(
            **read.model_dump(include=_OF_FACE),
            target=explanation.target,
            method=explanation.method,
            strength=explanation.strength,
            sentence=regions_sentence(face.regions, lang),
            trust=TrustRecord.of(trust, lang),
            heatmap=heatmap,
        )


class ExplanationRecord(Record):
    """One picture explained, its largest faces first."""

    image: Name
    model: str
    classes: int
    faces: tuple[FaceExplanation, ...]

    @classmethod
    def of(
        cls, image: str, analysis: Analysis, faces: Sequence[FaceExplanation]
    ) -> ExplanationRecord:
        """The record of these faces of an analysis."""
        return cls(image=image, model=analysis.model, classes=analysis.classes, faces=tuple(faces))

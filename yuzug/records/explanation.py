"""Why faces look to a network as they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yuzug.emotions import Language
from yuzug.records.analysis import FaceRecord, TrustRecord
from yuzug.records.record import Name, Part, Pixels, Record, Share

if TYPE_CHECKING:  # the records of activities need no torch
    from yuzug.analysis import Analysis, Face
    from yuzug.explain import Trust


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
            **read.model_dump(include={"box_xywh", "emotion", "confidence", "sure", "regions"}),
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

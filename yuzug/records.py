"""What leaves as JSON: the records that the command line prints and the API answers with.

Every object carries ``"schema": 1``; numbers are rounded to what they can mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.texts import text

if TYPE_CHECKING:  # the records of activities need no torch
    from yuzug.analysis import Analysis, Face
    from yuzug.explain import Heatmap, Trust
    from yuzug.models import ModelInfo
    from yuzug.recommend import Advice, Finding, Suggestion


def _readable(value: str) -> str:
    """A name from the file system as UTF-8: bytes that are none stand as ``\\xff``."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


Share = Annotated[float, AfterValidator(lambda value: round(value, 4))]
Pixels = Annotated[float, AfterValidator(lambda value: round(value, 1))]
Milliseconds = Annotated[float, AfterValidator(lambda value: round(value, 1))]
Name = Annotated[str, AfterValidator(_readable)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Record(_Part):
    """One JSON object of ours."""

    schema_version: Literal[1] = Field(default=1, alias="schema")

    def to_json(self) -> str:
        """The object on one line.

        >>> RecommendationsRecord(emotion="sad", lang="en", recommendations=()).to_json()
        '{"schema":1,"emotion":"sad","lang":"en","recommendations":[],"ask":null,"help":null}'
        """
        return self.model_dump_json(by_alias=True)


class TrustRecord(_Part):
    """How much the answer hangs on the places of a map: ROAD, beside maps that know nothing."""

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


class MapRecord(_Part):
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


class FaceRecord(_Part):
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
            probabilities=dict(face.probabilities),
            regions=regions.shares if regions else None,
            explanation=MapRecord.of(heatmap, trust, lang) if heatmap else None,
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
    """As :meth:`yuzug.recommend.Suggestion.to_json` shows them; empty where none were asked for."""
    ms: dict[str, Milliseconds]

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
        )


class Fault(_Part):
    """What was wrong: ``type`` is the class of the error, ``message`` a sentence."""

    type: str
    message: Name


class ErrorRecord(Record):
    """A picture that could not be read, in place of its :class:`AnalysisRecord`."""

    image: Name
    error: Fault

    @classmethod
    def of(cls, image: str, error: YuzugError, lang: Language = "en") -> ErrorRecord:
        """The record of this error at the picture with this name.

        >>> from yuzug.errors import ImageError
        >>> empty = ImageError("image.empty", must="it must have bytes", got="none", do="choose")
        >>> ErrorRecord.of("a.jpg", empty).error.message
        'it must have bytes, but got none: choose'
        """
        return cls(
            image=image, error=Fault(type=type(error).__name__, message=sentence_of(error, lang))
        )


class FaceExplanation(_Part):
    """Why a face looks like ``target`` to the network, by ``method``."""

    box_xywh: tuple[Pixels, Pixels, Pixels, Pixels]
    emotion: str
    confidence: Share
    sure: bool
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
        assert explanation is not None
        return cls(
            **read.model_dump(exclude={"score", "probabilities", "explanation"}),
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


class RecommendationsRecord(Record):
    """What ``yuzug recommend EMOTION`` prints."""

    emotion: str
    lang: Language
    recommendations: tuple[dict[str, Any], ...]
    ask: str | None = None
    """The question to put to the person where the reading is not sure."""
    help: dict[str, Any] | None = None
    """What comes before any activity, as :meth:`Help.to_json` shows it; null where nothing must."""

    @classmethod
    def of(cls, emotion: str, lang: Language, advice: Advice) -> RecommendationsRecord:
        """The record of this advice."""
        return cls(
            emotion=emotion,
            lang=lang,
            recommendations=tuple(one.to_json() for one in advice.suggestions),
            ask=advice.ask,
            help=advice.help.to_json() if advice.help else None,
        )


class CheckRecord(Record):
    """What ``yuzug recommend --check DIR`` prints: every fault of a catalogue."""

    catalogue: Name
    findings: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, catalogue: str, findings: Sequence[Finding]) -> CheckRecord:
        """The record of the findings in this folder."""
        return cls(catalogue=catalogue, findings=tuple(one.to_json() for one in findings))


class ModelRecord(_Part):
    """One model: what its card says, and the size of its file in millions of bytes."""

    name: str
    default: bool
    size_mb: float
    card: dict[str, Any]


class ModelsRecord(Record):
    """What ``yuzug models --json`` prints."""

    models: tuple[ModelRecord, ...]

    @classmethod
    def of(cls, models: Sequence[ModelInfo], default: str) -> ModelsRecord:
        """The record of these models."""
        return cls(
            models=tuple(
                ModelRecord(
                    name=info.name,
                    default=info.name == default,
                    size_mb=round(info.size_mb, 2),
                    card=info.card.model_dump(mode="json", by_alias=True),
                )
                for info in models
            )
        )


def sentence_of(error: YuzugError, lang: Language) -> str:
    """An error on one line: its exact words, in Turkish after the friendly sentence.

    >>> from yuzug.errors import ImageError
    >>> empty = ImageError("image.empty", must="it must have bytes", got="none", do="choose")
    >>> sentence_of(empty, "tr")
    'Bu dosya boş. Lütfen başka bir resim seçin. (it must have bytes, but got none: choose)'
    """
    exact = " ".join(str(error).split())
    return exact if lang == "en" else f"{text(f'errors.{error.kind}', lang)} ({exact})"

"""Activities, and the faults of a folder of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from yuzug.emotions import Language
from yuzug.records.record import Name, Record

if TYPE_CHECKING:
    from yuzug.recommender import Advice, Finding


class RecommendationsRecord(Record):
    """What ``yuzug recommend EMOTION`` prints."""

    emotion: str
    """What was asked for; for a mood that a person named, the emotion that it mostly counts as."""
    lang: Language
    recommendations: tuple[dict[str, Any], ...]
    mood: str | None = None
    """The mood that was named; null where none was."""
    time_of_day: str | None = None
    """The time of day that was asked for; null for any."""
    ask: str | None = None
    """The question to put to the person where the reading is not sure."""
    help: dict[str, Any] | None = None
    """What comes before any activity, as :meth:`Help.to_json` shows it; null where nothing must."""

    @classmethod
    def of(
        cls, emotion: str | None, lang: Language, advice: Advice, mood: str | None = None
    ) -> RecommendationsRecord:
        """The record of this advice, and of what it was asked for."""
        return cls(
            emotion=advice.mood.dominant.value if emotion is None else emotion,
            mood=mood,
            lang=lang,
            recommendations=tuple(one.to_json() for one in advice.suggestions),
            time_of_day=advice.time_of_day,
            ask=advice.ask,
            help=advice.help.to_json() if advice.help else None,
        )


class CheckRecord(Record):
    """What ``yuzug recommend --check DIR`` prints: every fault of a catalogue."""

    catalogue: Name
    findings: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, catalogue: str, findings: Sequence[Finding], lang: Language = "en") -> CheckRecord:
        """The record of the findings in this folder."""
        return cls(catalogue=catalogue, findings=tuple(one.to_json(lang) for one in findings))

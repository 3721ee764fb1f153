"""A film as JSON: how long each expression was seen, how often it changed, and its episodes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from yuzug.records.record import Name, Part, Record, Share

Seconds = Annotated[float, AfterValidator(lambda value: round(value, 3))]


class EpisodeRecord(Part):
    """A time in which an expression was seen without a break, and every reading was sure."""

    emotion: str
    start_s: Seconds
    end_s: Seconds
    confidence: Share
    """Mean over the frames."""


class ExpressionRecord(Part):
    """How long a person's expression looked like one thing."""

    seconds: Seconds
    share: Share
    """Of the time in which this person was seen."""
    mean_probability: Share


class PersonRecord(Part):
    """One person: a face that was followed from frame to frame."""

    track: int
    first_s: Seconds
    last_s: Seconds
    seconds: Seconds
    """Time in which the face was seen."""
    sure_share: Share
    """Share of that time in which the reading was sure."""
    changes: int
    """How often the expression shown became another one."""
    expressions: dict[str, ExpressionRecord]
    episodes: tuple[EpisodeRecord, ...]


class NoteRecord(Part):
    """What the film lacked, as a name and as a sentence."""

    kind: str
    message: str


class FilmRecord(Record):
    """The summary of a film: ``<name>.json`` of ``yuzug video``."""

    film: Name
    duration_s: Seconds | None
    """As the film says itself; null where it says nothing."""
    read_until_s: Seconds
    frames: int
    """Frames that were read."""
    every_s: float | None
    """Null for every frame."""
    smooth: bool
    person: bool
    """Whether a person was given; the table says which faces were analysed as theirs."""
    model: str
    classes: int
    detector: str
    persons: tuple[PersonRecord, ...]
    """The one seen longest first."""
    notes: tuple[NoteRecord, ...]

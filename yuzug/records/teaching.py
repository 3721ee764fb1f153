"""What was learned of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yuzug.records.record import Name, Record

if TYPE_CHECKING:  # the records of activities need no torch
    from yuzug.models import Person


class TeachingRecord(Record):
    """What ``yuzug teach`` prints."""

    out: Name
    """The file of the person."""
    model: str
    classes: int
    examples: dict[str, int]
    """How many pictures of each expression were learned from."""
    size_bytes: int
    """Of the file."""

    @classmethod
    def of(cls, out: str, person: Person, classes: int) -> TeachingRecord:
        """The record of this person, who was written to ``out``."""
        return cls(
            out=out,
            model=person.model,
            classes=classes,
            examples=person.examples,
            size_bytes=len(person.to_json().encode()) + 1,
        )

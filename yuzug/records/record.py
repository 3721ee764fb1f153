"""What every JSON object of ours has, and how its numbers are rounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def readable(value: str) -> str:
    """A name from the file system as UTF-8: bytes that are none stand as ``\\xff``."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


Share = Annotated[float, AfterValidator(lambda value: round(value, 4))]
Pixels = Annotated[float, AfterValidator(lambda value: round(value, 1))]
Milliseconds = Annotated[float, AfterValidator(lambda value: round(value, 1))]
Name = Annotated[str, AfterValidator(readable)]


class Part(BaseModel):
    """An object inside a record."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Record(Part):
    """One JSON object of ours."""

    schema_version: Literal[1] = Field(default=1, alias="schema")

    def to_json(self) -> str:
        """The object on one line.

        >>> Record().to_json()
        '{"schema":1}'
        """
        return self.model_dump_json(by_alias=True)

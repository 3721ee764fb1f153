"""What every JSON object has, how its numbers are rounded, and errors as records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.texts import text
from yuzug.texts.causes import exact_words


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


class ErrorDetail(Part):
    """What was wrong: ``type`` is the class of the error, ``message`` a sentence."""

    type: str
    message: Name

    @classmethod
    def of(cls, error: YuzugError, lang: Language) -> ErrorDetail:
        """The record of this error."""
        return cls(type=type(error).__name__, message=sentence_of(error, lang))


class ErrorRecord(Record):
    """A picture that could not be read, in place of its :class:`AnalysisRecord`."""

    image: Name
    error: ErrorDetail

    @classmethod
    def of(cls, image: str, error: YuzugError, lang: Language = "en") -> ErrorRecord:
        """The record of this error at the picture with this name.

        >>> from yuzug.errors import ImageError
        >>> empty = ImageError("image.empty", must="it must have bytes", got="none", do="choose")
        >>> ErrorRecord.of("a.jpg", empty).error.message
        'it must have bytes, but got none: choose'
        """
        return cls(
            image=image,
            error=ErrorDetail(type=type(error).__name__, message=sentence_of(error, lang)),
        )


class FilmErrorRecord(Record):
    """A film that could not be read, in place of its :class:`yuzug.records.film.FilmRecord`."""

    film: Name
    error: ErrorDetail

    @classmethod
    def of_film(cls, film: str, error: YuzugError, lang: Language = "en") -> FilmErrorRecord:
        """The record of this error at the film with this name."""
        return cls(
            film=film,
            error=ErrorDetail(type=type(error).__name__, message=sentence_of(error, lang)),
        )


def sentence_of(error: YuzugError, lang: Language) -> str:
    """An error on one line: its exact words, in Turkish after the friendly sentence.

    >>> from yuzug.errors import ImageError
    >>> empty = ImageError("image.empty", must="a picture must have bytes", got="0 bytes",
    ...                    do="choose another file")
    >>> print(sentence_of(empty, "tr").replace(" (", "\\n("))
    Bu dosya boş. Lütfen başka bir görüntü seçin.
    (görüntü boş olmamalı; gelen: 0 bayt; başka bir dosya seçin)
    """
    exact = exact_words(error, lang)
    return exact if lang == "en" else f"{text(f'errors.{error.kind}', lang)} ({exact})"

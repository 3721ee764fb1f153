"""What went wrong, as a record and as a sentence."""

from __future__ import annotations

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.records.record import Name, Part, Record
from yuzug.texts import text


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
    >>> empty = ImageError("image.empty", must="it must have bytes", got="none", do="choose")
    >>> sentence_of(empty, "tr")
    'Bu dosya boş. Lütfen başka bir görüntü seçin. (it must have bytes, but got none: choose)'
    """
    exact = " ".join(str(error).split())
    return exact if lang == "en" else f"{text(f'errors.{error.kind}', lang)} ({exact})"

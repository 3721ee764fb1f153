"""Errors whose exact cause stands in ``causes.yaml``, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.texts import text
from yuzug.texts.bilingual import Bilingual
from yuzug.texts.phrases import in_turkish

_Error = TypeVar("_Error", bound=YuzugError)


def caused(error: type[_Error], kind: str, cause: str, **values: object) -> _Error:
    """An error with what must hold, what came and what to do from the table.

    >>> from yuzug.errors import OptionError
    >>> str(caused(OptionError, "option.invalid", "size_small", least=16, size=3))
    'the faces must have at least 16 px on each side, but got 3: give a larger size'

    Args:
        cause: the key in ``causes.yaml``.
        values: what its placeholders stand for; bilingual ones stay so.
    """
    kept = {
        name: value if isinstance(value, Bilingual) else _on_a_line(value)
        for name, value in values.items()
    }
    must, got, do = _three_lines(cause, "en", kept)
    return error(kind, must=must, got=got, do=do, cause=cause, values=kept)


def exact_words(error: YuzugError, lang: Language) -> str:
    """The exact cause of an error on one line.

    In Turkish its words are those of ``causes.yaml``, else those of ``turkish/error_words.yaml``.
    """
    if error.cause:
        must, got, do = _three_lines(error.cause, lang, error.values)
    elif lang == "en":
        return " ".join(str(error).split())
    else:
        must, got, do = (
            in_turkish(" ".join(words.split())) for words in (error.must, error.got, error.do)
        )
    return text("causes.exact", lang, must=must, got=got, do=do)


def _three_lines(cause: str, lang: Language, values: Mapping[str, object]) -> list[str]:
    """What must hold, what came and what to do."""
    shown = {
        name: _on_a_line(value.of(lang) if isinstance(value, Bilingual) else value)
        for name, value in values.items()
    }
    return text(f"causes.{cause}", lang, **shown).split("\n")


def _on_a_line(value: object) -> str:
    return " ".join(str(value).split())

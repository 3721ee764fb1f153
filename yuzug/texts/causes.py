"""Errors whose exact cause stands in ``causes.yaml``, in every language."""

from __future__ import annotations

from typing import TypeVar

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.texts import text
from yuzug.texts.phrases import in_turkish

_Error = TypeVar("_Error", bound=YuzugError)


def caused(error: type[_Error], kind: str, cause: str, **values: object) -> _Error:
    """An error with what must hold, what came and what to do from the table.

    >>> from yuzug.errors import OptionError
    >>> str(caused(OptionError, "option.invalid", "size_small", least=16, size=3))
    'the faces must have at least 16 px on each side, but got 3: give a larger size'

    Args:
        cause: the key in ``causes.yaml``.
        values: what its placeholders stand for.
    """
    on_a_line = {name: " ".join(str(value).split()) for name, value in values.items()}
    must, got, do = text(f"causes.{cause}", "en", **on_a_line).split("\n")
    return error(kind, must=must, got=got, do=do, cause=cause, values=on_a_line)


def exact_words(error: YuzugError, lang: Language) -> str:
    """The exact cause of an error on one line.

    In Turkish its words are those of ``causes.yaml``, else those of ``turkish/error_words.yaml``.
    """
    if error.cause:
        must, got, do = text(f"causes.{error.cause}", lang, **error.values).split("\n")
    elif lang == "en":
        return " ".join(str(error).split())
    else:
        must, got, do = (
            in_turkish(" ".join(words.split())) for words in (error.must, error.got, error.do)
        )
    return text("causes.exact", lang, must=must, got=got, do=do)

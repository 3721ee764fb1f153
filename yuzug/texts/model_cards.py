"""What stands in a card, which is English, in the language of the reader."""

from __future__ import annotations

from functools import cache

from yuzug.emotions import Language
from yuzug.texts import table


def in_language(words: str, lang: Language) -> str:
    """A limit or the name of a split from a card; what we do not know stays as it is.

    >>> in_language("validation", "tr"), in_language("my own split", "tr")
    ('doğrulama', 'my own split')
    """
    pair = _by_english().get(words)
    return pair[lang] if pair else words


@cache
def _by_english() -> dict[str, dict[Language, str]]:
    return {pair["en"]: pair for key, pair in table().items() if key.split(".")[0] == "cards"}

"""Sentences whose language is chosen when they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.texts.phrases import in_turkish


@runtime_checkable
class Bilingual(Protocol):
    """Anything that can be shown in both languages."""

    def of(self, lang: Language) -> str:
        """The sentence in this language."""


@dataclass(frozen=True)
class Phrase:
    """A key of the tables, and what its placeholders stand for; values may be bilingual too.

    >>> Phrase("ui.percent", {"percent": 83}).of("tr")
    '%83'
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def of(self, lang: Language) -> str:
        """The sentence in this language."""
        # Words and figures first: asking a protocol is slow, and there may be many findings.
        shown = {
            name: value
            if isinstance(value, str | int | float) or not isinstance(value, Bilingual)
            else value.of(lang)
            for name, value in self.values.items()
        }
        return text(self.key, lang, **shown)


@dataclass(frozen=True)
class English:
    """English words of the system or a library; their Turkish is in ``error_words.yaml``.

    >>> English("Permission denied").of("tr")
    'izin yok'
    """

    words: str

    def of(self, lang: Language) -> str:
        """The words in this language; in English where their Turkish is not known."""
        return self.words if lang == "en" else in_turkish(self.words)

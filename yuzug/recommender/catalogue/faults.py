"""Findings: the faults of a catalogue with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from yuzug.emotions import Language
from yuzug.errors import CatalogueError
from yuzug.recommender.catalogue.yaml_line_numbers import Document
from yuzug.texts import table, text
from yuzug.texts.bilingual import Phrase
from yuzug.texts.causes import caused
from yuzug.texts.phrases import in_turkish


@dataclass(frozen=True)
class Finding:
    """One fault of a catalogue. ``file`` is relative to its folder; ``key`` may be empty.

    A ``warning`` is something to look at again, which does not make the catalogue wrong.

    A fault of the catalogue as a whole stands in the file "." at line 0. The ``phrase`` is one of
    ``texts/findings.yaml``.

    >>> finding = Finding("calm.yaml", 7, "tea.minutes", Phrase("findings.missing"))
    >>> str(finding), finding.of("tr")
    ('calm.yaml:7: tea.minutes: this key is missing', 'calm.yaml:7: tea.minutes: bu anahtar eksik')
    """

    file: str
    line: int
    key: str
    phrase: Phrase
    warning: bool = False

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return self.phrase.of("en")

    def __str__(self) -> str:
        return self.of("en")

    def of(self, lang: Language) -> str:
        """The finding on one line, in this language."""
        key = f"{self.key}: " if self.key else ""
        place = f"{self.file}:{self.line}: " if self.line else ""
        message = self.phrase.of(lang)
        if self.warning:
            message = text("findings.warning", lang, message=message)
        return f"{place}{key}{message}"

    def to_json(self, lang: Language = "en") -> dict[str, object]:
        """The finding as JSON shows it, its message in this language."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "message": self.phrase.of(lang),
            "warning": self.warning,
        }


def invalid(finding: Finding) -> CatalogueError:
    """Convert a finding to a ``CatalogueError``, where every file must be valid."""
    return caused(CatalogueError, "catalogue.invalid", "catalogue_fault", finding=finding)


def faults(
    fault: ValidationError, document: Document, name: str, start: tuple[int, ...]
) -> Iterator[Finding]:
    """What pydantic found in the value at ``start``, each at its line."""
    value = document.value[start[0]] if start else document.value
    owner = value.get("id") if isinstance(value, dict) else None
    for error in fault.errors(include_url=False):
        path = (*start, *error["loc"])
        keys = [str(step) for step in error["loc"] if step != "[key]"]
        if owner is not None and error["loc"][:1] != ("id",):
            keys.insert(0, str(owner))
        yield Finding(name, document.line(path), ".".join(keys), _phrase(error))


_PHRASES = {
    "missing": "findings.missing",
    "extra_forbidden": "findings.unknown_key",
    "too_short": "findings.empty",
    "string_too_short": "findings.empty",
    "model_type": "findings.no_keys",
    "dict_type": "findings.no_keys",
    "tuple_type": "findings.not_a_list",
}
# Kinds whose Turkish stands in error_words.yaml.
_IN_TURKISH = frozenset(
    {
        "enum",
        "finite_number",
        "float_type",
        "greater_than",
        "greater_than_equal",
        "int_from_float",
        "int_parsing",
        "int_parsing_size",
        "int_type",
        "less_than_equal",
        "literal_error",
        "string_pattern_mismatch",
        "string_type",
    }
)
_MOST_SHOWN = 60  # characters of a value that is wrong


def _phrase(error: Mapping[str, Any]) -> Phrase:
    """Pydantic's finding in the words of someone who writes YAML."""
    kind = error["type"]
    if kind in _PHRASES:
        return Phrase(_PHRASES[kind])
    if kind in table():  # of our own validators
        return Phrase(kind, error.get("ctx", {}))
    if kind in ("string_too_long", "too_long"):
        return Phrase("findings.too_long", {"most": error["ctx"]["max_length"]})
    rule, got = _Rule(kind, str(error["msg"])), error["input"]
    if not isinstance(got, str | int | float):
        return Phrase("findings.unfit", {"rule": rule})
    shown = repr(got)
    value = shown if len(shown) <= _MOST_SHOWN else shown[:_MOST_SHOWN] + "…"
    return Phrase("findings.unfit_value", {"rule": rule, "value": value})


@dataclass(frozen=True)
class _Rule:
    """What pydantic says must hold; where its Turkish is not known, in English."""

    kind: str
    words: str

    def of(self, lang: Language) -> str:
        if lang == "tr" and self.kind.startswith("date_"):  # not in which character it goes wrong
            return in_turkish("Input should be a valid date")
        if lang == "tr" and self.kind in _IN_TURKISH:
            return in_turkish(self.words)
        return re.sub(r"^\w+ should", "must", self.words)

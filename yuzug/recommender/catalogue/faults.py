"""Findings: the faults of a catalogue with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from yuzug.errors import CatalogueError
from yuzug.recommender.catalogue.yaml_line_numbers import Document


@dataclass(frozen=True)
class Finding:
    """One fault of a catalogue. ``file`` is relative to its folder; ``key`` may be empty.

    A ``warning`` is something to look at again, which does not make the catalogue wrong.

    A fault of the catalogue as a whole stands in the file "." at line 0.

    >>> str(Finding("calm.yaml", 7, "tea.minutes", "must be a whole number"))
    'calm.yaml:7: tea.minutes: must be a whole number'
    """

    file: str
    line: int
    key: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        place = f"{self.file}:{self.line}: " if self.line else ""
        return f"{place}{key}{'warning: ' * self.warning}{self.message}"

    def to_json(self) -> dict[str, object]:
        """The finding as JSON shows it."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "message": self.message,
            "warning": self.warning,
        }


def invalid(finding: Finding) -> CatalogueError:
    """Convert a finding to a ``CatalogueError``, where every file must be valid."""
    return CatalogueError(
        "catalogue.invalid",
        must="every file of an activity catalogue must be valid",
        got=str(finding),
        do="correct that line; `yuzug recommend --check DIR` lists every error",
    )


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
        yield Finding(name, document.line(path), ".".join(keys), _message(error))


_MESSAGES = {
    "missing": "this key is missing",
    "extra_forbidden": "no such key; a typing error?",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "model_type": "must hold keys, each with a value",
    "dict_type": "must hold keys, each with a value",
    "tuple_type": "must be a list",
}
_MOST_SHOWN = 60  # characters of a value that is wrong


def _message(error: Mapping[str, Any]) -> str:
    """Pydantic's finding in the words of someone who writes YAML."""
    if error["type"] in _MESSAGES:
        return _MESSAGES[error["type"]]
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] in ("string_too_long", "too_long"):
        return f"is too long; at most {error['ctx']['max_length']} are allowed"
    message = re.sub(r"^\w+ should", "must", str(error["msg"]))
    got = error["input"]
    if not isinstance(got, str | int | float):
        return message
    shown = repr(got)
    return f"{message}, but is {shown if len(shown) <= _MOST_SHOWN else shown[:_MOST_SHOWN] + '…'}"

"""English words of errors in Turkish: those of the code, argparse, pydantic and the system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from yuzug.texts import YAML_LOADER

TABLE = Path(__file__).resolve().parent / "turkish" / "error_words.yaml"
_PLACE = re.compile(r"\{(\w+)\}")
_WORDS = {"what", "kind", "fault", "reason", "token"}  # the others are names, paths and figures
_LONGEST, _MOST_PARTS = 2000, 100
_KEY = re.compile(r"(\S+): (.+)")


def in_turkish(words: str) -> str:
    """The Turkish of what an error says in English; what ``error_words.yaml`` lacks stays as it is.

    Names, paths and figures stay; so do technical words. Parts after a colon, between semicolons
    and in brackets at the end are looked up by themselves.

    >>> in_turkish("the path must be that of a readable file")
    'yol, okunabilir bir dosyanın yolu olmalı'
    >>> in_turkish("own.yaml: epochs: Input should be greater than 0; size: Field required")
    'own.yaml: epochs: 0 değerinden büyük olmalı; size: zorunlu, ama verilmemiş'
    """
    known = phrases()
    # What is longer, or has more parts, is somebody's data.
    parts = words.count("; ") + words.count(": ") + words.count(" (")
    if words in known or len(words) > _LONGEST or parts > _MOST_PARTS:
        return known.get(words, words)
    first, mark, rest = words.partition("; ")
    if mark:
        turkish = _filled_in(words, [one for one in _patterns() if "; " in one.english])
        return turkish or f"{in_turkish(first)}; {in_turkish(rest)}"
    key = _KEY.fullmatch(words)
    if key is not None:
        return f"{key[1]}: {in_turkish(key[2])}"
    turkish = _filled_in(words, _patterns())
    if turkish is not None:
        return turkish
    first, mark, rest = words.partition(": ")
    if mark:
        return f"{in_turkish(first)}: {in_turkish(rest)}"
    first, mark, rest = words.partition(" (")
    if mark and rest.endswith(")"):
        return f"{first} ({in_turkish(rest[:-1])})"
    return words


class _Template(NamedTuple):
    """A phrase with values in it."""

    english: str
    pattern: re.Pattern[str]
    turkish: str


def _filled_in(words: str, among: Sequence[_Template]) -> str | None:
    for template in among:
        found = template.pattern.fullmatch(words)
        if found is not None:
            values = found.groupdict()
            return template.turkish.format(
                **{name: in_turkish(v) if name in _WORDS else v for name, v in values.items()}
            )
    return None


@cache
def phrases() -> dict[str, str]:
    """The Turkish of each phrase; names in braces stand for values."""
    table: dict[str, str] = yaml.load(TABLE.read_text(encoding="utf-8"), YAML_LOADER)
    return table


@cache
def _patterns() -> tuple[_Template, ...]:
    """Those with values in them; the ones that say more come first."""
    templates = [pair for pair in phrases().items() if _PLACE.search(pair[0])]
    templates.sort(key=lambda pair: len(_PLACE.sub("", pair[0])), reverse=True)
    return tuple(_Template(english, _pattern(english), turkish) for english, turkish in templates)


def _pattern(english: str) -> re.Pattern[str]:
    """A phrase as a pattern: its letters stand for themselves, a name for what stands there."""
    literal, names = _PLACE.split(english)[::2], _PLACE.findall(english)
    named = (f"(?P<{name}>.+?)" for name in names)
    return re.compile("".join(map(str.__add__, map(re.escape, literal), [*named, ""])))

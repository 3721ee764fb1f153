"""Every sentence that a person reads, English and Turkish side by side in YAML beside this file.

A key is ``file.name`` ("ui.no_face"); its value holds ``en`` and ``tr`` with the same
placeholders, which a test checks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Formatter

import yaml

from yuzug.emotions import Language

# The C parser reads the tables ten times as fast; a wheel without it still has the other one.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER = Path(__file__).resolve().parent


def text(key: str, lang: Language, **values: object) -> str:
    """The sentence under this key in this language, with the values filled in.

    >>> text("ui.percent", "tr", percent=83)
    '%83'

    Raises:
        KeyError: where there is no such key; a test reads every key that the code names.
    """
    sentence = table()[key][lang]
    return sentence.format(**values) if values else sentence


@cache
def table() -> dict[str, dict[Language, str]]:
    """All sentences by key and language."""
    sentences: dict[str, dict[Language, str]] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        for name, pair in yaml.load(path.read_text(encoding="utf-8"), YAML_LOADER).items():
            sentences[f"{path.stem}.{name}"] = pair
    return sentences


def placeholders(sentence: str) -> frozenset[str]:
    """The names in braces.

    >>> sorted(placeholders("{name} is {age}"))
    ['age', 'name']
    """
    return frozenset(field for _, field, _, _ in Formatter().parse(sentence) if field)


def percent(fraction: float, lang: Language) -> str:
    """A share of 1 as people write it: "83%" in English, "%83" in Turkish.

    >>> percent(0.834, "en"), percent(0.834, "tr"), percent(-0.02, "tr")
    ('83%', '%83', '−%2')
    """
    return with_percent_sign(str(round(100 * fraction)), lang)


def with_percent_sign(number: str, lang: Language) -> str:
    """A written number with the percent sign; in Turkish it stands between minus and number.

    >>> with_percent_sign("-1,5", "tr"), with_percent_sign("-1.5", "en")
    ('−%1,5', '−1.5%')
    """
    minus = "−" if number.startswith("-") else ""
    return minus + text("ui.percent", lang, percent=number.removeprefix("-"))

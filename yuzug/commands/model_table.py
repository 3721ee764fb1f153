"""The models and their numbers as rows, for ``yuzug models`` and for the README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yuzug.emotions import Language
from yuzug.models import HeadCard, ModelInfo
from yuzug.texts import text
from yuzug.texts.model_cards import in_language
from yuzug.texts.numbers import integer, percent_tenths, tenths

_COLUMNS = (
    "name",
    "parameters",
    "size",
    "classes",
    "accuracy",
    "macro_f1",
    "measured",
    "licence",
)
_NONE = "–"


def header(lang: Language) -> tuple[str, ...]:
    """The names of the columns."""
    return tuple(text(f"cli.models_{column}", lang) for column in _COLUMNS)


def rows(models: Sequence[ModelInfo], lang: Language) -> Iterator[tuple[str, ...]]:
    """One row for each label set of each model, as its card says."""
    for info in models:
        for name, head in info.card.heads.items():
            yield (
                info.name,
                tenths(info.card.parameters / 1e6, lang) + " M",
                tenths(info.size_mb, lang),
                name,
                *_numbers(head, lang),
                info.card.licence,
            )


def _numbers(head: HeadCard, lang: Language) -> tuple[str, str, str]:
    if not head.metrics:
        return _NONE, _NONE, _NONE
    best = head.metrics[0]
    data, split = in_language(best.data, lang), in_language(best.split, lang)
    labels = text(f"cli.models_labels_{best.labels}", lang)
    where = f"{data}; {split} ({labels}), n = {integer(best.n, lang)}"
    return percent_tenths(best.accuracy, lang), percent_tenths(best.macro_f1, lang), where


def plain(models: Sequence[ModelInfo], lang: Language) -> str:
    """The table in aligned columns."""
    table = [header(lang), *rows(models, lang)]
    widths = [max(len(row[column]) for row in table) for column in range(len(_COLUMNS))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def markdown(models: Sequence[ModelInfo], lang: Language) -> str:
    """The table as the README shows it."""
    names = header(lang)
    table = [names, tuple("---" for _ in names), *rows(models, lang)]
    return "\n".join(f"| {' | '.join(row)} |" for row in table)

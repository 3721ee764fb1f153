"""Full-text search in the catalogue: the activities that hold some words and pass the filters."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.models import Activity, Catalogue
from yuzug.recommender.catalogue.vocabulary import GOALS
from yuzug.recommender.filters import Filters, permitted
from yuzug.recommender.index import Bools, index_of
from yuzug.texts.case_and_alphabet import order, unaccented

_WORD = re.compile(r"[^\W_]+")


def search(
    catalogue: Catalogue,
    query: str = "",
    filters: Filters | None = None,
    *,
    lang: Language = "en",
    not_for: Collection[Emotion] = (),
) -> list[Activity]:
    """Find the activities in which every word of a query begins a word, the shortest first.

    Letters count without case and marks, so "yuruyus" finds "Yürüyüş". Titles, steps and the names
    of the kinds are looked through; those with all words in their title come first.

    Args:
        catalogue: what to look through.
        query: words of ``lang``; none for all activities.
        filters: what the person asks for.
        lang: the language of the words, and of the alphabet.
        not_for: what is not for one of these emotions is left out.

    >>> from yuzug.recommender import bundled
    >>> found = search(bundled(), "NEFES", Filters(minutes=5), lang="tr")
    >>> all(activity.minutes <= 5 for activity in found), len(found) > 0
    (True, True)
    """
    words = [f" {word}" for word in _WORD.findall(unaccented(query))]
    allowed = _permitted(catalogue, filters or Filters())
    found = [
        (not all(word in text.title for word in words), row)
        for row, text in enumerate(_texts(catalogue, lang))
        if allowed[row]
        and all(word in text.full_text for word in words)
        and not set(not_for) & set(catalogue.activities[row].not_for)
    ]
    ranks = _ranks(catalogue, lang)
    found.sort(key=lambda one: (one[0], ranks[one[1]]))
    return [catalogue.activities[row] for _, row in found]


class _Text(NamedTuple):
    """The words of an activity, each after a space."""

    title: str
    full_text: str


def _permitted(catalogue: Catalogue, filters: Filters) -> Bools:
    index = index_of(catalogue)
    rows = permitted(index, filters)
    if filters.goal is not None:
        serves: Bools = np.any(index.weights[:, :, GOALS.index(filters.goal)] > 0, axis=1)
        rows = rows & serves
    return rows


@lru_cache(maxsize=8)
def _texts(catalogue: Catalogue, lang: Language) -> list[_Text]:
    return [
        _Text(
            _spaced(activity.title.of(lang)),
            _spaced(
                " ".join(
                    part.of(lang)
                    for part in (
                        activity.title, *activity.steps, catalogue.kinds[activity.kind].name
                    )
                )
            ),
        )
        for activity in catalogue.activities
    ]  # fmt: skip


@lru_cache(maxsize=8)
def _ranks(catalogue: Catalogue, lang: Language) -> list[int]:
    """The place of each activity, by minutes and then by the alphabet."""
    keys = [(one.minutes, order(one.title.of(lang), lang)) for one in catalogue.activities]
    ranks = [0] * len(keys)
    for rank, row in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        ranks[row] = rank
    return ranks


def _spaced(sentence: str) -> str:
    return "".join(f" {word}" for word in _WORD.findall(unaccented(sentence)))

"""Activities that say almost the same."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from yuzug.emotions import Language
from yuzug.recommender.catalogue.models import Activity
from yuzug.texts.letters import lower

MOST_SHARED = 0.6  # of the words of the shorter one
_WORD = re.compile(r"[^\W\d_]+")


class Pair(NamedTuple):
    """Two names, the one with fewer words first, and the share of its words in the other."""

    one: str
    other: str
    share: float


def words_of(activity: Activity, lang: Language) -> frozenset[str]:
    """The words of the title and the steps, in small letters."""
    sentences = [activity.title, *activity.steps]
    return frozenset(_WORD.findall(lower(" ".join(s.of(lang) for s in sentences), lang)))


def near_duplicates(words: dict[str, frozenset[str]]) -> Iterator[Pair]:
    """Pairs of which the shorter one shares more than ``MOST_SHARED`` of its words.

    Who shares that many words also shares one of the rarest: only those are looked up, so the
    work stays far below all pairs.
    """
    where: dict[str, list[str]] = {}
    for name, its_words in words.items():
        for word in its_words:
            where.setdefault(word, []).append(name)
    for name, its_words in words.items():
        rarest = sorted(its_words, key=lambda word: (len(where[word]), word))
        looked_up = rarest[: len(rarest) - math.floor(MOST_SHARED * len(rarest))]
        shared = Counter(other for word in looked_up for other in where[word])
        for other in shared:
            first = (len(words[other]), other) > (len(its_words), name)
            share = len(its_words & words[other]) / len(its_words)
            if first and share > MOST_SHARED:
                yield Pair(name, other, share)

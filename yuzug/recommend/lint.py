"""What is wrong with a catalogue, beyond what keeps it from loading.

Faults of reading · activities that never come · two that are almost the same · an emotion with
too little choice.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from yuzug.emotions import LANGUAGES, Language
from yuzug.recommend.catalogue import Activity
from yuzug.recommend.coverage import coverage
from yuzug.recommend.findings import Finding
from yuzug.recommend.load import Loaded, bundled, read_parts, stands_alone

MOST_SHARED = 0.6  # of the words of the shorter one
_WORD = re.compile(r"[^\W\d_]+")


def check(directory: Path) -> list[Finding]:
    """Every fault of the catalogue in this folder.

    A folder with ``kinds.yaml`` and ``policy.yaml`` of its own stands alone; any other is read
    on top of ours, as ``recommend(catalogue=...)`` reads it.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder.
    """
    parts = read_parts(directory, None if stands_alone(directory) else bundled())
    if parts.policy is None:
        return parts.findings
    loaded = parts.loaded()
    return [*loaded.findings, *_never_offered(loaded), *_near_duplicates(loaded), *_scarce(loaded)]


def _never_offered(loaded: Loaded) -> Iterator[Finding]:
    least = loaded.catalogue.policy.fit_at_least
    for activity in _own(loaded):
        best = max(weight for goals in activity.emotions.values() for weight in goals.values())
        if best < least:
            message = f"no weight reaches {least}, so this is never offered"
            yield _at(loaded, activity, "emotions", message)


def _scarce(loaded: Loaded) -> Iterator[Finding]:
    for count in coverage(loaded.catalogue):
        if count.found < count.least:
            message = f"{count.found} activities, at least {count.least} are wanted"
            yield Finding(".", 0, f"{count.emotion.value}, {count.wish}", message)


def _near_duplicates(loaded: Loaded) -> Iterator[Finding]:
    for lang in LANGUAGES:
        words = {a.id: words_of(a, lang) for a in loaded.catalogue.activities}
        for one, other, share in near_duplicates(words):
            activity = next(a for a in loaded.catalogue.activities if a.id == one)
            if one not in loaded.places:
                continue
            message = f"shares {share:.0%} of its words with {other} ({lang})"
            yield _at(loaded, activity, "steps", message)


def words_of(activity: Activity, lang: Language) -> frozenset[str]:
    """The words of the title and the steps, in small letters."""
    sentences = [activity.title, *activity.steps]
    return frozenset(_WORD.findall(" ".join(s.of(lang) for s in sentences).lower()))


def near_duplicates(words: dict[str, frozenset[str]]) -> Iterator[tuple[str, str, float]]:
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
                yield name, other, share


def _own(loaded: Loaded) -> Iterator[Activity]:
    return (a for a in loaded.catalogue.activities if a.id in loaded.places)


def _at(loaded: Loaded, activity: Activity, key: str, message: str) -> Finding:
    file, line = loaded.places[activity.id]
    return Finding(file, line, f"{activity.id}.{key}", message)

"""Words that make an activity risky for somebody, and what it must say then.

The list stands in ``policy.yaml``: a knot is nothing for somebody who is low, and whoever writes
"boiling" must say that children need an adult.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import Field, StringConstraints

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.vocabulary import Caution, Energy, Id, Place, Sentence, Strict
from yuzug.texts.letters import lower

RiskWord = Annotated[str, StringConstraints(pattern=r"^[^\W\d_]+( [^\W\d_]+)*\*?$", max_length=40)]


class RiskWords(Strict):
    """The words in both languages, small; one that ends in * also begins longer words."""

    en: Annotated[tuple[RiskWord, ...], Field(min_length=1)]
    tr: Annotated[tuple[RiskWord, ...], Field(min_length=1)]


class Risk(Strict):
    """What may harm somebody, how it is found, and what an activity of that sort must say.

    It is found where all of what is given holds: one of the ``words``, one of the ``energies``,
    one of the ``places``. Then one of the ``cautions`` and all of ``not_for`` must stand in the
    activity; where neither is given, nothing makes it right and the activity must go.
    """

    id: Id
    why: Sentence
    """The end of "… is risky: ", for whoever writes a catalogue."""
    words: RiskWords | None = None
    energies: tuple[Energy, ...] = ()
    places: tuple[Place, ...] = ()
    cautions: tuple[Caution, ...] = ()
    not_for: tuple[Emotion, ...] = ()


def word_found(words: RiskWords, sentence: str, lang: Language) -> str | None:
    """The first of the words that stands in a sentence, as it is written there.

    >>> words = RiskWords(en=("knot*",), tr=("düğüm*",))
    >>> word_found(words, "Learn some KNOTS", "en"), word_found(words, "Düğümü çözün", "tr")
    ('knots', 'düğümü')
    """
    found = _pattern(words, lang).search(lower(sentence, lang))
    return None if found is None else found.group()


@lru_cache(maxsize=256)
def _pattern(words: RiskWords, lang: Language) -> re.Pattern[str]:
    listed = words.en if lang == "en" else words.tr
    either = (re.escape(w.rstrip("*")) + (r"\w*" if w.endswith("*") else "") for w in listed)
    return re.compile(rf"\b(?:{'|'.join(either)})\b")

"""Words that make an activity risky for somebody, and what it must say then.

The list is in ``policy.yaml``. An activity with a knot, for example, must exclude sad and fearful
moods; one with boiling water must say that children need an adult.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.vocabulary import Caution, Energy, Id, Place, Strict, Words
from yuzug.texts.case_and_alphabet import lower

RiskWord = Annotated[
    str, StringConstraints(pattern=r"^[^\W\d_]+([ ’][^\W\d_]+)*\*?$", max_length=40)
]


class RiskWords(Strict):
    """The words in both languages, in small letters; with a * at the end also longer words.

    Between two words of one entry a hyphen or a line break may stand where the list has a space.
    """

    en: Annotated[tuple[RiskWord, ...], Field(min_length=1)]
    tr: Annotated[tuple[RiskWord, ...], Field(min_length=1)]


def _in_both(given: object) -> object:
    return {"en": given, "tr": given} if isinstance(given, str) else given


class Risk(Strict):
    """Something that may harm somebody: how to find it, and what the activity must then say.

    It applies to an activity with one of the ``words``, one of the ``energies`` and one of the
    ``places``, as far as they are given. Such an activity must have one of the ``cautions`` and
    all of ``not_for``. Where neither is given, the activity must be left out.
    """

    id: Id
    why: Annotated[Words, BeforeValidator(_in_both)]
    """The reason, as the finding says it after "is risky"; one sentence is for both languages."""
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
    either = "|".join(_one_word(word) for word in listed)
    return re.compile(rf"\b(?:{either})\b")


def _one_word(word: str) -> str:
    """An entry as a pattern: its letters stand for themselves."""
    pattern = word.rstrip("*").replace(" ", r"[\s-]+").replace("’", "[’']")
    return pattern + (r"\w*" if word.endswith("*") else "")

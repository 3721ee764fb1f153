"""What a caller asks for, checked word by word, as the engine wants it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar, cast

from yuzug.emotions import Emotion
from yuzug.errors import OptionError
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.mood import Mood, mood_of

Word = TypeVar("Word", bound=str)


def mood_asked(emotion: str | Mapping[str, float], policy: Policy, sure: bool) -> Mood:
    """The mood of an emotion's name, or of a distribution.

    Raises:
        OptionError: ``emotion.unknown`` or ``option.invalid``.
    """
    if isinstance(emotion, Mapping):
        return mood_of(_weights(emotion), policy, sure=sure)
    if not isinstance(emotion, str) or policy.emotion_of(emotion) is None:
        raise OptionError(
            "emotion.unknown",
            must="an emotion must be one of " + ", ".join(e.value for e in Emotion),
            got=repr(emotion),
            do="choose one of these",
        )
    return mood_of({emotion: 1.0}, policy, sure=sure)


def one_of(name: str, value: str | None, words: Sequence[Word]) -> Word | None:
    """This value, which must be one of the words or None.

    Raises:
        OptionError: ``option.invalid`` naming the words.
    """
    if value is not None and value not in words:
        raise OptionError(
            "option.invalid",
            must=f"{name} must be one of {', '.join(words)}",
            got=repr(value),
            do="choose one of these, or leave it out",
        )
    return cast("Word | None", value)


def some_of(name: str, values: Collection[str], words: Sequence[Word]) -> frozenset[Word]:
    """These values, each of which must be one of the words.

    Raises:
        OptionError: ``option.invalid`` naming the words.
    """
    listed = isinstance(values, Collection) and not isinstance(values, str)
    wrong = [value for value in values if value not in words] if listed else [values]
    if wrong:
        raise OptionError(
            "option.invalid",
            must=f"{name} must be a collection of some of {', '.join(words)}",
            got=repr(wrong[0]),
            do="choose among these, or leave it out",
        )
    return frozenset(cast("Collection[Word]", values))


def ids_of(name: str, values: Sequence[str]) -> tuple[str, ...]:
    """These ids; a single word is no list of them.

    Raises:
        OptionError: ``option.invalid``.
    """
    listed = isinstance(values, Collection) and not isinstance(values, str)
    if not listed or not all(isinstance(value, str) for value in values):
        raise OptionError(
            "option.invalid",
            must=f"{name} must be a list of ids of activities",
            got=repr(values),
            do="put the ids into a list, the oldest first",
        )
    return tuple(values)


def whole(name: str, value: int, least: int | None) -> int:
    """This value, which must be a whole number of at least ``least``.

    Raises:
        OptionError: ``option.invalid``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or (least and value < least):
        raise OptionError(
            "option.invalid",
            must=f"{name} must be a whole number" + (f" of at least {least}" if least else ""),
            got=repr(value),
            do=f"give {name} such a number, or leave it out",
        )
    return value


def _weights(given: Mapping[str, float]) -> dict[str, float]:
    try:
        weights = {str.strip(label): float(weight) for label, weight in given.items()}
        total = math.fsum(weights.values())
    except (TypeError, ValueError, OverflowError):
        total = math.nan
    if not math.isfinite(total) or total <= 0 or min(weights.values()) < 0:
        raise OptionError(
            "option.invalid",
            must="the weights must be names with numbers of at least 0, not all of them 0",
            got=repr(dict(given)),
            do="pass the probabilities of a prediction, such as {'sad': 0.7, 'neutral': 0.3}",
        )
    return weights

"""What an expression shows, or a person says, as shares of emotions; and whether that is sure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from yuzug.emotions import Emotion
from yuzug.errors import OptionError
from yuzug.recommender.catalogue.moods import NamedMood
from yuzug.recommender.catalogue.policy import Policy, folded
from yuzug.recommender.index import EMOTIONS, Floats

_EMOTIONS = tuple(emotion.value for emotion in Emotion)


@dataclass(frozen=True)
class Mood:
    """How much of each emotion an expression shows, summing to 1, and whether that is sure.

    ``named`` is the mood that the person named, where no expression was read.
    """

    shares: Mapping[Emotion, float]
    sure: bool = True
    named: NamedMood | None = None

    @property
    def dominant(self) -> Emotion:
        """The emotion with the largest share."""
        return max(EMOTIONS, key=lambda emotion: self.shares.get(emotion, 0.0))


def asked_mood(
    emotion: str | Mapping[str, float] | None, mood: str | None, policy: Policy, sure: bool = True
) -> Mood:
    """Make the mood of an expression, or of what a person says: one of the two is given.

    Raises:
        OptionError: ``option.invalid`` where both or none is given, else as :func:`read_mood`.
    """
    if (emotion is None) == (mood is None):
        raise OptionError(
            "option.invalid",
            must="either an emotion or a mood must be given",
            got="neither" if mood is None else "both",
            do="give the emotion that an expression shows, or the mood that a person names",
        )
    return read_mood(emotion, policy, sure) if emotion is not None else named_mood(mood, policy)


def read_mood(emotion: str | Mapping[str, float], policy: Policy, sure: bool = True) -> Mood:
    """Make the mood of an emotion's name, of a distribution, or of a mood that people name.

    A name that is an emotion's stands for an expression.

    Raises:
        OptionError: ``emotion.unknown`` for a name that is none, ``option.invalid`` for weights
            that are no distribution.
    """
    if isinstance(emotion, Mapping):
        return mood_of(_weights(emotion), policy, sure=sure)
    known = isinstance(emotion, str)
    if known and policy.mood_named(emotion) is not None and folded(emotion) not in _EMOTIONS:
        return named_mood(emotion, policy)
    if not known or policy.emotion_of(emotion) is None:
        raise _unknown("an emotion", emotion, dict.fromkeys([*_EMOTIONS, *policy.moods]))
    return mood_of({emotion: 1.0}, policy, sure=sure)


def named_mood(name: str | None, policy: Policy) -> Mood:
    """Make the mood that a person names, by its key or by its name in either language.

    Raises:
        OptionError: ``emotion.unknown`` for a name that is none.
    """
    key = policy.mood_named(name) if isinstance(name, str) else None
    if key is None:
        raise _unknown("a mood", name, policy.offered_moods)
    mood = policy.mood(key)
    weights = {emotion.value: share for emotion, share in mood.emotions.items()}
    return replace(mood_of(weights, policy), sure=True, named=mood)


def _unknown(what: str, got: object, names: Iterable[str]) -> OptionError:
    return OptionError(
        "emotion.unknown",
        must=f"{what} must be one of {', '.join(names)}",
        got=repr(got),
        do="choose one of these",
    )


def mood_of(weights: Mapping[str, float], policy: Policy, *, sure: bool = True) -> Mood:
    """The mood that these weights tell of, whatever they sum to.

    A name that the policy lists as another word for an emotion counts as that emotion. Any
    other name tells nothing about the mood: its weight counts as neutral. The mood is not sure
    where more than half of the weight is of that sort, or where no share reaches what the
    policy asks for.
    """
    total = sum(weights.values())
    shares = dict.fromkeys(EMOTIONS, 0.0)
    unknown = 0.0
    for label, weight in weights.items():
        emotion = policy.emotion_of(label)
        if emotion is None:
            unknown += weight / total
        shares[emotion or Emotion.NEUTRAL] += weight / total
    clear = unknown <= 0.5 and max(shares.values()) >= policy.unsure.below
    return Mood(shares, sure=sure and clear)


def effective_shares(mood: Mood, policy: Policy) -> Floats:
    """Blend the shares with neutral where the mood is not sure, shape (E,)."""
    shares = np.array([mood.shares.get(emotion, 0.0) for emotion in EMOTIONS])
    if mood.sure:
        return shares
    neutral = np.array([float(emotion is Emotion.NEUTRAL) for emotion in EMOTIONS])
    lean = policy.unsure.neutral_share
    leaning: Floats = lean * neutral + (1 - lean) * shares
    return leaning


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

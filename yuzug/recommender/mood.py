"""What an expression shows, as shares of emotions, and whether that is sure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from yuzug.emotions import Emotion
from yuzug.errors import OptionError
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.index import EMOTIONS, Floats


@dataclass(frozen=True)
class Mood:
    """How much of each emotion an expression shows, summing to 1, and whether that is sure."""

    shares: Mapping[Emotion, float]
    sure: bool = True

    @property
    def dominant(self) -> Emotion:
        """The emotion with the largest share."""
        return max(EMOTIONS, key=lambda emotion: self.shares.get(emotion, 0.0))


def read_mood(emotion: str | Mapping[str, float], policy: Policy, sure: bool = True) -> Mood:
    """Make the mood of an emotion's name, or of a distribution.

    Raises:
        OptionError: ``emotion.unknown`` for a name that is none, ``option.invalid`` for weights
            that are no distribution.
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

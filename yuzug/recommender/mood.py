"""What an expression shows, as shares of emotions, and whether that is sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from yuzug.emotions import Emotion
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
    """The shares that count, shape (E,): a mood that is not sure leans towards neutral."""
    shares = np.array([mood.shares.get(emotion, 0.0) for emotion in EMOTIONS])
    if mood.sure:
        return shares
    neutral = np.array([float(emotion is Emotion.NEUTRAL) for emotion in EMOTIONS])
    lean = policy.unsure.neutral_share
    leaning: Floats = lean * neutral + (1 - lean) * shares
    return leaning

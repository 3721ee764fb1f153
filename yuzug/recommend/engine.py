"""Which activities fit a mood and a wish: pure functions, no files, no clock, no torch.

mood + wish → who may come (filters, strict) → scores (explainable sums) → one after another,
each unlike those before it (maximal marginal relevance, Carbonell and Goldstein 1998).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yuzug.emotions import Emotion
from yuzug.recommend.catalogue import (
    GOALS,
    Activity,
    Catalogue,
    Company,
    Energy,
    Goal,
    Place,
    Policy,
)
from yuzug.recommend.index import EMOTIONS, Bools, Floats, Index, index_of


@dataclass(frozen=True)
class Mood:
    """How much of each emotion an expression shows, summing to 1, and whether that is sure."""

    shares: Mapping[Emotion, float]
    sure: bool = True

    @property
    def dominant(self) -> Emotion:
        """The emotion with the largest share."""
        return max(EMOTIONS, key=lambda emotion: self.shares.get(emotion, 0.0))


@dataclass(frozen=True)
class Wish:
    """What the person says; None leaves it open. ``minutes`` is the most there is time for."""

    minutes: int | None = None
    energy: Energy | None = None
    place: Place | None = None
    company: Company | None = None
    goal: Goal | None = None


@dataclass(frozen=True)
class Choice:
    """An activity, the goal it is offered for, what it answers to, and the score's terms."""

    activity: Activity
    goal: Goal
    emotion: Emotion
    terms: Mapping[str, float]

    @property
    def score(self) -> float:
        """The sum of the terms."""
        return sum(self.terms.values())


def mood_of(weights: Mapping[str, float], policy: Policy, *, sure: bool = True) -> Mood:
    """The mood that these weights tell of, whatever they sum to.

    A name that the policy lists as another word for an emotion counts as that emotion. Any
    other name tells nothing about the mood: its weight counts as neutral, and where more than
    half of the weight is of that sort, the mood is not sure.
    """
    total = sum(weights.values())
    shares = dict.fromkeys(EMOTIONS, 0.0)
    unknown = 0.0
    for label, weight in weights.items():
        emotion = policy.emotion_of(label)
        if emotion is None:
            unknown += weight / total
        shares[emotion or Emotion.NEUTRAL] += weight / total
    return Mood(shares, sure=sure and unknown <= 0.5)


def choose(
    catalogue: Catalogue,
    mood: Mood,
    wish: Wish,
    *,
    count: int,
    seed: int,
    recent: Sequence[str] = (),
) -> list[Choice]:
    """At most ``count`` activities, the first one first; fewer where no more may come.

    ``recent`` are ids already suggested, oldest first: none of them comes again, and the kinds
    of the last ones are followed by other kinds. One seed always gives one answer.
    """
    index, policy = index_of(catalogue), catalogue.policy
    shares = effective_shares(mood, policy)
    fits = fit_of(index, shares)
    allowed = _allowed_goals(index, fits, mood, wish, policy)
    goal_of_row, terms = _terms(index, fits, allowed, mood, wish, policy, seed)
    open_rows = allowed.any(axis=1) & ~_seen(index, recent)
    scores = sum(terms.values(), np.zeros(len(catalogue.activities)))
    kinds_before = [int(index.kind[index.rows[i]]) for i in recent if i in index.rows]
    rows = _diverse(index, scores, open_rows, kinds_before, policy, count)
    return [
        Choice(
            activity=catalogue.activities[row],
            goal=GOALS[goal_of_row[row]],
            emotion=_answered(index, shares, row, goal_of_row[row]),
            terms={name: float(term[row]) for name, term in terms.items()},
        )
        for row in rows
    ]


def effective_shares(mood: Mood, policy: Policy) -> Floats:
    """The shares that count, shape (E,): a mood that is not sure leans towards neutral."""
    shares = np.array([mood.shares.get(emotion, 0.0) for emotion in EMOTIONS])
    if mood.sure:
        return shares
    neutral = np.array([float(emotion is Emotion.NEUTRAL) for emotion in EMOTIONS])
    lean = policy.unsure.neutral_share
    leaning: Floats = lean * neutral + (1 - lean) * shares
    return leaning


def fit_of(index: Index, shares: Floats) -> Floats:
    """How well each activity serves each goal for these shares, shape (N, G): Σ share · weight."""
    fits: Floats = np.einsum("e,neg->ng", shares, index.weights)
    return fits


def permitted(index: Index, wish: Wish) -> Bools:
    """The activities that what the person said leaves, shape (N,), the goal apart."""
    rows = np.ones(len(index.minutes), dtype=np.bool_)
    if wish.minutes is not None:
        rows &= index.minutes <= wish.minutes
    if wish.energy is not None:
        rows &= index.energy == wish.energy
    if wish.place is not None:
        rows &= (index.place == wish.place) | (index.place == "any")
    if wish.company is not None:
        rows &= (index.company == wish.company) | (index.company == "any")
    return rows


def _allowed_goals(index: Index, fits: Floats, mood: Mood, wish: Wish, policy: Policy) -> Bools:
    allowed = (fits > 0) & (fits >= policy.fit_at_least) & permitted(index, wish)[:, None]
    if wish.goal is not None:
        allowed &= np.array([goal == wish.goal for goal in GOALS])
    if not mood.sure:
        # Gentle, and right for most: nothing that suits only the emotion that is not sure.
        allowed &= index.weights[:, EMOTIONS.index(Emotion.NEUTRAL), :] > 0
        if wish.energy is None:
            allowed &= np.isin(index.energy, policy.unsure.energies)[:, None]
    return allowed


def _terms(
    index: Index,
    fits: Floats,
    allowed: Bools,
    mood: Mood,
    wish: Wish,
    policy: Policy,
    seed: int,
) -> tuple[list[int], dict[str, Floats]]:
    scores = policy.scores
    wanted = effective_shares(mood, policy) @ index.wanted
    if wish.goal is not None:
        wanted = np.array([float(goal == wish.goal) for goal in GOALS])
    by_goal = np.where(allowed, scores.mood * fits + scores.goal * wanted, -np.inf)
    best = by_goal.argmax(axis=1)
    terms = {
        "mood": scores.mood * fits[np.arange(len(fits)), best],
        "goal": scores.goal * wanted[best],
        "chance": scores.chance * _chance(index, seed),
    }
    if wish.minutes is not None:  # of what there is time for, rather the longer
        terms["time"] = scores.time * np.minimum(index.minutes / wish.minutes, 1.0)
    return best.tolist(), terms


def _chance(index: Index, seed: int) -> Floats:
    """A number in [0, 1) for each activity that depends on the seed and its id alone.

    So another activity in the catalogue changes nobody's luck. The mixing is splitmix64's
    (Steele, Lea and Flood 2014).
    """
    mixed = index.keys + np.uint64((seed * 0x9E3779B97F4A7C15) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    chance: Floats = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 2.0**53
    return chance


def _diverse(
    index: Index,
    scores: Floats,
    open_rows: Bools,
    kinds_before: Iterable[int],
    policy: Policy,
    count: int,
) -> list[int]:
    left, kinds = open_rows.copy(), list(kinds_before)
    rows: list[int] = []
    while len(rows) < count and left.any():
        value = np.where(left, _marginal(index, scores, kinds, policy), -np.inf)
        row = int(value.argmax())
        left[row] = False
        rows.append(row)
        kinds.append(int(index.kind[row]))
    return rows


def _marginal(index: Index, scores: Floats, kinds: list[int], policy: Policy) -> Floats:
    """λ · score − (1 − λ) · likeness to the last kinds, and a kind just had comes last of all."""
    apart, relevance = policy.variety.apart, policy.variety.relevance
    last = kinds[-apart:] if apart else []
    if not last:
        return relevance * scores
    likeness = index.likeness[last].max(axis=0)
    # The step between two ages of a kind must outweigh every score: a sum of four shares.
    had = np.zeros(len(index.kinds))
    for age, kind in enumerate(last, start=1):
        had[kind] = 10.0 * age
    value: Floats = relevance * scores - ((1 - relevance) * likeness + had)[index.kind]
    return value


def _seen(index: Index, recent: Iterable[str]) -> Bools:
    seen = np.zeros(len(index.minutes), dtype=np.bool_)
    seen[[index.rows[name] for name in recent if name in index.rows]] = True
    return seen


def _answered(index: Index, shares: Floats, row: int, goal: int) -> Emotion:
    """The emotion of the mood that this activity answers to most."""
    return EMOTIONS[int((shares * index.weights[row, :, goal]).argmax())]

"""Which activities fit a mood and some filters: pure functions, no files, no clock, no torch.

mood + filters + history → what is left (strict) → scores (explainable sums) → one after
another, each unlike those before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from yuzug.emotions import Emotion
from yuzug.recommender.catalogue.models import Activity, Catalogue
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.vocabulary import GOALS, Goal
from yuzug.recommender.diversity import diverse
from yuzug.recommender.filters import Filters, permitted
from yuzug.recommender.history import (
    NO_HISTORY,
    History,
    favoured,
    freshness,
    helpfulness,
    rows_of,
    withheld,
)
from yuzug.recommender.index import EMOTIONS, Bools, Floats, Index, index_of
from yuzug.recommender.mood import Mood, effective_shares


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


def choose(
    catalogue: Catalogue,
    mood: Mood,
    filters: Filters,
    *,
    count: int,
    seed: int,
    history: History = NO_HISTORY,
    people_first: bool = False,
    not_for: Collection[Emotion] = (),
) -> list[Choice]:
    """At most ``count`` activities, the first one first; fewer where no more may come.

    What the history withholds does not come, and the kinds suggested last are followed by other
    kinds. With ``people_first`` the first one leads to a person, as the policy's ``help`` names
    them, whatever company, goal and energy the filters ask for; where the others leave any. It
    stays away only where it was turned down, and what is not for low people does not come at all.
    What is not for one of the emotions in ``not_for`` does not come either. One seed always gives
    one answer.
    """
    index, policy = index_of(catalogue), catalogue.policy
    shares = effective_shares(mood, policy)
    fits = fit_of(index, shares)
    allowed = allowed_goals(index, fits, mood, filters, policy)
    contact = np.zeros(len(catalogue.activities), dtype=np.bool_)
    ranked = allowed
    if people_first:  # whatever company, goal and energy the filters ask for
        anybody = filters.model_copy(update={"company": None, "goal": None, "energy": None})
        wider = allowed_goals(index, fits, replace(mood, named=None), anybody, policy)
        contact = _contact(catalogue, index) & wider.any(axis=1)
        only_wider = contact & ~allowed.any(axis=1)
        ranked = np.where(only_wider[:, None], wider, allowed)
    goal_of_row, terms = _terms(
        index, fits, ranked, _wanted(index, shares, mood, filters), filters, policy
    )
    terms |= _terms_of_history(index, history, policy)
    terms["chance"] = policy.scores.chance * _chance(index, seed)
    ruled_out = {*not_for, *(policy.help.emotions if people_first else ())}
    fit = ~index.excluded[:, [emotion in ruled_out for emotion in EMOTIONS]].any(axis=1)
    open_rows = allowed.any(axis=1) & ~withheld(index, history, policy.recent) & fit
    scores = sum(terms.values(), np.zeros(len(catalogue.activities)))
    before = rows_of(index, history)
    rows: list[int] = []
    if people_first:
        contact &= ~withheld(index, history, recent=0) & fit
        contact = _rested(contact, withheld(index, history, policy.recent), before)
        rows = diverse(index, scores, contact, before, policy.variety, 1)
        open_rows[rows] = False
    rows += diverse(
        index,
        scores,
        open_rows,
        [*before, *rows],
        policy.variety,
        count - len(rows),
        luck=None if rows else terms["chance"],
        short=index.minutes <= policy.minutes.short if filters.minutes is None else None,
        every=policy.minutes.of,
    )
    return [
        Choice(
            activity=catalogue.activities[row],
            goal=GOALS[goal_of_row[row]],
            emotion=_answered(index, shares, row, goal_of_row[row]),
            terms={name: float(term[row]) for name, term in terms.items()},
        )
        for row in rows
    ]


def fit_of(index: Index, shares: Floats) -> Floats:
    """Score each activity for each goal, shape (N, G): Σ share · weight over the emotions."""
    fits: Floats = np.einsum("e,neg->ng", shares, index.weights)
    return fits


def offered(catalogue: Catalogue, mood: Mood, filters: Filters) -> Bools:
    """Mark the activities that may be suggested for this mood and these filters, shape (N,)."""
    index, policy = index_of(catalogue), catalogue.policy
    fits = fit_of(index, effective_shares(mood, policy))
    rows: Bools = np.any(allowed_goals(index, fits, mood, filters, policy), axis=1)
    return rows


def allowed_goals(
    index: Index, fits: Floats, mood: Mood, filters: Filters, policy: Policy
) -> Bools:
    """Mark the goals for which each activity may be suggested, shape (N, G)."""
    allowed = (fits > 0) & (fits >= policy.fit_at_least) & permitted(index, filters)[:, None]
    if filters.goal is not None:
        allowed &= np.array([goal == filters.goal for goal in GOALS])
    elif mood.named is not None and mood.named.goals:
        allowed &= np.array([goal in mood.named.goals for goal in GOALS])
    allowed &= suited(index, mood, filters, policy)[:, None]
    allowed &= timely(index, mood, filters, policy)[:, None]
    if not mood.sure:
        # Gentle, and right for most: nothing that suits only the emotion that is not sure.
        allowed &= index.weights[:, EMOTIONS.index(Emotion.NEUTRAL), :] > 0
        if filters.energy is None:
            allowed &= np.isin(index.energy, policy.unsure.energies)[:, None]
    return allowed


def suited(index: Index, mood: Mood, filters: Filters, policy: Policy) -> Bools:
    """What this mood does not rule out, shape (N,): by ``not_for``, and by effort.

    An expression that is not sure rules out whatever is not for everybody. Who asks for an energy,
    or to be energised, may have any effort.
    """
    rows: Bools = np.logical_not(index.excluded.any(axis=1))
    if not mood.sure:
        return rows
    shares = np.array([mood.shares.get(emotion, 0.0) for emotion in EMOTIONS])
    rows = index.excluded @ shares < policy.fit_at_least
    energies = (mood.named.energies if mood.named else ()) or policy.energies.get(mood.dominant)
    if filters.energy is None and filters.goal != "energise" and energies is not None:
        rows &= np.isin(index.energy, energies)
    return rows


def timely(index: Index, mood: Mood, filters: Filters, policy: Policy) -> Bools:
    """Mark what fits the day, shape (N,): unasked nothing long, and at night nothing outdoors."""
    rows = np.ones(len(index.minutes), dtype=np.bool_)
    if filters.minutes is None:
        usual = policy.minutes
        own = mood.named.minutes if mood.named else None
        rows &= index.minutes <= (own or (usual.most if mood.sure else usual.most_unsure))
    if filters.place is None and filters.time_of_day in policy.indoors_at:
        rows &= index.place != "outdoor"
    return rows


def _contact(catalogue: Catalogue, index: Index) -> Bools:
    """The activities with which help comes first, shape (N,)."""
    rule = catalogue.policy.help
    if rule.activities:
        named = [activity.id in rule.activities for activity in catalogue.activities]
        return np.array(named, dtype=np.bool_)
    of_kind: Bools = np.isin(np.array(index.kinds), rule.kinds)[index.kind]
    return of_kind


def _rested(rows: Bools, resting: Bools, before: Sequence[int]) -> Bools:
    """Those of the rows that do not rest; else the one that was suggested longest ago."""
    if not rows.any() or (rows & ~resting).any():
        return rows & ~resting
    last = {row: place for place, row in enumerate(before)}
    oldest = min(np.flatnonzero(rows).tolist(), key=lambda row: last.get(row, -1))
    only: Bools = np.arange(len(rows)) == oldest
    return only


def _wanted(index: Index, shares: Floats, mood: Mood, filters: Filters) -> Floats:
    """How much each goal is wanted, shape (G,): as asked for, as the mood says, or as usual."""
    if filters.goal is not None:
        return np.array([float(goal == filters.goal) for goal in GOALS])
    if mood.named is not None and mood.named.goals:
        return np.array([mood.named.goals.get(goal, 0.0) for goal in GOALS])
    usual: Floats = shares @ index.wanted
    return usual


def _terms(
    index: Index,
    fits: Floats,
    allowed: Bools,
    wanted: Floats,
    filters: Filters,
    policy: Policy,
) -> tuple[list[int], dict[str, Floats]]:
    scores = policy.scores
    by_goal = np.where(allowed, scores.mood * fits + scores.goal * wanted, -np.inf)
    best = by_goal.argmax(axis=1)
    terms = {
        "mood": scores.mood * fits[np.arange(len(fits)), best],
        "goal": scores.goal * wanted[best],
    }
    terms["time"] = scores.time * _use_of_time(index, filters, policy)
    return best.tolist(), terms


def _use_of_time(index: Index, filters: Filters, policy: Policy) -> Floats:
    """Of the time that somebody has, rather the longer; else rather the shorter; shape (N,)."""
    if filters.minutes is not None:
        return np.minimum(index.minutes / filters.minutes, 1.0)
    usual = policy.minutes
    beyond = (index.minutes - usual.easy) / max(usual.most - usual.easy, 1)
    return 1.0 - np.clip(beyond, 0.0, 1.0)


def _terms_of_history(index: Index, history: History, policy: Policy) -> dict[str, Floats]:
    return {
        "fresh": policy.scores.fresh * freshness(index, history),
        "helped": policy.scores.helped * helpfulness(index, history),
        "favourite": policy.scores.favourite * favoured(index, history),
    }


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


def _answered(index: Index, shares: Floats, row: int, goal: int) -> Emotion:
    """The emotion of the mood that this activity answers to most."""
    return EMOTIONS[int((shares * index.weights[row, :, goal]).argmax())]

"""What a person says, and the activities that it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from yuzug.recommender.catalogue.vocabulary import (
    ACCESSES,
    CAUTIONS,
    NEEDS,
    TIMES,
    Access,
    Caution,
    Company,
    Cost,
    Energy,
    Goal,
    Need,
    Place,
    Time,
)
from yuzug.recommender.index import Bools, Index, bits


@dataclass(frozen=True)
class Wish:
    """What the person says; None leaves it open.

    ``minutes`` and ``cost`` are the most there is; ``equipment`` is all that is at hand;
    ``accessible`` must all hold; ``cautions`` are to be avoided.
    """

    minutes: int | None = None
    energy: Energy | None = None
    place: Place | None = None
    company: Company | None = None
    goal: Goal | None = None
    cost: Cost | None = None
    equipment: frozenset[Need] | None = None
    time: Time | None = None
    accessible: frozenset[Access] = frozenset()
    cautions: frozenset[Caution] = frozenset()


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
    if wish.cost == "free":
        rows &= index.cost == "free"
    if wish.equipment is not None:
        rows &= _none_of(index.needs, set(NEEDS) - wish.equipment, NEEDS)
    if wish.time is not None:
        rows &= (index.times == 0) | ~_none_of(index.times, {wish.time}, TIMES)
    accessible = bits(wish.accessible, ACCESSES)
    rows &= (index.accessible & accessible) == accessible
    rows &= _none_of(index.cautions, wish.cautions, CAUTIONS)
    return rows


def _none_of(column: np.ndarray, words: Iterable[str], vocabulary: Sequence[str]) -> Bools:
    free: Bools = (column & bits(words, vocabulary)) == 0
    return free

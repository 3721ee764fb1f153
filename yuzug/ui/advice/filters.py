"""What a visitor asks of the activities: how long, where, with whom, with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from yuzug.recommender.catalogue.vocabulary import (
    ACCESSES,
    CAUTIONS,
    COMPANIES,
    ENERGIES,
    GOALS,
    NEEDS,
    PLACES,
)

MINUTES = (5, 10, 15, 30, 60)
NOTHING = "nothing"  # no equipment at hand, which differs from not saying what there is
ONE_OF: dict[str, Sequence[Any]] = {
    "minutes": MINUTES,
    "energy": ENERGIES,
    "place": PLACES,
    "company": COMPANIES,
    "goal": GOALS,
    "cost": ("free",),
}
SOME_OF: dict[str, Sequence[str]] = {
    "equipment": (NOTHING, *NEEDS),
    "accessible": ACCESSES,
    "cautions": CAUTIONS,
}


@dataclass(frozen=True)
class Wishes:
    """The filters as they stand; None and empty leave it open.

    ``equipment`` is what is at hand, ``accessible`` what an activity must allow for, ``cautions``
    what it must not touch.
    """

    minutes: int | None = None
    energy: str | None = None
    place: str | None = None
    company: str | None = None
    goal: str | None = None
    cost: str | None = None
    equipment: tuple[str, ...] = ()
    accessible: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """The same as options of :func:`yuzug.recommend`."""
        at_hand = [need for need in self.equipment if need != NOTHING]
        return {**asdict(self), "equipment": at_hand if self.equipment else None}


def wishes_of(told: object) -> Wishes:
    """The wishes that a form or the browser's memory tells of, as far as the page offers them.

    >>> wishes_of({"minutes": ["10"], "place": "moon", "accessible": ["seated", "x"]})
    Wishes(minutes=10, energy=None, place=None, company=None, goal=None, cost=None, equipment=(), \
accessible=('seated',), cautions=())
    """
    known = told if isinstance(told, dict) else {}
    wishes: dict[str, Any] = {
        name: next(iter(_offered(known.get(name), choices)), None)
        for name, choices in ONE_OF.items()
    }
    for name, choices in SOME_OF.items():
        wishes[name] = tuple(_offered(known.get(name), choices))
    return Wishes(**wishes)


def _offered(value: object, choices: Sequence[Any]) -> list[Any]:
    given = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
    return [choice for choice in choices if str(choice) in given]

"""A catalogue as arrays, so that ten thousand activities are scored at once."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from yuzug.emotions import Emotion
from yuzug.recommender.catalogue.models import Activity, Catalogue
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.vocabulary import GOALS
from yuzug.recommender.filters import all_filters

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)
_KINSHIP = 0.4  # how alike two kinds of one family are, where the same kind is 1


@dataclass(frozen=True, eq=False)
class Index:
    """N activities, E emotions, G goals, K kinds; rows in the catalogue's order."""

    weights: Floats  # (N, E, G), 0 where an activity does not fit
    excluded: Bools  # (N, E), where an activity says that it is not for an emotion
    wanted: Floats  # (E, G), how much each goal is wanted when nobody asks for one
    minutes: Floats  # (N,)
    energy: NDArray[np.str_]  # (N,)
    place: NDArray[np.str_]  # (N,)
    columns: dict[str, np.ndarray]  # what each filter compares, (N,), by its name
    kind: NDArray[np.intp]  # (N,), positions in kinds
    kinds: tuple[str, ...]
    likeness: Floats  # (K, K), 1 on the diagonal
    keys: NDArray[np.uint64]  # (N,), a number made from the id
    rows: dict[str, int]  # id → row


@lru_cache(maxsize=8)
def index_of(catalogue: Catalogue) -> Index:
    """Build the arrays of this catalogue; cached."""
    activities, kinds = catalogue.activities, tuple(catalogue.kinds)
    position = {kind: number for number, kind in enumerate(kinds)}
    families = np.array([kind.family for kind in catalogue.kinds.values()])
    likeness = np.where(families[:, None] == families[None, :], _KINSHIP, 0.0)
    np.fill_diagonal(likeness, 1.0)
    goals = catalogue.policy.goals
    return Index(
        weights=_weights(activities, catalogue.policy),
        excluded=np.array(
            [[e in a.not_for for e in EMOTIONS] for a in activities], dtype=np.bool_
        ).reshape(len(activities), len(EMOTIONS)),  # also where there is none
        wanted=np.array([[goals.get(e, {}).get(g, 0.0) for g in GOALS] for e in EMOTIONS]),
        minutes=np.array([a.minutes for a in activities], dtype=np.float64),
        energy=np.array([a.energy for a in activities], dtype=np.str_),
        place=np.array([a.place for a in activities], dtype=np.str_),
        columns={
            name: one.column(activities) for name, one in all_filters().items() if one.activity
        },
        kind=np.array([position[a.kind] for a in activities], dtype=np.intp),
        kinds=kinds,
        likeness=likeness,
        keys=np.array([zlib.crc32(a.id.encode()) for a in activities], dtype=np.uint64),
        rows={a.id: row for row, a in enumerate(activities)},
    )


def _weights(activities: tuple[Activity, ...], policy: Policy) -> Floats:
    weights = np.zeros((len(activities), len(EMOTIONS), len(GOALS)))
    column = {emotion: number for number, emotion in enumerate(EMOTIONS)}
    for row, activity in enumerate(activities):
        for emotion, by_goal in activity.emotions.items():
            for goal, weight in by_goal.items():
                if not policy.withholds(activity.energy, emotion, goal):
                    weights[row, column[emotion], GOALS.index(goal)] = weight
    return weights

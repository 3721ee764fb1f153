"""Whole sessions: nothing repeats, nothing excluded comes, kinds keep changing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from yuzug.emotions import Emotion
from yuzug.recommender import bundled, recommend
from yuzug.recommender.catalogue import vocabulary as words
from yuzug.recommender.catalogue.models import Activity

ACTIVITIES = {activity.id: activity for activity in bundled().activities}
REQUESTS = 20
APART = 3  # so many kinds before one comes again: at least 4 kinds in any 6


@dataclass
class Session:
    """What one made-up person says and gets."""

    seed: int
    shown: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    helped: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        names = self.chance.sample([emotion.value for emotion in Emotion], 3)
        self.mood = {name: self.chance.random() + 0.01 for name in names}
        self.sure = self.chance.random() < 0.8
        self.wish = self.wished()

    def wished(self) -> dict[str, Any]:
        """None to three things that a person may say."""
        one, some = self.chance.choice, self.chance.sample
        everything: dict[str, Any] = {
            "minutes": one([5, 10, 30, 60]),
            "energy": one(words.ENERGIES),
            "place": one(words.PLACES),
            "company": one(words.COMPANIES),
            "goal": one(words.GOALS),
            "cost": one(words.COSTS),
            "equipment": some(words.NEEDS, self.chance.randint(0, 5)),
            "time": one(words.TIMES),
            "accessible": some(words.ACCESSES, self.chance.randint(1, 2)),
            "cautions": some(words.CAUTIONS, self.chance.randint(1, 4)),
        }
        return {
            name: everything[name] for name in some(sorted(everything), one([0, 0, 1, 1, 2, 3]))
        }

    def ask(self, count: int = 1) -> list[str]:
        found = recommend(
            self.mood,
            count=count,
            seed=self.seed,
            sure=self.sure,
            recent=self.shown,
            rejected=self.rejected,
            helped=self.helped,
            **self.wish,
        )
        return [suggestion.id for suggestion in found]

    def run(self) -> None:
        for _ in range(REQUESTS):
            for name in self.ask():
                self.check(ACTIVITIES[name])
                self.shown.append(name)
                if self.chance.random() < 0.15:
                    self.rejected.append(name)
                elif self.chance.random() < 0.3:
                    self.helped.append(name)

    def check(self, activity: Activity) -> None:
        assert activity.id not in self.shown[-20:]
        assert activity.id not in self.rejected
        assert suits(activity, self.wish), (self.wish, activity)
        last = {ACTIVITIES[name].kind for name in self.shown[-APART:]}
        if activity.kind in last:  # only where the filters leave no other kind
            left = {ACTIVITIES[name].kind for name in self.ask(count=len(ACTIVITIES))}
            assert left <= last, (self.wish, activity.kind, last, left)

    def fewest_kinds(self) -> int:
        """In any six consecutive suggestions."""
        kinds = [ACTIVITIES[name].kind for name in self.shown]
        return min((len(set(kinds[at : at + 6])) for at in range(len(kinds) - 5)), default=6)


def suits(activity: Activity, wish: dict[str, Any]) -> bool:
    """The filters, said once more in the plainest words."""
    return (
        activity.minutes <= wish.get("minutes", 999)
        and wish.get("energy") in (None, activity.energy)
        and (activity.place == "any" or wish.get("place") in (None, activity.place))
        and (activity.company == "any" or wish.get("company") in (None, activity.company))
        and any(wish.get("goal") in (None, *goals) for goals in activity.emotions.values())
        and (wish.get("cost") != "free" or activity.cost == "free")
        and set(activity.needs) <= set(wish.get("equipment", words.NEEDS))
        and (not activity.times or wish.get("time") in (None, *activity.times))
        and set(wish.get("accessible", ())) <= set(activity.accessible)
        and not set(wish.get("cautions", ())) & set(activity.cautions)
    )


def test_500_sessions_of_20_requests() -> None:
    free, full = 0, 0
    for seed in range(500):
        session = Session(seed)
        session.run()
        full += len(session.shown) == REQUESTS
        if not session.wish:
            free += 1
            assert len(session.shown) == REQUESTS
            assert session.fewest_kinds() >= 4
    assert free > 100
    assert full > 300


@pytest.mark.parametrize("emotion", [emotion.value for emotion in Emotion])
def test_no_kind_is_had_more_often_than_its_cap(emotion: str) -> None:
    variety = bundled().policy.variety
    shown: list[str] = []
    for _ in range(variety.window):
        [suggestion] = recommend(emotion, count=1, recent=shown)
        shown.append(suggestion.id)
    kinds = [ACTIVITIES[name].kind for name in shown]
    for kind in set(kinds):
        assert kinds.count(kind) <= variety.caps.get(kind, variety.most)

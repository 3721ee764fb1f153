"""What is offered when nobody asks for anything: short, fit for the hour, and not always the same.

``REQUESTS`` seeded requests for each expression and each mood; ``YUZUG_REQUESTS=10000`` asks more.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from statistics import median

import pytest

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender import Filters, Suggestion, bundled, recommend
from yuzug.recommender.catalogue.vocabulary import ENERGIES, TIMES
from yuzug.recommender.filters import time_of_day
from yuzug.texts import text

REQUESTS = int(os.environ.get("YUZUG_REQUESTS", "150"))
EMOTIONS = [emotion.value for emotion in Emotion]
FINER = [key for key in bundled().policy.moods if key not in EMOTIONS]


def requests(
    emotion: str, filters: Filters | None = None, sure: bool = True
) -> Iterator[list[Suggestion]]:
    """Answers for an expression, or for a mood that a person names."""
    for seed in range(REQUESTS):
        yield recommend(emotion, filters, seed=seed, sure=sure)


@pytest.mark.parametrize("emotion", [*EMOTIONS, *FINER])
def test_without_a_filter_activities_are_short_varied_and_fit(emotion: str) -> None:
    policy, minutes, first = bundled().policy, [], Counter[str]()
    mood = policy.mood(emotion)
    main = max(mood.emotions, key=mood.emotions.__getitem__)
    efforts = set(mood.energies or policy.energies.get(main, ENERGIES))
    shares = {e: share for e, share in mood.emotions.items() if share >= policy.fit_at_least}
    flagged = {a.id for a in bundled().activities if set(shares) & set(a.not_for)}
    for found in requests(emotion):
        took = [one.minutes for one in found]
        assert len(found) == 3
        assert min(took) <= 5
        assert max(took) <= (mood.minutes or 30)
        assert not flagged & {one.id for one in found}
        assert {one.energy for one in found} <= efforts
        minutes += took
        first[found[0].id] += 1
    assert median(minutes) <= 15
    assert first.most_common(1)[0][1] <= 0.2 * REQUESTS, first.most_common(3)
    assert len(first) >= 8


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_an_expression_that_is_not_sure_gets_nothing_long(emotion: str) -> None:
    for found in requests(emotion, sure=False):
        assert len(found) == 3
        assert min(one.minutes for one in found) <= 5
        assert max(one.minutes for one in found) <= 15


@pytest.mark.parametrize("emotion", [*EMOTIONS, *FINER])
def test_at_night_nothing_outdoors_comes_unless_it_is_asked_for(emotion: str) -> None:
    for found in requests(emotion, Filters(time_of_day="night")):
        assert len(found) == 3
        for one in found:
            assert one.place != "outdoor"
            assert "night" in one.times or not one.times
    outside = recommend(emotion, place="outdoor", time_of_day="night", count=3)
    assert {one.place for one in outside} == {"outdoor"}


@pytest.mark.parametrize("emotion", [*EMOTIONS, *FINER])
def test_twenty_requests_in_a_row_mix_kinds_and_stay_short(emotion: str) -> None:
    for seed in range(max(5, REQUESTS // 100)):
        shown: list[Suggestion] = []
        for _ in range(20):
            ids = [one.id for one in shown]
            shown += recommend(emotion, count=1, seed=seed, recent=ids)
        assert len({one.id for one in shown}) == 20
        for start in range(15):
            assert len({one.kind for one in shown[start : start + 6]}) >= 4
        for start in range(18):
            assert min(one.minutes for one in shown[start : start + 3]) <= 5


@pytest.mark.parametrize("emotion", EMOTIONS)
@pytest.mark.parametrize("goal", ["connect", "energise", "focus", "wind_down"])
def test_the_new_goals_have_choice_and_keep_the_bars(emotion: str, goal: str) -> None:
    for seed in range(20):
        found = recommend(emotion, goal=goal, seed=seed)
        assert [one.goal for one in found] == [goal] * 3
        assert max(one.minutes for one in found) <= 30
        assert min(one.minutes for one in found) <= 5


def test_one_card_that_takes_the_place_of_another_keeps_a_short_one_among_three() -> None:
    for seed in range(50):
        cards = recommend("sad", seed=seed)
        long = [one.id for one in cards if one.minutes > 5]
        [other] = recommend("sad", seed=seed, count=1, recent=[*[one.id for one in cards], *long])
        assert len(long) < 2 or other.minutes <= 5


def test_time_of_day_goes_by_its_other_name_too() -> None:
    short = recommend("sad", time="evening", count=9)
    assert [one.id for one in short] == [
        one.id for one in recommend("sad", Filters(time_of_day="evening"), count=9)
    ]
    assert [time_of_day(hour) for hour in range(24)] == [
        *["night"] * 5, *["morning"] * 7, *["afternoon"] * 5, *["evening"] * 5, *["night"] * 2
    ]  # fmt: skip
    assert {time_of_day(hour) for hour in range(24)} == set(TIMES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_to_stay_with_a_mood_means_something_for_each(lang: Language) -> None:
    said = {}
    for emotion in EMOTIONS:
        [one] = recommend(emotion, goal="match", lang=lang, count=1)
        said[emotion] = text(f"why.goal_match_{emotion}", lang)
        assert said[emotion] in one.why[0]
        assert said[emotion] in one.aim
        assert Emotion(emotion).looks(lang) not in one.aim
    assert len(set(said.values())) == len(EMOTIONS)


def test_a_person_who_has_more_time_may_use_it() -> None:
    assert max(one.minutes for one in recommend("happy", minutes=120, count=20)) > 30
    short = [one.minutes for seed in range(40) for one in recommend("happy", seed=seed)]
    long = [one.minutes for seed in range(40) for one in recommend("happy", minutes=60, seed=seed)]
    assert median(long) > median(short)

"""Looking through all activities: words in any spelling, filters, and what is not for a mood."""

from __future__ import annotations

import pytest

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender import Filters, bundled, search
from yuzug.recommender.filters import single_filters

ALL = bundled().activities


def ids(query: str, lang: Language, filters: Filters | None = None) -> list[str]:
    return [one.id for one in search(bundled(), query, filters, lang=lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_words_everything_comes_the_short_ones_first(lang: Language) -> None:
    found = search(bundled(), "  ", lang=lang)
    assert {one.id for one in found} == {one.id for one in ALL}
    assert [one.minutes for one in found] == sorted(one.minutes for one in ALL)


@pytest.mark.parametrize("query", ["yürüyüş", "yuruyus", "YÜRÜYÜŞ", "YURUYUS", " Yürüyüş! "])
def test_turkish_is_found_in_any_spelling(query: str) -> None:
    found = [bundled().by_id[name] for name in ids(query, "tr")]
    assert found
    for one in found:
        words = " ".join(part.tr for part in (one.title, *one.steps)).replace("Y", "y")
        assert "yürüyüş" in words
    assert ids(query, "tr") == ids("yürüyüş", "tr")


@pytest.mark.parametrize(("query", "other"), [("ışık", "isik"), ("IŞIK", "ışık"), ("İYİ", "iyi")])
def test_the_two_is_of_turkish_are_one(query: str, other: str) -> None:
    assert ids(query, "tr") == ids(other, "tr") != []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_activity_is_found_by_its_title_and_by_its_kind(lang: Language) -> None:
    for one in ALL:
        assert one.id in ids(one.title.of(lang), lang)
        assert one.id in ids(bundled().kinds[one.kind].name.of(lang), lang)


def test_all_words_must_be_there_and_titles_come_first() -> None:
    both = set(ids("breath", "en")) & set(ids("hand", "en"))
    assert set(ids("breath hand", "en")) == both != set()
    titled = ["breath" in bundled().by_id[name].title.en.lower() for name in ids("breath", "en")]
    assert titled == sorted(titled, reverse=True)
    assert True in titled
    assert ids("zzz", "en") == []


def test_the_filters_hold_here_too() -> None:
    for _, filters in single_filters():
        found = search(bundled(), "", filters)
        if filters.minutes is not None:
            assert max(one.minutes for one in found) <= filters.minutes
        if filters.goal is not None:
            assert all(
                any(filters.goal in goals for goals in one.emotions.values()) for one in found
            )
        if filters.cautions:
            assert not any(filters.cautions & set(one.cautions) for one in found)
        assert 0 < len(found) <= len(ALL)


def test_what_is_not_for_a_mood_is_left_out() -> None:
    low = (Emotion.SAD, Emotion.FEAR)
    flagged = {one.id for one in ALL if set(low) & set(one.not_for)}
    found = {one.id for one in search(bundled(), not_for=low)}
    assert flagged
    assert found == {one.id for one in ALL} - flagged

"""What happened before, and what repeated strongly negative readings lead to."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

import pytest

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.errors import YuzugError
from yuzug.recommender import (
    Suggestion,
    advise,
    bundled,
    help_offer,
    needs_help,
    question,
    recommend,
)
from yuzug.recommender.catalogue.policy import HelpSource
from yuzug.recommender.mood import Mood
from yuzug.texts import text


def ids(suggestions: Sequence[Suggestion]) -> list[str]:
    return [suggestion.id for suggestion in suggestions]


def rank(name: str, **history: Any) -> int:
    return ids(recommend("sad", goal="lift", count=1000, **history)).index(name)


# Memory


def test_what_was_turned_down_stays_away_for_good() -> None:
    first = ids(recommend("sad", count=30))
    later = ids(recommend("sad", count=1000, rejected=first, recent=["x"] * 50))
    assert later
    assert not set(first) & set(later)


def test_what_was_suggested_long_ago_rests_and_what_helped_comes_back_sooner() -> None:
    name = ids(recommend("sad", goal="lift", count=1))[0]
    others = [a.id for a in bundled().activities if a.id != name][:20]
    again = rank(name, recent=[name, *others])
    helped = rank(name, recent=[name, *others], helped=[name])
    assert helped < again
    assert rank(name, recent=[name, *others], did=[name]) <= again


def test_what_helped_does_not_come_again_within_the_last_20() -> None:
    name = ids(recommend("sad", count=1))[0]
    others = [a.id for a in bundled().activities if a.id != name]
    assert name not in ids(recommend("sad", count=1000, helped=[name], recent=[name, *others[:19]]))
    assert name in ids(recommend("sad", count=1000, helped=[name], recent=[name, *others[:20]]))


def test_more_comes_of_the_kind_that_helped() -> None:
    exercise = [a.id for a in bundled().activities if a.kind == "exercise"]

    def exercises(**history: Any) -> int:
        found = (recommend("sad", count=2, seed=seed, **history) for seed in range(40))
        return sum(s.kind == "exercise" for pair in found for s in pair)

    assert exercises(helped=exercise[:3]) > exercises() + 5


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reasons_say_what_helped(lang: Language) -> None:
    [first] = recommend("sad", count=1, lang=lang)
    [again] = recommend("sad", count=1, lang=lang, helped=[first.id])
    assert again.id == first.id
    assert again.why == (*first.why, text("why.helped", lang))
    assert again.terms["helped"] > first.terms["helped"] == 0


@pytest.mark.parametrize("name", ["recent", "rejected", "helped", "did"])
@pytest.mark.parametrize("value", ["tea", [3], [None], 3, None])
def test_a_history_that_is_none_is_refused(name: str, value: Any) -> None:
    with pytest.raises(YuzugError, match=f"{name} must be a list of ids"):
        recommend("sad", **{name: value})


# Help


SOURCES: tuple[HelpSource, ...] = get_args(HelpSource)
SAD = {"sad": 0.9, "neutral": 0.1}
MIXED = {"sad": 0.4, "fear": 0.35, "neutral": 0.25}


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([], False),
        (["sad", "sad"], False),
        (["sad", "fear", "sad"], True),
        (["happy", SAD, MIXED, "fear"], True),
        (["sad", "fear", "angry"], True),
        (["sad", "angry", "angry"], False),  # a resting face is often read as angry
        (["angry", "angry", "disgust", "angry"], False),
        (["angry", "angry", "sad", "disgust", "angry"], True),
        ([SAD, SAD, {"sad": 0.5, "neutral": 0.5}], False),
        ([SAD, "neutral", SAD, SAD], False),
        (["contempt", "contempt", "contempt"], False),
        ([SAD, SAD, Mood({Emotion.SAD: 0.95}, sure=False)], False),
        ([SAD, SAD, Mood({Emotion.SAD: 0.95})], True),
        (["üzgün", "SADNESS", "korku"], True),
    ],
)
def test_three_low_readings_or_five_angry_ones_need_help(
    readings: list[Any], expected: bool
) -> None:
    assert needs_help(readings) is expected


def test_a_reading_that_is_none_is_refused() -> None:
    for wrong in ("melancholy", {}, {"sad": -1.0}):
        with pytest.raises(YuzugError):
            needs_help(["sad", "sad", wrong])


def test_a_policy_of_ones_own_decides() -> None:
    ours = bundled().policy
    sooner = ours.model_copy(update={"help": ours.help.model_copy(update={"readings": 1})})
    assert needs_help(["sad"], sooner)
    assert not needs_help(["sad"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_come_before_numbers_and_numbers_before_ideas(lang: Language) -> None:
    offer = help_offer(lang)
    assert len(offer.sentences) >= 3
    assert json.loads(json.dumps(offer.to_json()))["contacts"][0]["number"] == "112"
    for seed in range(10):
        [first, *others] = recommend("sad", lang=lang, seed=seed, people_first=True)
        assert first.kind == "social"
        assert first.id not in ids(others)
        assert first.id in bundled().policy.help.activities
    for mood in ("sad", "angry"):  # contact, whatever company the filters ask for; never a letter
        [first, second] = recommend(mood, people_first=True, count=2, company="alone", goal="calm")
        assert first.id in bundled().policy.help.activities
        assert second.company in ("alone", "any")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_help_says_depends_on_where_the_readings_came_from(lang: Language) -> None:
    said = {source: help_offer(lang, source=source).sentences for source in SOURCES}
    emergency = {"en": "harming yourself", "tr": "kendinize zarar"}[lang]
    for sentences in said.values():
        assert emergency in sentences[0]
        assert "112" in sentences[0]
    assert len(set(said.values())) == len(SOURCES)
    face = {"en": "expression", "tr": "yüz"}[lang]
    assert face in " ".join(said["expressions"])
    assert face not in " ".join([*said["named"], *said["journal"]])


def test_182_is_for_appointments_and_is_never_offered() -> None:
    assert "182" not in json.dumps([help_offer(lang).to_json() for lang in LANGUAGES])


def test_people_first_needs_no_kind_to_be_there() -> None:
    assert recommend("sad", people_first=True, minutes=2, company="alone", place="outdoor")


def test_what_is_not_for_low_people_does_not_come_with_help() -> None:
    low = set(bundled().policy.help.emotions)

    def not_for_low(before: Sequence[str]) -> set[str]:
        found = advise("angry", before=before, count=1000).suggestions
        return {one.id for one in found if low & set(bundled().by_id[one.id].not_for)}

    assert not_for_low([])
    assert not_for_low(["sad", "sad"]) == set()


def test_contact_comes_first_in_every_round_and_is_another_one_each_time() -> None:
    contacts, seen = bundled().policy.help.activities, list[str]()
    for _ in range(3 * len(contacts)):
        seen += ids(recommend("sad", people_first=True, recent=seen))
    firsts = seen[::3]
    assert set(firsts) == set(contacts)
    assert all(len(set(firsts[n : n + len(contacts)])) == len(contacts) for n in range(8))
    [first] = recommend("sad", people_first=True, count=1, recent=seen, rejected=contacts[:3])
    assert first.id == contacts[3]
    assert not set(ids(recommend("sad", people_first=True, rejected=contacts))) & set(contacts)


@pytest.mark.parametrize("energy", ["medium", "high"])
def test_no_energy_that_is_asked_for_takes_contact_away(energy: str) -> None:
    first, *others = recommend("sad", people_first=True, energy=energy)
    assert first.id in bundled().policy.help.activities
    assert {one.energy for one in others} == {energy}


def test_every_contact_says_where_and_when_it_was_checked() -> None:
    contacts = bundled().policy.help.contacts
    assert {contact.region for contact in contacts} == {"turkey", "international"}
    for contact in contacts:
        assert contact.source.startswith("https://")
        assert date(2026, 1, 1) <= contact.verified_on <= date.today()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_asserted_about_the_person(lang: Language) -> None:
    said = " ".join([*help_offer(lang).sentences, question(lang)]).lower()
    words = {"en": r"you are (sad|depress)|diagnos|disorder|depress", "tr": r"depres|teşhis|hasta"}
    assert not re.search(words[lang], said)
    assert text("why.unsure", lang).lower() not in said

"""Moods that people name: mapped in policy.yaml, understood everywhere, checked by the lint."""

from __future__ import annotations

from pathlib import Path

import pytest

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.errors import OptionError
from yuzug.recommender import advise, bundled, check, load_own, needs_help, recommend
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.vocabulary import ENERGIES, GOALS
from yuzug.recommender.mood import named_mood
from yuzug.texts import text
from yuzug.texts.case_and_alphabet import lower

POLICY = bundled().policy
FINER = [key for key in POLICY.moods if key not in {emotion.value for emotion in Emotion}]
FINE = {
    "stressed", "lonely", "tired", "bored", "restless", "overwhelmed", "grateful", "calm"
}  # fmt: skip


def test_there_are_the_moods_that_people_name() -> None:
    assert set(FINER) >= FINE
    assert 10 <= len(POLICY.moods) <= 16


@pytest.mark.parametrize("key", POLICY.moods)
def test_a_mood_goes_by_its_key_and_its_name_in_either_language(key: str) -> None:
    mood = POLICY.moods[key]
    for name in (key, mood.name.en, mood.name.tr, f" {mood.name.tr.upper()} "):
        assert named_mood(name, POLICY).named == mood, name


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", POLICY.moods)
def test_a_mood_gets_what_its_entry_says(key: str, lang: Language) -> None:
    mood = POLICY.moods[key]
    name = lower(mood.name.of(lang), lang)
    for seed in range(20):
        found = recommend(mood=key, lang=lang, seed=seed)
        assert len(found) == 3
        assert {one.goal for one in found} <= set(mood.goals or GOALS)
        assert {one.energy for one in found} <= set(mood.energies or ENERGIES)
        assert max(one.minutes for one in found) <= (mood.minutes or 30)
        assert not {e for one in found for e in one.activity.not_for} & set(mood.emotions)
        for one in found:
            assert name in one.why[0]
            assert text("why.mood", lang, looks="", goal="")[:12] not in one.why[0]


def test_who_is_lonely_is_led_to_people_and_who_is_overwhelmed_is_not_busied() -> None:
    goals = [one.goal for seed in range(40) for one in recommend(mood="lonely", seed=seed)]
    assert goals.count("connect") > len(goals) / 2
    assert all(one.energy == "low" for one in recommend(mood="overwhelmed", count=9))
    asked = recommend(mood="overwhelmed", energy="high", minutes=30, goal="energise")
    assert {one.energy for one in asked} == {"high"}, "who asks for it gets it"


@pytest.mark.parametrize(
    ("moods", "first"),
    [
        (["lonely", "overwhelmed", "lonely"], True),
        (["sad", "lonely", "angry"], True),
        (["stressed"] * 3, False),
        (["stressed"] * 5, True),
        (["tired", "bored", "restless"] * 3, False),
        (["lonely", "overwhelmed", "calm"], False),
    ],
)
def test_low_moods_in_a_row_put_people_first(moods: list[str], first: bool) -> None:
    assert needs_help(moods) is first
    *before, last = moods
    advice = advise(mood=last, before=before)
    assert (advice.help is not None) is first
    if advice.help is not None:
        assert POLICY.help.sentences.named[0].en in advice.help.sentences
        assert advice.suggestions[0].id in POLICY.help.activities


def test_a_name_that_is_an_emotion_is_an_expression_unless_it_is_called_a_mood() -> None:
    [read], [named] = recommend("sad", count=1), recommend(mood="sad", count=1)
    assert "expression" in read.why[0]
    assert "expression" not in named.why[0]
    assert read.id == named.id
    assert recommend("lonely", count=1)[0].why == recommend(mood="lonely", count=1)[0].why
    assert recommend(mood="disgust", count=1), "also where it is not offered"


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ({"emotion": "hangry"}, "emotion.unknown", "lonely"),
        ({"mood": "hangry"}, "emotion.unknown", "overwhelmed"),
        ({"emotion": "sad", "mood": "lonely"}, "option.invalid", "both"),
        ({}, "option.invalid", "neither"),
    ],
)
def test_what_is_no_mood_is_refused(asked: dict[str, str], kind: str, said: str) -> None:
    with pytest.raises(OptionError, match=said) as caught:
        recommend(**asked)  # type: ignore[arg-type]
    assert caught.value.kind == kind


HOMESICK = """\
moods:
  homesick:
    name: {en: Homesick, tr: Sıla özlemi}
    emotions: {sad: 0.9}
    goals: {connect: 1.0}
  lonely:
    goals: {lift: 1.0, connect: 0.2}
"""


def test_a_folder_of_ones_own_adds_moods_and_changes_ours(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(HOMESICK, encoding="utf-8")
    catalogue = load_own(tmp_path).catalogue
    assert [*catalogue.policy.moods][-1] == "homesick"
    found = recommend(mood="SILA ÖZLEMİ", catalogue=catalogue, lang="tr")
    assert {one.goal for one in found} == {"connect"}
    assert catalogue.policy.moods["lonely"].goals["match"] == POLICY.moods["lonely"].goals["match"]
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tr: Sıla özlemi", "tr: Üzgün", "policy.yaml:3: moods.homesick.name.tr: is the name of"),
        ("{connect: 1.0}", "{conect: 1.0}", "policy.yaml:5: moods.homesick.goals.conect"),
        ("{sad: 0.9}", "{}", "policy.yaml:4: moods.homesick.emotions: must not be empty"),
        ("{sad: 0.9}", "{sad: 0.01}", ""),
        ("    goals: {connect: 1.0}", "    goals: {focus: 1.0}\n    minutes: 2", "homesick, all: "),
        (", tr: Sıla özlemi", "", "policy.yaml:3: moods.homesick.name.tr: this key is missing"),
    ],
)
def test_the_lint_names_what_is_wrong_with_a_mood(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / "policy.yaml").write_text(HOMESICK.replace(old, new), encoding="utf-8")
    found = [str(finding) for finding in check(tmp_path)]
    assert any(said in one for one in found) if said else found == []


def test_a_policy_without_moods_offers_the_emotions() -> None:
    bare = Policy.model_validate({**POLICY.model_dump(), "moods": {}})
    assert [*bare.offered_moods] == [emotion.value for emotion in Emotion]


def test_favourites_come_a_little_sooner_and_say_so() -> None:
    shown = [recommend("sad", seed=seed) for seed in range(40)]
    name = "hands-round-a-warm-cup"
    marked = [recommend("sad", seed=seed, favourites=[name]) for seed in range(40)]
    times = [sum(name in {one.id for one in found} for found in all_) for all_ in (shown, marked)]
    assert times[0] < times[1] < 20
    for lang in LANGUAGES:
        said = [
            one.in_language(lang).why[-1] for found in marked for one in found if one.id == name
        ]
        assert set(said) == {text("why.favourite", lang)}
    one = next(one for found in marked for one in found if one.id == name)
    assert one.to_json()["terms"]["favourite"] == POLICY.scores.favourite

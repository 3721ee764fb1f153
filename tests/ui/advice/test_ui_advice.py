"""The advice area: what it follows, what a person may do in it, and what it never shows."""

from __future__ import annotations

import base64
import html
import inspect
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from yuzug.cli import parser
from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender import Filters, bundled, help_offer, question
from yuzug.recommender.catalogue.policy import HelpSource
from yuzug.recommender.catalogue.vocabulary import Words
from yuzug.recommender.filters import all_filters, single_filters
from yuzug.texts import text
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice import filters
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.filters import NOTHING, filters_of, form_of, offered
from yuzug.ui.advice.state import CARDS, AdviceState, Mood, named_mood
from yuzug.ui.api.endpoints import Endpoints
from yuzug.ui.components.data_urls import data_url
from yuzug.ui.components.readings import FaceReading
from yuzug.ui.journal.entries import SAME_MOMENT, Journal, MoodEntry, now
from yuzug.ui.live.advice_pacing import ADVICE_EVERY_S, Following
from yuzug.ui.live.minute_mean import MINUTE_S
from yuzug.ui.photo import exporting
from yuzug.ui.session import Settings
from yuzug.ui.visit_history import VisitHistory

SAD = Mood("sad", {"sad": 0.9, "neutral": 0.1})


def state(mood: Mood = SAD, seed: int = 1) -> AdviceState:
    made = AdviceState(VisitHistory(seed))
    acts.advise_on(made, mood)
    return made


def ids(shown: AdviceState) -> list[str]:
    return [card.id for card in shown.cards]


def face(emotion: str, track: int = 1) -> FaceReading:
    return FaceReading(emotion, 0.9, {emotion: 0.9, "neutral": 0.1}, (), ("mouth",), False, track)


def test_a_visit_remembers_as_many_suggestions_as_the_policy_wants() -> None:
    memory, recent = VisitHistory(), bundled().policy.recent
    memory.suggested([f"activity-{number}" for number in range(recent + 5)])
    assert memory.recent == tuple(f"activity-{number}" for number in range(5, recent + 5))


def test_a_filter_acts_on_every_activity_at_once_and_can_be_taken_back() -> None:
    shown = state()
    first = ids(shown)
    acts.act({"act": "filter", "filters": {"minutes": ["5"], "place": ["indoor"]}}, shown, "en")
    assert [card.suggestion.minutes <= 5 for card in shown.cards] == [True] * CARDS
    acts.act({"act": "filter", "filters": {}}, shown, "en")
    assert ids(shown) == first, "what nobody had a chance to do does not count as suggested"


@pytest.mark.parametrize(("name", "choices"), offered().items())
def test_every_filter_that_the_page_offers_is_understood(name: str, choices: list[object]) -> None:
    for choice in choices:
        chosen = filters_of({name: [str(choice)]})
        assert form_of(chosen) == {name: [str(choice)]}
        made = AdviceState(VisitHistory(filters=chosen))
        made.follow(named_mood("neutral", "chosen"))
        for lang in LANGUAGES:
            bar = filters.bar(chosen, lang)
            assert bar.count(" selected") + bar.count(" checked") == 1


def test_a_filter_is_added_in_one_place() -> None:
    """Every field of the model reaches every surface; none is listed anywhere else."""
    fields = set(Filters.model_fields)
    assert set(offered()) == fields - {"time_of_day"}, "the browser's clock tells the time"
    for lang in LANGUAGES:
        for name in offered():
            assert f'name="{name}"' in filters.bar(Filters(), lang)
        options = vars(parser(lang).parse_args(["recommend", "sad"]))
        assert fields <= set(options)
    asked = inspect.signature(Endpoints.recommend).parameters
    flags = {one.flag or name for name, one in all_filters().items()}
    assert flags <= set(asked)
    assert "time" in asked
    for flag in flags:
        assert f"            {flag}: " in (Endpoints.recommend.__doc__ or "")
    cases = [case.given() for _, case in single_filters()]
    assert {name for case in cases for name in case} == fields


def test_to_stay_with_a_mood_is_called_differently_for_each() -> None:
    for lang in LANGUAGES:
        called = {e: text(f"advice.choice_goal_match_{e.value}", lang) for e in Emotion}
        for emotion, words in called.items():
            assert f">{words}<" in filters.bar(Filters(), lang, emotion.value)
        assert len(set(called.values())) >= 4
        assert f">{text('advice.choice_goal_match', lang)}<" in filters.bar(Filters(), lang)


def test_nothing_at_hand_differs_from_not_saying() -> None:
    assert filters_of({}).equipment is None
    assert filters_of({"equipment": [NOTHING]}).equipment == frozenset()
    assert filters_of({"equipment": [NOTHING, "paper"]}).equipment == {"paper"}


@pytest.mark.parametrize(
    "told", [None, "minutes", {"minutes": 7}, {"place": ["moon"]}, {"equipment": [["x"], None]}]
)
def test_filters_that_the_page_does_not_offer_are_none(told: object) -> None:
    assert filters_of(told) == Filters()


def test_filters_are_remembered_only_after_the_notice() -> None:
    chosen = Filters(minutes=5, accessible=frozenset({"seated"}), equipment=frozenset())
    visit = Settings(filters=chosen)
    assert filters_of(visit.to_browser()["filters"]) == Filters()
    kept = json.loads(json.dumps(replace(visit, consent=True).to_browser()))
    assert filters_of(kept["filters"]) == chosen


def test_a_corrected_reading_is_followed_and_said_and_can_be_undone() -> None:
    shown = state(Mood("happy", {"happy": 1.0}))
    assert text("advice.for_reading", "en", looks="happy") in advice.area(shown, "en")
    acts.act({"act": "correct", "mood": "sad"}, shown, "en")
    assert text("advice.for_corrected", "en", looks="sad") in advice.area(shown, "en")
    assert all("sad" in why for why in [str(bundled_emotions(one)) for one in ids(shown)])
    assert len(shown.memory.readings) == 1, "it takes the place of the reading"
    acts.act({"act": "back"}, shown, "en")
    assert text("advice.for_reading", "en", looks="happy") in advice.area(shown, "en")


def bundled_emotions(name: str) -> list[str]:
    [activity] = [one for one in bundled().activities if one.id == name]
    return [emotion.value for emotion in activity.emotions]


def test_a_chosen_mood_needs_no_face_and_speaks_of_no_expression() -> None:
    shown = AdviceState(VisitHistory(1))
    acts.act({"act": "choose", "mood": "fear"}, shown, "en")
    page = advice.chooser(shown, "en")
    mood = bundled().policy.mood("fear").name.en
    assert text("advice.for_chosen", "en", mood=mood) in page
    assert "expression" not in page
    assert page.count("<article") == CARDS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unsure_reading_asks_and_asserts_nothing(lang: str) -> None:
    shown = state(Mood("happy", {"happy": 0.4, "sad": 0.3, "neutral": 0.3}, sure=False))
    page = advice.area(shown, lang)  # type: ignore[arg-type]
    assert question(lang) in page  # type: ignore[arg-type]
    assert page.count('aria-pressed="true"') == 0
    assert page.index("yz-question") < page.index('data-act="correct"') < page.index("<article")
    acts.act({"act": "correct", "mood": "sad"}, shown, "en")
    assert "yz-question" not in advice.area(shown, "en")


def test_not_for_me_stays_away_and_another_is_just_replaced() -> None:
    shown = state()
    rejected, kept = shown.cards[0].id, ids(shown)[1:]
    said = acts.act({"act": "reject", "id": rejected}, shown, "en")
    assert said.startswith(text("advice.said_replaced", "en", title=""))
    assert ids(shown)[1:] == kept
    replaced = shown.cards[2].id
    acts.act({"act": "another", "id": replaced}, shown, "en")
    assert replaced not in ids(shown)
    for _ in range(60):
        acts.act({"act": "another", "id": shown.cards[0].id}, shown, "en")
        acts.act({"act": "again"}, shown, "en")
        assert rejected not in ids(shown)
        assert len(set(ids(shown))) == len(ids(shown))


def test_helpful_comes_back_sooner_and_can_be_taken_back() -> None:
    shown = state()
    name = shown.cards[0].id
    acts.act({"act": "helpful", "id": name}, shown, "en")
    assert shown.memory.helped == (name,)
    assert shown.cards[0].helpful
    acts.act({"act": "helpful", "id": name}, shown, "en")
    assert shown.memory.helped == ()


def test_when_all_was_seen_it_says_so_and_offers_the_earlier_ideas() -> None:
    shown = state()
    few = {"minutes": ["5"], "place": ["outdoor"], "company": ["together"], "energy": ["high"]}
    acts.act({"act": "filter", "filters": few}, shown, "en")
    while shown.full:
        acts.act({"act": "another", "id": shown.cards[0].id}, shown, "en")
    assert text("advice.none_left", "en") in advice.area(shown, "en")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"act": "choose", "mood": "<b>"},
        {"act": "correct", "mood": ["sad"]},
        {"act": "did", "id": "no-such-activity"},
        {"act": "rate", "id": "around-the-block", "when": "before", "rating": 9},
        {"act": ["filter"]},
    ],
)
def test_what_the_page_does_not_offer_changes_nothing(told: dict[str, object]) -> None:
    shown = state()
    before = (ids(shown), shown.mood)
    assert acts.act(told, shown, "en") == ""
    assert (ids(shown), shown.mood) == before


@pytest.mark.parametrize("lang", LANGUAGES)
def test_three_hard_readings_in_a_row_put_people_first(lang: str) -> None:
    shown = state()
    acts.advise_on(shown, Mood("angry", {"angry": 1.0}))
    assert "yz-help" not in advice.area(shown, lang).replace("yz-help-place", "")  # type: ignore[arg-type]
    acts.advise_on(shown, named_mood("fear", "chosen"))
    page = advice.area(shown, lang)  # type: ignore[arg-type]
    offer = help_offer(lang)  # type: ignore[arg-type]
    for sentence in offer.sentences:
        assert sentence in page.replace("&#x27;", "'")
    assert f'href="tel:{offer.contacts[0].number}"' in page
    assert page.index("yz-help") < page.index("<article")
    kinds = bundled().policy.help.kinds
    assert shown.cards[0].suggestion.kind in kinds
    acts.advise_on(shown, Mood("happy", {"happy": 1.0}))
    assert 'class="yz-help"' not in advice.area(shown, lang)  # type: ignore[arg-type]


def test_a_correction_replaces_no_reading_of_another_tab() -> None:
    memory = VisitHistory(1)
    chosen, live = AdviceState(memory), Following(AdviceState(memory))
    live.see(face("happy"), 0.0)
    for mood in ("sad", "lonely"):
        acts.act({"act": "choose", "mood": mood}, chosen, "en")
    acts.act({"act": "correct", "mood": "sad"}, live.advice, "en")
    assert len(memory.readings) == 3
    assert memory.needs_help
    acts.act({"act": "choose", "mood": "calm"}, chosen, "en")
    acts.act({"act": "correct", "mood": "happy"}, live.advice, "en")
    mains = [max(mood.shares, key=lambda one: mood.shares[one]) for mood in memory.readings]
    assert mains[2] == Emotion.HAPPY, "its own is replaced, where it stands"
    assert len(memory.readings) == len(memory.sources) == 4


def test_a_tab_without_a_photo_replaces_no_reading() -> None:
    shown = state()
    acts.advise_on(shown, None)
    acts.advise_on(shown, Mood("sad", {"sad": 1.0}), instead=True)
    assert len(shown.memory.readings) == 2


def test_a_mood_that_is_chosen_again_later_counts_again() -> None:
    shown = AdviceState(VisitHistory(1))
    for _ in range(2):
        acts.act({"act": "choose", "mood": "sad"}, shown, "en")
    assert len(shown.memory.readings) == 1, "two presses in a row are one"
    for _ in range(2):
        assert shown.chosen_at is not None
        shown.chosen_at -= SAME_MOMENT
        assert acts.act({"act": "choose", "mood": "sad"}, shown, "en")
    assert shown.memory.needs_help
    milliseconds = round(SAME_MOMENT.total_seconds() * 1000)
    store = (Path(acts.__file__).parents[1] / "journal/store.js").read_text(encoding="utf-8")
    assert f"SAME_MOMENT_MS = {milliseconds:_};" in store


def day(emotion: str, ago: int) -> MoodEntry:
    return MoodEntry(at=now() - timedelta(days=ago), emotion=Emotion(emotion), source="chosen")


def low_by(source: HelpSource) -> AdviceState:
    """A visit whose last three readings, or days in the journal, were low."""
    shown = AdviceState(VisitHistory(1))
    if source == "journal":
        shown.memory.keep(Journal(moods=tuple(day("sad", ago) for ago in (5, 3, 1))))
        acts.advise_on(shown, Mood("neutral", {"neutral": 1.0}))
    for emotion in ("sad", "fear", "sad") if source != "journal" else ():
        named = named_mood(emotion, "chosen")
        acts.advise_on(shown, named if source == "named" else Mood(emotion, {emotion: 1.0}))
    return shown


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("source", get_args(HelpSource))
def test_help_says_where_the_low_readings_came_from(source: HelpSource, lang: Language) -> None:
    shown = low_by(source)
    page = html.unescape(advice.area(shown, lang))
    sentences = {s: help_offer(lang, source=s).sentences for s in get_args(HelpSource)}
    places = [page.index(sentence) for sentence in sentences[source]]
    assert places == sorted(places), "the emergency line comes first"
    assert places[-1] < page.index("tel:112") < page.index("<article")
    for other in get_args(HelpSource):
        assert other == source or not all(sentence in page for sentence in sentences[other])
    assert shown.cards[0].id in bundled().policy.help.activities


def test_what_is_not_for_low_people_replaces_no_card_while_help_is_shown() -> None:
    shown = low_by("named")
    acts.advise_on(shown, Mood("angry", {"angry": 1.0}))
    assert shown.memory.needs_help
    low = set(bundled().policy.help.emotions)
    seen = set[str]()
    while shown.full:  # until every activity was shown
        seen.update(ids(shown))
        acts.act({"act": "reject", "id": shown.cards[-1].id}, shown, "en")
    assert len(seen) > 50
    assert not [name for name in seen if low & set(bundled().by_id[name].not_for)]


def test_an_angry_streak_with_alone_chosen_still_offers_contact() -> None:
    shown = AdviceState(VisitHistory(1))
    acts.act({"act": "filter", "filters": {"company": ["alone"]}}, shown, "en")
    for _ in range(5):
        acts.advise_on(shown, Mood("angry", {"angry": 1.0}))
    first = shown.cards[0]
    assert first.id in bundled().policy.help.activities
    assert first.id != "letter-with-a-stamp"
    for lang in LANGUAGES:
        assert text("why.company_alone", lang) not in first.suggestion.in_language(lang).why[1]


def test_hard_days_of_long_ago_or_between_better_ones_put_nobody_first() -> None:
    memory = VisitHistory(1)
    for days in ((30, 29, 28), (3, 1)):
        memory.keep(Journal(moods=tuple(day("sad", ago) for ago in days)))
        assert not memory.needs_help
    moods = (day("sad", 3), day("sad", 2), day("happy", 1), day("sad", 0))
    memory.keep(Journal(moods=moods))
    assert not memory.needs_help
    memory.keep(Journal(moods=moods[:2]))
    written = Journal(moods=(*moods[:2], day("fear", 0)))
    memory.keep(written)
    assert memory.help_source == "journal"
    memory.keep(None)
    assert not memory.needs_help, "an erased journal says nothing"
    assert len(written.moods) == 3


def test_live_counts_minutes_and_not_frames() -> None:
    following = Following(AdviceState(VisitHistory(1)))
    for second in range(int(3 * MINUTE_S) + 3):
        following.see(face("sad"), float(second))
        assert following.advice.memory.needs_help == (second >= 3 * MINUTE_S)
    assert len(following.advice.memory.readings) == 3


def test_a_pause_without_a_face_begins_a_new_minute() -> None:
    following = Following(AdviceState(VisitHistory(1)))
    for second in range(50):
        following.see(face("sad"), float(second))
    following.see(None, 55.0)
    for second in range(60, 110):
        following.see(face("sad"), float(second))
    assert following.advice.memory.readings == ()


def test_live_advice_changes_at_most_every_ten_seconds_and_never_while_it_is_used() -> None:
    following, changed_s = Following(AdviceState(VisitHistory(1))), []
    for tick in range(400):
        emotion = "happy" if tick % 7 else "surprise"
        if following.see(face(emotion), tick / 10):
            changed_s.append(tick / 10)
    assert changed_s[0] == 0.0
    assert len(changed_s) > 2
    gaps = [later - sooner for sooner, later in pairwise(changed_s)]
    assert min(gaps) >= ADVICE_EVERY_S
    acts.act({"act": "did", "id": following.advice.cards[0].id}, following.advice, "en")
    assert not following.see(face("sad"), 55.0)


def test_live_leaves_a_correction_alone() -> None:
    following = Following(AdviceState(VisitHistory(1)))
    following.see(face("happy"), 0.0)
    acts.act({"act": "correct", "mood": "sad"}, following.advice, "en")
    assert not following.see(face("surprise"), 30.0)
    assert following.advice.mood == named_mood("sad", "corrected")


def test_titles_from_a_catalogue_are_escaped() -> None:
    shown = state()
    odd = Words.model_construct(en="<img src=x>", tr="<img src=x>")
    step = Words.model_construct(en="<b>one</b>", tr="<b>one</b>")
    made = shown.cards[0].suggestion
    activity = made.activity.model_copy(update={"title": odd, "steps": (step, step)})
    made = replace(made, choice=replace(made.choice, activity=activity))
    shown.update(replace(shown.cards[0], suggestion=made))
    page = advice.area(shown, "en")
    assert "<img" not in page
    assert "<b>" not in page
    assert page.count("&lt;b&gt;one") == 4


def test_a_corrected_face_is_taken_along_as_training_reads_it(
    astronaut: np.ndarray, tmp_path: Path
) -> None:
    crop = astronaut[80:192, 170:282]
    link = exporting.link(data_url(crop, 95), "sad")
    data = base64.b64decode(re.search(r'base64,([^"]+)', link).group(1))  # type: ignore[union-attr]
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    [picture] = tmp_path.glob("sad/*.png")
    grey = np.asarray(Image.open(picture)).astype(float)
    assert grey.shape == crop.shape[:2]
    assert abs(grey - crop.mean(axis=2)).mean() < 12


@pytest.mark.parametrize("url", [None, 3, "", "data:text/plain;base64,aGk=", "http://elsewhere/a"])
def test_what_is_no_face_gives_no_archive(url: object) -> None:
    assert exporting.link(url, "sad") == ""
    assert exporting.link(url, None) == ""


def test_only_a_corrected_photo_offers_to_be_saved() -> None:
    shown = state()
    assert 'data-act="save"' not in advice.area(shown, "en", savable=True)
    acts.act({"act": "correct", "mood": "happy"}, shown, "en")
    assert 'data-act="save"' in advice.area(shown, "en", savable=True)
    assert 'data-act="save"' not in advice.area(shown, "en")


@pytest.mark.parametrize(("before", "after", "helps"), [(2, 4, True), (3, 3, False), (4, 2, False)])
def test_whether_it_helped_is_learnt_from_how_it_was_before_and_after(
    before: int, after: int, helps: bool
) -> None:
    shown = state()
    name = ids(shown)[0]
    acts.act({"act": "open", "id": name}, shown, "en")
    assert shown.cards[0].opened
    told = {"act": "finish", "id": name, "before": before, "after": after}
    acts.act(told, shown, "en")
    assert shown.cards[0].done_at is not None
    assert not shown.cards[0].opened
    assert shown.cards[0].ratings == {"before": before, "after": after}
    assert (name in shown.memory.helped) is helps
    assert name in shown.memory.did


def test_no_change_takes_back_no_mark_and_a_worse_mood_does() -> None:
    shown = state()
    name = ids(shown)[0]
    acts.act({"act": "helpful", "id": name}, shown, "en")
    acts.act({"act": "finish", "id": name, "before": 4, "after": 4}, shown, "en")
    assert shown.cards[0].helpful
    assert shown.memory.helped == (name,)
    acts.act({"act": "rate", "id": name, "when": "after", "rating": 3}, shown, "en")
    assert not shown.cards[0].helpful
    assert shown.memory.helped == ()


def test_a_card_that_is_put_back_helped_as_before() -> None:
    shown = state()
    name = ids(shown)[0]
    acts.act({"act": "helpful", "id": name}, shown, "en")
    acts.act({"act": "reject", "id": name}, shown, "en")
    assert shown.memory.helped == ()
    acts.act({"act": "restore"}, shown, "en")
    assert shown.cards[0].helpful
    assert shown.memory.helped == (name,)


def test_what_is_done_twice_is_noted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = state()
    shown.memory.keep(Journal())
    name, start = ids(shown)[0], now()
    for minute, ratings in enumerate(({"before": 2, "after": 3}, {"before": 4})):
        monkeypatch.setattr(acts, "now", lambda at=start + timedelta(minutes=minute): at)
        acts.act({"act": "finish", "id": name, **ratings}, shown, "en")
    first, second = (n["entry"] for n in shown.memory.notes if n["change"] == "activity")
    assert first["at"] != second["at"]
    assert (first["before"], first["after"], second["before"]) == (2, 3, 4)
    assert "after" not in second


def test_what_is_turned_down_leaves_the_other_tabs_too() -> None:
    here = state()
    other = AdviceState(here.memory)
    other.read, other.cards = here.read, here.cards
    done, name = ids(here)[0], ids(here)[1]
    acts.act({"act": "did", "id": done}, other, "en")
    assert not other.replace_rejected()
    for one in (done, name):
        acts.act({"act": "reject", "id": one}, here, "en")
    assert other.replace_rejected()
    assert name not in ids(other)
    assert ids(other)[0] == done, "what was done there stays"
    assert len(set(ids(other))) == CARDS


@pytest.mark.parametrize("rating", [True, 1.0, 0, 6, "3", None])
def test_what_is_no_rating_is_left_out(rating: object) -> None:
    shown = state()
    name = ids(shown)[0]
    acts.act({"act": "finish", "id": name, "before": rating, "after": 3}, shown, "en")
    assert shown.cards[0].ratings == {"after": 3}
    acts.act({"act": "rate", "id": name, "when": "before", "rating": rating}, shown, "en")
    assert shown.cards[0].ratings == {"after": 3}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_carries_what_the_player_leads_through(lang: Language) -> None:
    shown = state()
    drawn = re.findall(r'data-guide="([^"]*)"', advice.area(shown, lang))
    for card, told in zip(shown.cards, drawn, strict=True):
        suggestion = card.suggestion.in_language(lang)
        assert json.loads(html.unescape(told)) == {
            "title": suggestion.title,
            "steps": [*suggestion.steps],
            "guide": suggestion.guide,
            "data": dict(suggestion.guide_data),
        }
        assert suggestion.title in html.unescape(text("advice.start_label", lang, title=told))


def test_live_leaves_the_cards_alone_while_one_is_in_the_player() -> None:
    following = Following(AdviceState(VisitHistory(1)))
    following.see(face("happy"), 0.0)
    first = [card.id for card in following.advice.cards]
    acts.act({"act": "open", "id": first[0]}, following.advice, "en")
    following.see(face("sad"), ADVICE_EVERY_S + 1)
    assert [card.id for card in following.advice.cards] == first
    acts.act({"act": "close", "id": first[0]}, following.advice, "en")
    assert following.see(face("sad"), 2 * ADVICE_EVERY_S + 2)

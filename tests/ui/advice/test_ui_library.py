"""All activities in the Mood tab: looked through, marked, turned down and brought back."""

from __future__ import annotations

import html
import re

import pytest

from yuzug.emotions import LANGUAGES, Language
from yuzug.recommender import bundled
from yuzug.texts import text
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.library import FIRST, MOST_QUERY, Library, found
from yuzug.ui.advice.state import AdviceState
from yuzug.ui.journal.entries import Journal, restore_journal
from yuzug.ui.visit_history import VisitHistory


def opened(mood: str | None = None, **told: object) -> AdviceState:
    shown = AdviceState(VisitHistory(1))
    if mood is not None:
        acts.act({"act": "choose", "mood": mood}, shown, "en")
    acts.act({"act": "browse", **told}, shown, "en")
    return shown


def rows(page: str) -> list[str]:
    listed = page[page.index('class="yz-rows"') :]
    return re.findall(r'<li data-id="([^"]+)"', listed)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_of_it_is_sent_before_it_is_opened(lang: Language) -> None:
    shown = AdviceState(VisitHistory(1))
    assert "yz-rows" not in advice.chooser(shown, lang)
    acts.act({"act": "browse"}, shown, lang)
    assert len(rows(advice.chooser(shown, lang))) == FIRST
    acts.act({"act": "browse", "more": True}, shown, lang)
    assert len(rows(advice.chooser(shown, lang))) == 2 * FIRST


def test_words_and_the_visits_filters_choose_what_is_listed() -> None:
    shown = opened(query="breath")
    acts.act({"act": "filter", "filters": {"minutes": ["5"]}}, shown, "en")
    listed = rows(advice.chooser(shown, "en"))
    assert listed
    assert max(bundled().by_id[name].minutes for name in listed) <= 5
    acts.act({"act": "browse", "query": "no such thing"}, shown, "en")
    assert text("advice.library_none", "en") in html.unescape(advice.chooser(shown, "en"))


@pytest.mark.parametrize("mood", ["sad", "lonely", "overwhelmed"])
def test_what_is_not_for_a_mood_is_not_listed_for_it(mood: str) -> None:
    shown = opened(mood)
    emotions = set(bundled().policy.mood(mood).emotions)
    assert shown.library is not None
    listed = found(shown.library, shown.memory, shown.not_for, "en")
    assert 0 < len(listed) < len(bundled().activities)
    assert not [one.id for one in listed if emotions & set(one.not_for)]


def test_a_favourite_is_marked_on_a_card_or_in_the_list_and_kept_with_a_journal() -> None:
    shown = opened("happy")
    shown.memory.keep(Journal())
    card = shown.cards[0].id
    said = acts.act({"act": "favourite", "id": card}, shown, "en")
    assert said == text("advice.said_favoured", "en", title=bundled().by_id[card].title.en)
    acts.act({"act": "favourite", "id": "around-the-block"}, shown, "en")
    assert shown.memory.favourites == (card, "around-the-block")
    assert (
        advice.chooser(shown, "en").count(
            'class="yz-star" data-act="favourite" aria-pressed="true"'
        )
        >= 1
    )
    acts.act({"act": "browse", "view": "favourites"}, shown, "en")
    assert set(rows(advice.chooser(shown, "en"))) == {card, "around-the-block"}
    acts.act({"act": "favourite", "id": card}, shown, "en")
    assert rows(advice.chooser(shown, "en")) == ["around-the-block"]
    marks = [(n["list"], n["id"], n["on"]) for n in shown.memory.notes if n["change"] == "mark"]
    assert marks == [
        ("favourites", card, True), ("favourites", "around-the-block", True),
        ("favourites", card, False),
    ]  # fmt: skip
    kept = Journal(favourites=("around-the-block",))
    assert restore_journal(kept.to_browser()) == kept
    memory = VisitHistory()
    memory.keep(kept)
    assert memory.favourites == ("around-the-block",)


def test_without_a_journal_marks_hold_for_the_visit_and_an_erased_one_takes_them_along() -> None:
    memory = VisitHistory()
    memory.favour("around-the-block")
    memory.reject("weather-report")
    memory.keep(None)
    assert (memory.favourites, memory.rejected) == (("around-the-block",), ("weather-report",))
    memory.start()
    assert {note["id"] for note in memory.notes} == {"around-the-block", "weather-report"}
    memory.keep(None)
    assert (memory.favourites, memory.rejected) == ((), ())


def test_what_was_turned_down_is_listed_and_brought_back() -> None:
    shown = opened("sad")
    name = shown.cards[0].id
    acts.act({"act": "reject", "id": name}, shown, "en")
    acts.act({"act": "browse", "view": "rejected"}, shown, "en")
    assert rows(advice.chooser(shown, "en")) == [name]
    assert acts.act({"act": "bring_back", "id": name}, shown, "en")
    assert shown.memory.rejected == ()
    assert shown.removed is None
    page = advice.chooser(shown, "en")
    assert rows(page) == []
    assert text("advice.library_no_rejected", "en") in html.unescape(page)
    assert acts.act({"act": "bring_back", "id": name}, shown, "en") == ""


@pytest.mark.parametrize(("before", "after", "helps"), [(2, 4, True), (3, 3, False)])
def test_an_activity_of_the_list_is_done_like_one_of_a_card(
    before: int, after: int, helps: bool
) -> None:
    shown = opened()
    shown.memory.keep(Journal())
    told = {"act": "finish", "id": "around-the-block", "before": before, "after": after}
    assert acts.act(told, shown, "en")
    assert shown.memory.did == ("around-the-block",)
    assert (shown.memory.helped == ("around-the-block",)) is helps
    assert shown.memory.notes[-1]["entry"]["after"] == after


@pytest.mark.parametrize(
    "told",
    [
        {"query": 3},
        {"view": "secrets"},
        {"more": 5},
        {"query": ["breath"]},
        {"id": "no-such", "act": "favourite"},
        {"id": {"x": 1}, "act": "bring_back"},
    ],
)
def test_what_the_page_does_not_offer_changes_no_list(told: dict[str, object]) -> None:
    shown = opened()
    assert acts.act({"act": "browse", **told}, shown, "en") == ""
    assert shown.library == Library()
    assert shown.memory.favourites == ()


def test_a_query_is_bounded_and_escaped() -> None:
    shown = opened(query='"><img src=x>' + "a" * 500)
    assert shown.library is not None
    assert len(shown.library.query) == MOST_QUERY
    assert "<img" not in advice.chooser(shown, "en")

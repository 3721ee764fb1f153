"""The journal: written only where one is kept, bounded, and the same in both files."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender import bundled
from yuzug.texts import text
from yuzug.texts.case_and_alphabet import lower
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.state import AdviceState, Mood, named_mood
from yuzug.ui.journal import helped
from yuzug.ui.journal import view as journal_page
from yuzug.ui.journal.calendar import WEEKS, calendar
from yuzug.ui.journal.entries import (
    MOST,
    ActivityEntry,
    Journal,
    MoodEntry,
    now,
    read_export,
    restore_journal,
)
from yuzug.ui.visit_history import VisitHistory, zone_of

START = now()


def mood(minutes: float, emotion: Emotion = Emotion.SAD) -> MoodEntry:
    return MoodEntry(at=START + timedelta(minutes=minutes), emotion=emotion, source="chosen")


def kept() -> Journal:
    done = ActivityEntry(at=START, id="around-the-block", before=2, after=4)
    return Journal(
        moods=(mood(0), mood(5, Emotion.HAPPY)),
        activities=(done,),
        helped=("helped-once",),
        rejected=("never",),
    )


def test_nothing_is_noted_unless_a_journal_is_kept() -> None:
    state = AdviceState(VisitHistory(1))
    acts.advise_on(state, Mood("sad", {"sad": 1.0}))
    acts.act({"act": "did", "id": state.cards[0].id}, state, "en")
    assert (state.memory.notes, state.memory.news) == ((), 0)


def test_what_happens_is_noted_in_order_until_the_browser_has_written_it() -> None:
    state = AdviceState(VisitHistory(1))
    state.memory.keep(Journal())
    acts.advise_on(state, named_mood("sad", "chosen"))
    name = state.cards[0].id
    acts.act({"act": "did", "id": name}, state, "en")
    acts.act({"act": "rate", "id": name, "when": "before", "rating": 2}, state, "en")
    acts.act({"act": "rate", "id": name, "when": "after", "rating": 4}, state, "en")
    heard, *_, marked, rated = notes = state.memory.notes
    assert [note["number"] for note in notes] == [1, 2, 3, 4, 5]
    assert (heard["change"], heard["entry"]["emotion"]) == ("mood", "sad")
    assert (rated["entry"]["id"], rated["entry"]["before"], rated["entry"]["after"]) == (name, 2, 4)
    assert (marked["list"], marked["id"], marked["on"]) == ("helped", name, True)
    state.memory.keep(Journal(), written=3)
    assert state.memory.notes == (marked, rated), "the browser has not written these yet"
    assert state.memory.helped == (name,)
    state.memory.keep(Journal(helped=(name,)), written=5)
    assert state.memory.notes == ()


def test_a_journal_that_begins_takes_over_what_was_said_of_activities() -> None:
    memory = VisitHistory(helped=("good",), rejected=("bad",))
    memory.start()
    assert [(note["list"], note["id"]) for note in memory.notes] == [
        ("helped", "good"),
        ("rejected", "bad"),
    ]


def test_done_and_not_for_me_can_be_undone() -> None:
    state = AdviceState(VisitHistory(1))
    state.memory.keep(Journal())
    acts.advise_on(state, named_mood("sad", "chosen"))
    before = [card.id for card in state.cards]
    name = before[1]
    acts.act({"act": "did", "id": name}, state, "en")
    done_at = state.cards[1].done_at
    acts.act({"act": "did", "id": name}, state, "en")
    assert state.cards[1].done_at is None
    assert name not in state.memory.did
    undone = state.memory.notes[-1]
    assert (undone["change"], undone["entry"]["id"]) == ("undo", name)
    assert done_at is not None
    assert undone["entry"]["at"] == done_at.isoformat().replace("+00:00", "Z")
    acts.act({"act": "reject", "id": name}, state, "en")
    assert state.memory.rejected == (name,)
    acts.act({"act": "restore"}, state, "en")
    assert [card.id for card in state.cards] == before
    assert state.memory.rejected == ()
    assert state.memory.notes[-1]["on"] is False
    assert acts.act({"act": "restore"}, state, "en") == "", "only the last one, and once"


def test_an_unsure_reading_is_not_written() -> None:
    state = AdviceState(VisitHistory(1))
    state.memory.keep(Journal())
    acts.advise_on(state, Mood("sad", {"sad": 0.4, "happy": 0.6}, sure=False))
    assert state.memory.notes == ()


def test_it_comes_back_from_the_browser() -> None:
    assert restore_journal(json.loads(json.dumps(kept().to_browser()))) == kept()
    memory = VisitHistory()
    memory.keep(kept())
    assert (memory.helped, memory.rejected) == (("helped-once",), ("never",))
    assert memory.did == ("around-the-block",)


@pytest.mark.parametrize(
    "told",
    [
        None,
        "text",
        [],
        {"schema": 2},
        {"schema": 1, "moods": [{"at": "now", "emotion": "sad", "source": "chosen"}]},
        {"schema": 1, "moods": [{"at": START.isoformat(), "emotion": "<b>", "source": "chosen"}]},
        {"schema": 1, "activities": [{"at": START.isoformat(), "id": "<script>"}]},
        {"schema": 1, "activities": [{"at": "9999-12-31T23:59:59Z", "id": "tea"}]},
        {
            "schema": 1,
            "moods": [{"at": "0001-01-01T00:00:00+14:00", "emotion": "sad", "source": "chosen"}],
        },
        {"schema": 1, "helped": ["ok"] * (MOST + 1)},
    ],
)
def test_what_is_none_of_ours_is_not_believed(told: object) -> None:
    assert restore_journal(told) is None


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "2199-12-31T23:59:59Z"])
def test_every_date_that_is_believed_can_be_drawn_everywhere_on_earth(at: str) -> None:
    rated = [{"at": at, "id": f"tea-{n}", "before": 2, "after": 3} for n in range(3)]
    mood = {"at": at, "emotion": "sad", "source": "chosen"}
    journal = restore_journal({"schema": 1, "moods": [mood], "activities": rated})
    assert journal is not None
    for hours in (-14, 14):
        assert journal_page.page(journal, "en", bundled(), zone=timezone(timedelta(hours=hours)))


def test_an_activity_that_is_no_more_keeps_its_id() -> None:
    assert ActivityEntry(at=START, id="long-gone").title("tr", bundled()) == "long-gone"


def test_a_mood_that_is_no_emotion_counts_as_its_emotions_and_keeps_its_name() -> None:
    state = AdviceState(VisitHistory(1))
    state.memory.keep(Journal())
    acts.act({"act": "choose", "mood": "overwhelmed"}, state, "en")
    [note] = state.memory.notes
    assert (note["entry"]["emotion"], note["entry"]["mood"]) == ("fear", "overwhelmed")
    entry = MoodEntry.model_validate(note["entry"])
    assert entry.shares(bundled().policy) == {"fear": 0.6, "sad": 0.4}
    gone = MoodEntry(at=START, emotion=Emotion.SAD, mood="long-gone", source="chosen")
    assert gone.shares(bundled().policy) == {"sad": 1.0}
    for lang in LANGUAGES:
        page = journal_page.page(Journal(moods=(entry, gone)), lang, bundled())
        assert lower(bundled().policy.moods["overwhelmed"].name.of(lang), lang) in page
        assert "long-gone" in page


def day(ago: int, name: str) -> MoodEntry:
    at = now() - timedelta(days=ago)
    return MoodEntry(at=at, emotion=Emotion.SAD, mood=name, source="chosen")


def test_a_note_is_offered_for_a_mood_that_is_in_the_journal() -> None:
    state = AdviceState(VisitHistory(1))
    acts.act({"act": "choose", "mood": "tired"}, state, "en")
    assert 'data-act="note"' not in advice.chooser(state, "en")
    state.memory.keep(Journal())
    assert 'data-act="note"' not in advice.chooser(state, "en"), "that mood was before"
    acts.act({"act": "choose", "mood": "lonely"}, state, "en")
    key = MoodEntry.model_validate(state.memory.notes[-1]["entry"]).key
    assert f'data-entry="{key}"' in advice.chooser(state, "en")
    state.memory.keep(None)
    state.memory.keep(Journal())
    assert 'data-act="note"' not in advice.chooser(state, "en")


def test_low_moods_of_three_days_put_people_first() -> None:
    memory = VisitHistory()
    for names, hard in ((("lonely", "overwhelmed", "lonely"), True), (("tired",) * 3, False)):
        moods = tuple(day(ago, name) for ago, name in zip((3, 2, 1), names, strict=True))
        memory.keep(Journal(moods=moods))
        assert (memory.help_source == "journal") is hard


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_a_plot_and_a_row_for_each_entry(lang: Language) -> None:
    page = journal_page.page(kept(), lang, bundled())
    assert page.count("<polyline") == 1
    assert page.count("data-own=") == len(kept().moods) + len(kept().activities)
    assert text("journal.rating", lang, before=2, after=4) in page
    assert page.count("left:0.00%") == 1
    assert page.count("left:100.00%") == 1
    assert 'role="img"' in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_saved_is_read_again(lang: Language) -> None:
    assert read_export(json.loads(json.dumps(kept().to_browser()))) == kept()
    memory = VisitHistory()
    memory.keep(None)
    memory.merge(kept())
    assert memory.journal_on
    [note] = memory.notes
    assert restore_journal(note["entries"]) == kept()
    for odd in (None, [], {}, {"schema": 2}, {"schema": 1, "activities": [{"id": "<b>"}]}):
        assert read_export(odd) is None
    assert text("journal.import_refused", lang) in journal_page.page(None, lang, bundled(), True)


def test_what_helped_is_told_by_activity_kind_time_and_week() -> None:
    monday = datetime(2026, 11, 23, 21, 30, tzinfo=timezone.utc)
    done = [
        ActivityEntry(at=monday - timedelta(days=7), id="around-the-block", before=3, after=3),
        ActivityEntry(at=monday, id="around-the-block", before=2, after=4),
        ActivityEntry(at=monday, id="long-gone", before=1, after=5),
        ActivityEntry(at=monday, id="long-gone", before=1),
    ]
    by_id = helped.grouped(done, lambda entry: entry.id)
    assert [(row.name, row.count, row.change) for row in by_id] == [
        ("around-the-block", 2, 1.0),
        ("long-gone", 1, 4.0),
    ]
    drawn = helped.tables(tuple(done), "en", bundled(), zone=timezone(timedelta(hours=3)))
    assert drawn.count("<table>") == 4
    assert drawn.index("long-gone") < drawn.index(bundled().by_id["around-the-block"].title.en)
    assert "Night" in drawn, "half past nine in London is half past midnight in Istanbul"
    assert drawn.index("23 Nov") < drawn.index("16 Nov"), "the last week comes first"
    assert helped.tables(tuple(done[:2]), "en", bundled()) == "", "too few to say anything"


def test_a_row_keeps_the_name_that_the_person_chose() -> None:
    chosen = MoodEntry(at=START, emotion=Emotion.FEAR, source="chosen")
    read = MoodEntry(at=START + timedelta(minutes=9), emotion=Emotion.FEAR, source="reading")
    page = journal_page.page(Journal(moods=(chosen, read)), "en", bundled())
    names = page[page.index('class="names"') : page.index('class="track"')]
    assert "anxious" in names
    assert page.index('class="legend"') < page.index('class="names"') < page.index("<figcaption")


def test_the_calendar_marks_the_days_of_the_visitors_own_clock() -> None:
    late = datetime(2026, 11, 23, 21, 30, tzinfo=timezone.utc)  # Monday; Tuesday in Istanbul
    journal = Journal(
        moods=(MoodEntry(at=late, emotion=Emotion.SAD, source="chosen"),),
        activities=(ActivityEntry(at=late - timedelta(days=40), id="around-the-block"),),
    )

    def drawn(ahead: int) -> str:
        zone = timezone(timedelta(hours=ahead))
        return calendar(journal, date(2026, 11, 25), "en", lambda mood: "sad", zone)

    assert 'title="23 Nov 2026: sad"' in drawn(0)
    assert 'title="24 Nov 2026: sad"' in drawn(3)
    page = drawn(3)
    assert page.count("<tr>") == 1 + WEEKS
    assert page.count("<td></td>") == 4, "the days to come"
    assert page.count('aria-current="date"') == 1
    assert page.count('class="activity"') == 1, "only the legend: it was too long ago"
    assert page.index("26 Oct") < page.index("25 Nov")


def test_past_days_begin_as_they_did_then() -> None:
    in_summer = datetime(2026, 7, 13, 22, 30, tzinfo=timezone.utc)  # Monday; Tuesday in Berlin
    journal = Journal(moods=(MoodEntry(at=in_summer, emotion=Emotion.SAD, source="chosen"),))
    berlin = ZoneInfo("Europe/Berlin")
    page = calendar(journal, date(2026, 7, 15), "en", lambda mood: "sad", berlin)
    assert 'title="14 Jul 2026: sad"' in page
    [day] = journal.days(bundled().policy, in_summer, berlin)
    assert day == {"sad": 1.0}


@pytest.mark.parametrize(
    ("minutes", "name", "known"),
    [
        (3 * 60, "Europe/Istanbul", True),
        (3 * 60 + 4, "Europe/Istanbul", True),  # a clock that is a little fast
        (60, "Europe/Istanbul", False),  # a browser that hides its zone tells another
        *((3 * 60, odd, False) for odd in (None, 3, "", "Europe", "Middle/Earth", "../Istanbul")),
        (3 * 60, "a" * 31, False),
    ],
)
def test_a_zone_counts_where_the_clock_agrees(minutes: int, name: object, known: bool) -> None:
    zone = zone_of((now().timestamp() + 60 * minutes) * 1000, name)
    assert isinstance(zone, ZoneInfo) is known
    if not known:
        offset = now().astimezone(zone).utcoffset()
        assert offset is not None
        assert abs(offset - timedelta(minutes=minutes)) < timedelta(minutes=1)


def test_many_entries_unfold_and_the_last_comes_first() -> None:
    moods = tuple(mood(60 * hour, Emotion.SAD if hour else Emotion.HAPPY) for hour in range(20))
    page = journal_page.page(Journal(moods=moods), "en", bundled())
    assert page.index(moods[-1].key) < page.index('data-key="older"') < page.index(moods[0].key)


def test_without_a_journal_the_page_offers_one() -> None:
    page = journal_page.page(None, "en", bundled())
    assert 'data-keep="start"' in page
    assert page.count("yz-button main") == 1

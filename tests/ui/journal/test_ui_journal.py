"""The journal: written only where one is kept, bounded, and the same in both files."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender import bundled
from yuzug.ui.advice import actions as acts
from yuzug.ui.advice.board import Board, Mood, said_by_person
from yuzug.ui.journal import view as journal_page
from yuzug.ui.journal.model import MOST, ActivityEntry, Journal, MoodEntry, now, restore_journal
from yuzug.ui.visit_history import Memory

START = now()


def mood(minutes: float, emotion: Emotion = Emotion.SAD) -> MoodEntry:
    return MoodEntry(at=START + timedelta(minutes=minutes), emotion=emotion, source="chosen")


def kept() -> Journal:
    done = ActivityEntry(at=START, id="around-the-block", before=2, after=4)
    return Journal().write([mood(0), mood(5, Emotion.HAPPY), done], ("helped-once",), ("never",))


def test_nothing_is_noted_unless_a_journal_is_kept() -> None:
    board = Board(Memory(1))
    acts.hear(board, Mood("sad", {"sad": 1.0}))
    acts.act({"act": "did", "id": board.cards[0].id}, board, "en")
    assert (board.memory.notes, board.memory.news) == ((), 0)


def test_what_happens_is_written_and_then_forgotten_by_the_session() -> None:
    board = Board(Memory(1))
    board.memory.keep(Journal())
    acts.hear(board, said_by_person("sad", "chosen"))
    name = board.cards[0].id
    acts.act({"act": "did", "id": name}, board, "en")
    acts.act({"act": "rate", "id": name, "when": "before", "rating": 2}, board, "en")
    acts.act({"act": "rate", "id": name, "when": "after", "rating": 4}, board, "en")
    acts.act({"act": "helpful", "id": name}, board, "en")
    written = board.memory.written(Journal())
    [entry] = written.moods
    assert (entry.emotion, entry.source) == (Emotion.SAD, "chosen")
    [done] = written.activities
    assert (done.id, done.before, done.after) == (name, 2, 4)
    assert written.helped == (name,)
    assert board.memory.notes == ()


def test_an_unsure_reading_is_not_written() -> None:
    board = Board(Memory(1))
    board.memory.keep(Journal())
    acts.hear(board, Mood("sad", {"sad": 0.4, "happy": 0.6}, sure=False))
    assert board.memory.notes == ()


def test_a_mood_of_the_same_moment_takes_the_place_of_the_last() -> None:
    moods = Journal().write([mood(0), mood(0.5, Emotion.HAPPY), mood(3)], (), ()).moods
    assert [entry.emotion for entry in moods] == [Emotion.HAPPY, Emotion.SAD]


def test_it_is_bounded() -> None:
    journal = Journal().write([mood(2 * number) for number in range(MOST + 20)], (), ())
    assert len(journal.moods) == MOST
    assert journal.moods[-1] == mood(2 * (MOST + 19))
    assert len(json.dumps(journal.to_browser())) < 200_000


def test_it_comes_back_from_the_browser() -> None:
    assert restore_journal(json.loads(json.dumps(kept().to_browser()))) == kept()
    memory = Memory()
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
        {"schema": 1, "helped": ["ok"] * (MOST + 1)},
    ],
)
def test_what_is_none_of_ours_is_not_believed(told: object) -> None:
    assert restore_journal(told) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_files_hold_every_entry(lang: Language) -> None:
    told = json.loads(kept().to_json(lang, bundled()))
    assert [entry["emotion"] for entry in told["moods"]] == ["sad", "happy"]
    title = told["activities"][0]["title"]
    assert title == bundled().by_id["around-the-block"].title.of(lang)
    assert ActivityEntry(at=START, id="long-gone").title(lang, bundled()) == "long-gone"
    rows = list(csv.DictReader(io.StringIO(kept().to_csv(lang, bundled()))))
    assert [row["entry"] for row in rows] == ["mood", "activity", "mood"]
    assert (rows[1]["title"], rows[1]["before"], rows[1]["after"]) == (title, "2", "4")
    assert rows[0]["time"] == rows[1]["time"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_a_plot_and_the_same_as_a_table(lang: Language) -> None:
    page = journal_page.page(kept(), lang, bundled())
    assert page.count("<polyline") == 1
    assert page.count("<tr>") == 1 + len(kept().moods)
    assert page.count("left:0.00%") == 1
    assert page.count("left:100.00%") == 1
    assert 'role="img"' in page


def test_without_a_journal_the_page_offers_one() -> None:
    page = journal_page.page(None, "en", bundled())
    assert 'data-keep="start"' in page
    assert page.count("yz-button main") == 1

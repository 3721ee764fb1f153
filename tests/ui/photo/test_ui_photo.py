"""The Photo tab's handlers: every picture gives panels, every fault its sentence."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from yuzug.emotions import Language
from yuzug.pipeline import Analyzer
from yuzug.recommender import bundled
from yuzug.texts import text
from yuzug.ui.advice.actions import act
from yuzug.ui.components.heatmap import MAX_FACES
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.session import Settings

ACCEPTED = Settings(model="cnn", consent=True)


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


BROKEN = {
    "image.empty": b"",
    "image.undecodable": b"this is text",
    "image.too_small": encoded(Image.new("RGB", (1, 1))),
    "image.too_large": encoded(Image.new("1", (12000, 12000))),
}


def test_a_portrait_gives_frame_map_probabilities_and_activities(
    analyzers: Analyzers, astronaut_path: Path
) -> None:
    state = photo.PhotoState()
    shown = photo.read(analyzers, astronaut_path.read_bytes(), ACCEPTED, state)
    assert 'src="data:image/jpeg;base64,' in shown.picture
    assert "<rect" in shown.picture
    assert 'class="yz-face chosen"' in shown.heat
    assert text("ui.looks", "en", emotion="happy", percent="").split("(")[0] in shown.reading
    assert shown.reading.count("<li") == 7
    assert shown.advice.count("<article") == 3


def test_the_session_keeps_words_and_no_picture(analyzers: Analyzers, astronaut_path: Path) -> None:
    state = photo.PhotoState()
    photo.read(analyzers, astronaut_path, ACCEPTED, state)
    assert "ndarray" not in repr(state)
    assert "data:image" not in repr(state)
    assert len(repr(state)) < 16_000


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("lang", ["en", "tr"])
def test_a_broken_picture_gives_its_sentence(
    analyzers: Analyzers, kind: str, lang: Language
) -> None:
    settings = replace(ACCEPTED, lang=lang)
    shown = photo.read(analyzers, BROKEN[kind], settings, photo.PhotoState())
    assert text(f"errors.{kind}", lang) in shown.reading.replace("&#x27;", "'")
    assert shown.picture == shown.heat == ""


def test_a_refused_picture_is_not_even_opened(analyzers: Analyzers) -> None:
    shown = photo.read(analyzers, b"this is text", Settings(), photo.PhotoState())
    assert text("errors.consent.required", "en") in shown.reading


@pytest.mark.parametrize(("model", "classes"), [("vgg", 7), ("cnn", 2), ("cnn", 9)])
def test_an_unknown_choice_gives_its_sentence(
    analyzers: Analyzers, astronaut_path: Path, model: str, classes: int
) -> None:
    settings = replace(ACCEPTED, model=model, classes=classes)
    shown = photo.read(analyzers, astronaut_path, settings, photo.PhotoState())
    assert 'role="alert"' in shown.reading


def test_a_picture_without_a_face_says_so_kindly(analyzers: Analyzers) -> None:
    grey = encoded(Image.new("RGB", (320, 240), "#888"))
    shown = photo.read(analyzers, grey, ACCEPTED, photo.PhotoState())
    assert text("ui.no_face", "en") in shown.reading
    assert "<rect" not in shown.picture
    assert shown.heat == ""


def test_another_language_redraws_the_same_reading_without_an_analysis(
    analyzers: Analyzers, astronaut_path: Path
) -> None:
    state = photo.PhotoState()
    english = photo.read(analyzers, astronaut_path, ACCEPTED, state)
    turkish = photo.redraw(state, "tr")
    assert turkish.picture == {"__type__": "update"}, "the picture stays"
    assert re.findall(r'data-id="([^"]+)"', turkish.advice) == re.findall(
        r'data-id="([^"]+)"', english.advice
    )
    for activity in bundled().activities:
        assert activity.title.en == activity.title.tr or activity.title.en not in turkish.advice
    assert "mutlu" in turkish.reading
    assert text("teach.shows_both", "tr") in turkish.shows
    assert "happy" not in re.sub(r"<[^>]*>", "", turkish.reading)


def test_a_face_whose_map_is_not_drawn_has_none_to_ask_of(
    analyzers: Analyzers, astronaut_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = analyzers.get("cnn", 7).analyze(astronaut_path)
    beyond = MAX_FACES + 1
    crowd = replace(alone, faces=alone.faces[:1] * (beyond + 1))
    monkeypatch.setattr(photo, "_newest", lambda *_: crowd)
    state = photo.PhotoState()
    drawn = photo.read(analyzers, b"", ACCEPTED, state)
    assert drawn.heat.count("<figure") == MAX_FACES
    picked = photo.pick({"index": beyond}, ACCEPTED, state)
    assert state.reading is not None
    assert state.reading.map is None
    assert text("closer.not_drawn", "en", count=MAX_FACES) in picked.heat_words
    assert picked.controls == picked.findings == ""
    again = photo.read(analyzers, b"", ACCEPTED, state, restored=photo.Restored(face=beyond))
    assert f'data-face="{beyond}"' in again.heat
    assert state.reading.map is not None


def test_another_face_is_picked_from_the_words_alone(
    analyzers: Analyzers, astronaut_path: Path
) -> None:
    portrait = np.asarray(Image.open(astronaut_path))[:300, 60:400]
    pair = Image.fromarray(np.concatenate([portrait, portrait[:, ::-1]], axis=1))
    state = photo.PhotoState()
    photo.read(analyzers, encoded(pair), ACCEPTED, state)
    assert state.reading is not None
    assert len(state.reading.faces) >= 2
    shown = photo.pick({"index": "1"}, ACCEPTED, state)
    assert state.reading.chosen == 1
    assert re.search(r'chosen" data-pick="1"', shown.reading)
    for nonsense in ({}, {"index": "-1"}, {"index": "99"}, {"index": None}):
        assert photo.pick(nonsense, ACCEPTED, state) == PhotoShown()


def test_clearing_forgets_all(analyzers: Analyzers, astronaut_path: Path) -> None:
    state = photo.PhotoState()
    photo.read(analyzers, astronaut_path, ACCEPTED, state)
    shown = photo.clear(ACCEPTED, state)
    assert (state.reading, state.error, state.advice.mood, state.advice.cards) == (
        None,
        None,
        None,
        (),
    )
    assert shown.picture == shown.heat == ""


def pair_of(path: Path) -> bytes:
    portrait = np.asarray(Image.open(path))[:300, 60:400]
    return encoded(Image.fromarray(np.concatenate([portrait, portrait[:, ::-1]], axis=1)))


def test_of_two_pictures_the_one_chosen_last_is_shown(
    analyzers: Analyzers, astronaut_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = photo.PhotoState()
    real, answers = Analyzer.analyze, []

    def slowly(self: Analyzer, source: object, **wanted: object) -> object:
        if not answers:  # while the first picture is read, a second one comes and is answered
            answers.append(None)
            answers[0] = photo.read(analyzers, astronaut_path, ACCEPTED, state)
        return real(self, source, **wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(Analyzer, "analyze", slowly)
    first = photo.read(analyzers, pair_of(astronaut_path), ACCEPTED, state)
    assert first == PhotoShown(), "the first picture, which was slow, replaced the second"
    assert state.reading is not None
    assert len(state.reading.faces) == 1
    assert 'class="yz-bars' in answers[0].reading


def test_another_model_keeps_the_face_the_correction_and_the_cards(
    analyzers: Analyzers, astronaut_path: Path
) -> None:
    state, source = photo.PhotoState(), pair_of(astronaut_path)
    photo.read(analyzers, source, ACCEPTED, state)
    photo.pick({"index": "1"}, ACCEPTED, state)
    act({"act": "correct", "mood": "sad"}, state.advice, "en")
    act({"act": "did", "id": state.advice.cards[0].id}, state.advice, "en")
    cards = state.advice.cards
    other = replace(ACCEPTED, model=analyzers.models[-1], classes=8)
    photo.read(analyzers, source, other, state, again=True)
    assert state.reading is not None
    assert (state.reading.model, state.reading.classes) == (other.model, 8)
    assert state.reading.chosen == 1
    assert state.advice.named is not None
    assert state.advice.named.emotion == "sad"
    assert state.advice.cards == cards


def test_a_model_chosen_while_a_picture_is_read_reads_that_picture(
    analyzers: Analyzers, astronaut_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, real = photo.PhotoState(), Analyzer.analyze
    other = replace(ACCEPTED, classes=3)

    def slowly(self: Analyzer, source: object, **wanted: object) -> object:
        if self.classes == 7:
            assert photo.read(analyzers, b"the old one", other, state, again=True) == PhotoShown()
        return real(self, source, **wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(Analyzer, "analyze", slowly)
    photo.read(analyzers, astronaut_path, ACCEPTED, state)
    assert state.reading is not None
    assert state.reading.classes == 3


@pytest.mark.parametrize("emotion", ["sad", None, "nonsense"])
def test_a_visit_taken_up_again_has_the_chosen_face_and_the_correction_and_notes_nothing(
    analyzers: Analyzers, astronaut_path: Path, emotion: str | None
) -> None:
    state = photo.PhotoState()
    state.advice.memory.start()
    before = state.advice.memory.notes
    said = photo.Restored.of(json.dumps({"face": 1, "emotion": emotion}))
    photo.read(analyzers, pair_of(astronaut_path), ACCEPTED, state, restored=said)
    assert state.reading is not None
    assert state.reading.chosen == 1
    assert state.advice.mood is not None
    assert state.advice.mood.source == ("corrected" if emotion == "sad" else "reading")
    assert state.advice.cards
    assert state.advice.memory.notes == before


@pytest.mark.parametrize(
    "sent", [None, "", "[]", "{", 7, "[" * 150, '{"face": ' + "9" * 5000 + "}"]
)
def test_what_restores_nothing_is_left_alone(sent: object) -> None:
    assert photo.Restored.of(sent) is None


@pytest.mark.parametrize("sent", ['{"face": true}', '{"face": "1", "emotion": 3}', "{}"])
def test_a_restored_face_is_a_number(sent: str, analyzers: Analyzers, astronaut_path: Path) -> None:
    said = photo.Restored.of(sent)
    assert said == photo.Restored()
    state = photo.PhotoState()
    photo.read(analyzers, astronaut_path, ACCEPTED, state, restored=said)
    assert state.reading is not None
    assert state.reading.chosen == 0

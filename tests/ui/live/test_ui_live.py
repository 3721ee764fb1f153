"""The Live tab's handlers: one frame, one answer, and advice that can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from yuzug.emotions import LANGUAGES
from yuzug.faces import full_image
from yuzug.texts import text
from yuzug.ui.components.readings import FaceReading, PictureReading
from yuzug.ui.live import handlers as live
from yuzug.ui.live.view import LiveShown
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings

ACCEPTED = Settings(model="cnn", consent=True)
NOTHING = {"__type__": "update"}


@pytest.fixture
def frame(astronaut_path: Path) -> bytes:
    return astronaut_path.read_bytes()


def running() -> live.LiveState:
    return live.LiveState(camera="on")


def test_a_frame_fills_every_panel_at_once(analyzers: Analyzers, frame: bytes) -> None:
    shown = live.step(analyzers, frame, ACCEPTED, running(), 0.0)
    assert "data:image/jpeg;base64," in shown.picture
    assert "data:image/jpeg;base64," in shown.heat
    assert "yz-bars" in shown.reading
    assert "<article" in shown.advice
    assert len(shown.picture) + len(shown.heat) < 250_000, "a frame must stay light"


def test_frames_before_consent_are_refused(analyzers: Analyzers, frame: bytes) -> None:
    shown = live.step(analyzers, frame, Settings(), running(), 0.0)
    assert text("errors.consent.required", "en") in shown.reading
    assert shown.picture == NOTHING


def test_a_frame_that_comes_after_stopping_is_not_shown(analyzers: Analyzers, frame: bytes) -> None:
    state = running()
    live.step(analyzers, frame, ACCEPTED, state, 0.0)
    live.camera({"state": "idle", "order": 1}, ACCEPTED, state)
    assert live.step(analyzers, frame, ACCEPTED, state, 0.1) == LiveShown()
    assert state.reading is None


def test_a_frame_that_is_read_while_it_stops_leaves_nothing_behind(
    analyzers: Analyzers, frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = running()
    real = live.load_image

    def stopped_meanwhile(source: bytes) -> object:
        live.camera({"state": "idle", "order": 1}, ACCEPTED, state)
        return real(source)

    monkeypatch.setattr(live, "load_image", stopped_meanwhile)
    assert live.step(analyzers, frame, ACCEPTED, state, 0.0) == LiveShown()
    assert state.reading is None
    assert state.following.board.cards == ()


def test_a_broken_frame_gives_its_sentence_and_the_stream_goes_on(
    analyzers: Analyzers, frame: bytes
) -> None:
    state = running()
    shown = live.step(analyzers, b"no picture", ACCEPTED, state, 0.0)
    assert text("errors.image.undecodable", "en") in shown.reading
    assert "yz-bars" in live.step(analyzers, frame, ACCEPTED, state, 0.1).reading


def test_the_session_keeps_no_frame_and_no_model(analyzers: Analyzers, frame: bytes) -> None:
    state = running()
    live.step(analyzers, frame, ACCEPTED, state, 0.0)
    assert "data:image" not in repr(vars(state))
    assert not [
        name
        for name, value in {**vars(state), **vars(state.stream)}.items()
        if type(value).__module__.startswith(("numpy", "torch"))
    ]


def face(emotion: str, track: int = 1) -> FaceReading:
    shares = {"happy": 0.5, "sad": 0.5}
    return FaceReading(emotion, 0.8, shares, (), full_image((48, 48)), map=None, track=track)


def reading_of(*faces: FaceReading) -> PictureReading:
    return PictureReading("cnn", (48, 48), faces, 0, 1.0)


def test_a_picked_person_keeps_the_panels(analyzers: Analyzers) -> None:
    state = running()
    state.reading = reading_of(face("happy", 1), face("sad", 2))
    shown = live.pick({"track": "2"}, ACCEPTED, state, 5.0)
    assert state.stream.picked == 2
    assert state.reading.chosen == 1
    assert re.search(r'chosen" data-pick="1"', shown.reading)
    for nonsense in ({}, {"track": ""}, {"track": "7"}, {"track": "x"}):
        live.pick(nonsense, ACCEPTED, state, 6.0)
        assert state.reading.chosen == 1


def test_other_models_start_a_new_smoothing(analyzers: Analyzers, frame: bytes) -> None:
    state = running()
    live.step(analyzers, frame, ACCEPTED, state, 0.0)
    before = state.stream
    shown = live.step(analyzers, frame, replace(ACCEPTED, classes=3), state, 0.1)
    assert state.stream is not before
    assert shown.reading.count('<li class="') == 3


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", ["idle", "opening", "on", "frozen", "waiting", *live.TROUBLES])
def test_every_state_of_the_camera_has_its_buttons_and_words(state: str, lang: str) -> None:
    bar = live.camera_bar(state, lang)  # type: ignore[arg-type]
    assert re.search(r"<button[^>]+data-camera=", bar)
    if state in (*live.TROUBLES, "opening", "waiting"):
        assert text(f"ui.camera_{state}", lang) in bar  # type: ignore[arg-type]


def test_what_the_browser_may_never_say_is_read_as_off() -> None:
    state = live.LiveState()
    live.camera({"state": ["on"], "facing": 3, "order": 1}, ACCEPTED, state)
    assert state.camera not in live.RUNNING


def test_another_language_redraws_the_words_and_keeps_the_picture(
    analyzers: Analyzers, frame: bytes
) -> None:
    state = running()
    live.step(analyzers, frame, ACCEPTED, state, 0.0)
    turkish = live.redraw(state, "tr")
    assert turkish.picture == turkish.heat == NOTHING
    assert "mutlu" in turkish.reading
    assert text("ui.camera_freeze", "tr") in turkish.camera


def test_a_word_of_the_camera_that_was_overtaken_is_void() -> None:
    state = live.LiveState()
    live.camera({"state": "refused", "order": 2}, ACCEPTED, state)
    late = live.camera({"state": "opening", "order": 1}, ACCEPTED, state)
    assert late == LiveShown()
    assert state.camera == "refused"


def test_a_bar_asks_for_its_map_from_the_next_frame_on(analyzers: Analyzers, frame: bytes) -> None:
    state = running()
    first = live.step(analyzers, frame, ACCEPTED, state, 0.0)
    assert state.reading is not None
    assert state.reading.map is not None
    assert state.reading.map.target == "happy"
    assert live.explain({"label": "sad"}, state) == LiveShown()
    shown = live.step(analyzers, frame, ACCEPTED, state, 0.1)
    assert state.reading.map.target == "sad"
    assert state.reading.faces[0].emotion == "happy", "another map, not another reading"
    assert shown.heat != first.heat
    assert re.search(r'data-explain="sad" aria-pressed="true"', shown.reading)
    for nonsense in ({}, {"label": "bored"}, {"label": None}):
        live.explain(nonsense, state)
        assert state.explained == "sad"
    live.explain({"label": "sad"}, state)
    assert state.explained is None, "pressed once more, it lets go"
    live.explain({"label": "disgust"}, state)
    live.step(analyzers, frame, replace(ACCEPTED, classes=3), state, 0.2)
    assert state.explained is None, "three expressions have no disgust among them"

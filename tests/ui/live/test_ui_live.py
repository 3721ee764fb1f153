"""The Live tab's handlers: one frame, one answer, and advice that can be read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from yuzug.emotions import LANGUAGES, Language
from yuzug.images import jpeg_bytes
from yuzug.texts import text
from yuzug.ui.live import handlers as live
from yuzug.ui.live.handlers import FrameOptions
from yuzug.ui.live.view import ACTIONS, TROUBLES, LiveShown, camera_bar
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings

ACCEPTED = Settings(model="cnn", consent=True)
PLAIN = FrameOptions()


@pytest.fixture
def frame(astronaut_path: Path) -> bytes:
    return astronaut_path.read_bytes()


@pytest.fixture
def two(astronaut: NDArray[np.uint8]) -> bytes:
    """Two people: the portrait beside a smaller copy."""
    small = cv2.resize(astronaut, (400, 400), interpolation=cv2.INTER_AREA)
    canvas = np.full((512, 912, 3), 128, np.uint8)
    canvas[:, :512], canvas[:400, 512:] = astronaut, small
    return jpeg_bytes(canvas, 92)


def step(
    analyzers: Analyzers,
    frame: bytes,
    state: live.LiveState,
    now_s: float = 0.0,
    settings: Settings = ACCEPTED,
    **options: Any,
) -> dict[str, Any]:
    return live.step(analyzers, frame, FrameOptions(**options), settings, state, now_s)


def test_an_answer_holds_numbers_words_and_a_small_map_and_no_frame(
    analyzers: Analyzers, frame: bytes
) -> None:
    answer = step(analyzers, frame, live.LiveState())
    assert answer["size"] == [512, 512]
    [face] = answer["faces"]
    assert face["chosen"]
    assert face["label"].startswith("happy")
    x, _, w, h = face["box"]
    assert 100 < x < 250
    assert w == pytest.approx(h, rel=0.5)
    assert answer["map"]["png"].startswith("data:image/png;base64,")
    assert "yz-bars" in answer["html"]["reading"]
    assert answer["advised"]
    sent = json.dumps(answer)
    assert "image/jpeg" not in sent
    assert len(sent) < 12_000


def test_frames_before_consent_are_refused(analyzers: Analyzers, frame: bytes) -> None:
    state = live.LiveState()
    answer = step(analyzers, frame, state, settings=Settings())
    assert text("errors.consent.required", "en") in unescape(answer["notice"])
    assert state.reading is None


def test_a_frame_that_is_read_while_it_stops_leaves_nothing_behind(
    analyzers: Analyzers, frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = live.LiveState()
    real = live.load_image

    def stopped_meanwhile(source: bytes) -> object:
        live.camera({"state": "off"}, state)
        return real(source)

    monkeypatch.setattr(live, "load_image", stopped_meanwhile)
    assert step(analyzers, frame, state) == {}
    assert state.reading is None
    assert state.following.advice.cards == ()


def test_after_stopping_the_last_result_and_its_advice_stay(
    analyzers: Analyzers, frame: bytes
) -> None:
    state = live.LiveState()
    step(analyzers, frame, state)
    cards = state.following.advice.cards
    live.camera({"state": "off"}, state)
    assert cards
    assert state.following.advice.cards == cards
    assert "happy" in live.redraw(state, "en").reading
    assert state.numbers == {}


@pytest.mark.parametrize(
    ("source", "kind"), [(b"no picture", "undecodable"), (b"", "empty"), (None, "empty")]
)
def test_a_broken_frame_gives_its_sentence_and_the_stream_goes_on(
    analyzers: Analyzers, frame: bytes, source: bytes | None, kind: str
) -> None:
    state = live.LiveState()
    answer = live.step(analyzers, source, PLAIN, ACCEPTED, state, 0.0)
    assert text(f"errors.image.{kind}", "en") in unescape(answer["notice"])
    assert "yz-bars" in step(analyzers, frame, state, 0.1)["html"]["reading"]


def test_the_session_keeps_no_frame_and_no_model(analyzers: Analyzers, frame: bytes) -> None:
    state = live.LiveState()
    step(analyzers, frame, state)
    assert "data:image" not in repr(vars(state))
    assert not [
        name
        for name, value in {**vars(state), **vars(state.stream)}.items()
        if type(value).__module__.startswith(("numpy", "torch"))
    ]


def test_a_picked_person_keeps_the_panels_and_everybody_their_number(
    analyzers: Analyzers, two: bytes
) -> None:
    state = live.LiveState()
    first = step(analyzers, two, state)["faces"]
    assert [face["number"] for face in first] == [1, 2]
    assert first[0]["chosen"]
    other = first[1]["track"]
    answer = step(analyzers, two, state, 0.1, track=other)
    assert [face["chosen"] for face in answer["faces"]] == [False, True]
    assert answer["advised"], "the advice is for whom was picked"
    assert re.search(rf'chosen" data-pick="1" data-track="{other}"', answer["html"]["reading"])
    mirrored = jpeg_bytes(np.ascontiguousarray(live.load_image(two)[:, ::-1]), 92)
    later = step(analyzers, mirrored, live.LiveState())["faces"]
    assert [face["number"] for face in later] == [1, 2]
    again = step(analyzers, two, state, 0.2, track=999)
    assert [face["chosen"] for face in again["faces"]] == [False, True], "nobody has this track"


def test_other_models_start_a_new_smoothing(analyzers: Analyzers, frame: bytes) -> None:
    state = live.LiveState()
    step(analyzers, frame, state)
    before = state.stream
    answer = step(analyzers, frame, state, 0.1, settings=replace(ACCEPTED, classes=3))
    assert state.stream is not before
    assert answer["html"]["reading"].count('<li class="') == 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bar_brings_every_button_and_word_so_that_a_press_acts_offline(lang: Language) -> None:
    bar = camera_bar(lang)
    for action in ACTIONS:
        assert f'data-camera="{action}"' in bar
    [words] = re.findall(r'data-words="([^"]*)"', bar)
    said = json.loads(unescape(words))
    for name in ("again", "live", "frozen", "opening", "waiting", "slow", *TROUBLES):
        assert said[name] == text(f"ui.camera_{name}", lang)


@pytest.mark.parametrize(
    "sent", [None, "", "[", "3", '{"track": "1"}', '{"track": -1}', '{"target": ["sad"]}', "{" * 99]
)
def test_malformed_options_ask_for_nothing(sent: str | None) -> None:
    assert FrameOptions.of(sent) == PLAIN


def test_another_language_redraws_the_words_and_nothing_is_analysed(
    analyzers: Analyzers, frame: bytes
) -> None:
    state = live.LiveState()
    step(analyzers, frame, state)
    turkish = live.redraw(state, "tr")
    assert "mutlu" in turkish.reading
    assert text("ui.camera_freeze", "tr") in turkish.camera


def test_the_advice_is_drawn_when_there_is_some(analyzers: Analyzers, frame: bytes) -> None:
    state = live.LiveState()
    assert live.advice_shown(state, "en") == LiveShown()
    step(analyzers, frame, state)
    assert "<article" in live.advice_shown(state, "en").advice


def test_a_bar_asks_for_its_map(analyzers: Analyzers, frame: bytes) -> None:
    state = live.LiveState()
    first = step(analyzers, frame, state)
    assert state.reading is not None
    assert state.reading.map is not None
    assert state.reading.map.target == "happy"
    answer = step(analyzers, frame, state, 0.1, target="sad", still=True)
    assert state.reading.map.target == "sad"
    assert state.reading.faces[0].emotion == "happy", "another map, not another result"
    assert answer["map"] != first["map"]
    assert re.search(r'data-explain="sad" aria-pressed="true"', answer["html"]["reading"])
    step(analyzers, frame, state, 0.2, target="bored")
    assert state.reading.map.target == "happy", "no such label: the predicted one"
    three = step(
        analyzers, frame, state, 0.3, settings=replace(ACCEPTED, classes=3), target="disgust"
    )
    assert state.explained is None, "three expressions have no disgust among them"
    assert three["map"]


def test_a_frozen_frame_that_is_asked_again_counts_once(analyzers: Analyzers, frame: bytes) -> None:
    state = live.LiveState()
    step(analyzers, frame, state)
    counted = state.following.minute_mean.frames
    answer = step(analyzers, frame, state, 0.1, target="sad", still=True)
    assert state.following.minute_mean.frames == counted
    assert not answer["advised"]

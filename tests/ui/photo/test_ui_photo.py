"""The Photo tab's handlers: every picture gives panels, every fault its sentence."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from yuzug.emotions import Language
from yuzug.recommender import bundled
from yuzug.texts import text
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
    assert "happy" not in re.sub(r"<[^>]*>", "", turkish.reading)


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
    assert (state.reading, state.error, state.board.mood, state.board.cards) == (
        None,
        None,
        None,
        (),
    )
    assert shown.picture == shown.heat == ""

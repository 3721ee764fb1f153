"""Teaching on the page, as plain functions: what a frame is worth, and what is learned."""

from __future__ import annotations

import base64
import gc
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from yuzug._resources import PORTRAIT_FACE
from yuzug.emotions import LANGUAGES, Language
from yuzug.images import jpeg_bytes
from yuzug.models import Person
from yuzug.models.person import MOST_BYTES
from yuzug.pipeline import Analyzer
from yuzug.texts import text
from yuzug.ui.live import handlers as live
from yuzug.ui.live.handlers import FrameOptions
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import explain
from yuzug.ui.photo import handlers as photo
from yuzug.ui.session import Settings
from yuzug.ui.teaching.lesson import MOST_CHARACTERS, MOST_EXAMPLES, learn
from yuzug.ui.teaching.view import lesson

ACCEPTED = Settings(model="cnn", consent=True)


def step(
    analyzers: Analyzers,
    frame: bytes,
    state: live.LiveState,
    settings: Settings = ACCEPTED,
    now_s: float = 0.0,
    **options: Any,
) -> dict[str, Any]:
    asked = FrameOptions.of(json.dumps(options))
    return live.step(analyzers, frame, asked, settings, state, now_s)


@pytest.fixture(scope="module")
def frame(astronaut_path: Path) -> bytes:
    return astronaut_path.read_bytes()


@pytest.fixture(scope="module")
def two(astronaut: NDArray[np.uint8]) -> bytes:
    """The portrait beside a smaller copy."""
    canvas = np.full((512, 912, 3), 128, np.uint8)
    canvas[:, :512], canvas[:400, 512:] = astronaut, cv2.resize(astronaut, (400, 400))
    return jpeg_bytes(canvas, 92)


@pytest.fixture(scope="module")
def surprised(analyzers: Analyzers, frame: bytes) -> dict[str, Any]:
    """Somebody whose smile is said to be surprise, three times over: what the browser keeps."""
    example = step(analyzers, frame, live.LiveState(), teach="take")["teach"]["example"]
    person = None
    for _ in range(3):
        asked = {"label": "surprise", "examples": [example] * 4, "person": person}
        person = learn(analyzers, json.dumps(asked), None, ACCEPTED)["person"]
    assert person is not None
    return person


def test_a_frame_with_one_sharp_face_is_an_example_and_a_look_is_none(
    analyzers: Analyzers, frame: bytes
) -> None:
    seen = step(analyzers, frame, live.LiveState(), teach="take")["teach"]
    assert (seen["problem"], seen["neutral"], len(seen["labels"])) == (None, "neutral", 7)
    assert len(json.dumps(seen["example"])) < 2_000
    assert "example" not in step(analyzers, frame, live.LiveState(), teach="look")["teach"]
    assert "teach" not in step(analyzers, frame, live.LiveState())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_wrong_with_a_frame_is_said_and_nothing_is_taken(
    analyzers: Analyzers, two: bytes, astronaut: NDArray[np.uint8], lang: Language
) -> None:
    settings = replace(ACCEPTED, lang=lang)
    soft = jpeg_bytes(cv2.GaussianBlur(astronaut, (0, 0), 6), 92)
    none = jpeg_bytes(np.full((240, 320, 3), 128, np.uint8), 92)
    for picture, key in ((two, "teach.several"), (none, "ui.no_face"), (soft, "ui.doubt_blurred")):
        seen = step(analyzers, picture, live.LiveState(), settings, teach="take")["teach"]
        assert seen["problem"][lang] == text(key, lang)
        assert "example" not in seen


def test_frames_become_one_example_and_numbers_alone_come_back(
    surprised: dict[str, Any],
) -> None:
    person = Person.from_json(surprised)
    assert person.examples == {"surprise": 3}
    assert len(json.dumps(surprised)) < 10_000
    assert person == Person.from_json(person.to_json()), "as `yuzug teach` writes it"


def test_the_taught_track_is_read_so_and_no_other_face(
    analyzers: Analyzers, two: bytes, surprised: dict[str, Any]
) -> None:
    state = live.LiveState()
    tracks = [face["track"] for face in step(analyzers, two, state)["faces"]]
    mine = {"person": surprised, "shows": "both"}
    unknown = step(analyzers, two, state, now_s=0.1, **mine)
    assert [face["adapted"] for face in unknown["faces"]] == [False, False], "nobody said whose"
    assert text("teach.badge_plain", "en") in unknown["html"]["reading"]
    other = step(analyzers, two, state, now_s=0.2, **mine, person_track=tracks[1])
    assert [face["adapted"] for face in other["faces"]] == [False, True]
    both = step(analyzers, two, state, now_s=0.3, **mine, person_track=tracks[0])
    assert [face["adapted"] for face in both["faces"]] == [True, False]
    assert text("teach.badge_adapted", "en") in both["html"]["reading"]
    assert both["html"]["reading"].count('class="share plain"') == 7
    gone = step(analyzers, two, state, now_s=0.4, **mine, person_track=999)
    assert [face["adapted"] for face in gone["faces"]] == [False, False]
    assert "yz-whose" not in step(analyzers, two, state, now_s=0.5)["html"]["reading"]


def test_another_number_of_expressions_keeps_whose_face_it_is(
    analyzers: Analyzers, two: bytes, surprised: dict[str, Any]
) -> None:
    state = live.LiveState()
    track = step(analyzers, two, state)["faces"][1]["track"]
    five = replace(ACCEPTED, classes=5)
    asked = {"person": surprised, "person_track": track, "shows": "adapted"}
    answer = step(analyzers, two, state, five, now_s=0.1, **asked)
    assert [face["adapted"] for face in answer["faces"]] == [False, True]


def test_a_frozen_frame_keeps_whose_face_it_is_however_long_it_is_looked_at(
    analyzers: Analyzers, frame: bytes, surprised: dict[str, Any]
) -> None:
    state = live.LiveState()
    [face] = step(analyzers, frame, state)["faces"]
    asked = {"person": surprised, "person_track": face["track"], "still": True}
    [again] = step(analyzers, frame, state, now_s=60.0, **asked)["faces"]
    assert again["adapted"]
    assert again["label"] != face["label"], "shown at once, not smoothed into what was shown"


def test_what_was_taught_to_other_weights_is_told_and_live_goes_on(
    analyzers: Analyzers, frame: bytes, surprised: dict[str, Any]
) -> None:
    other = replace(ACCEPTED, model="resnet18")
    state = live.LiveState()
    [face] = step(analyzers, frame, state, other)["faces"]
    for person, kind in ((surprised, "person.weights"), ({"labels": 3}, "person.invalid")):
        asked = {"person": person, "person_track": face["track"], "shows": "adapted"}
        answer = step(analyzers, frame, state, other, now_s=0.1, **asked)
        assert answer["refused_person"]["tr"] == text(f"errors.{kind}", "tr")
        assert not answer["faces"][0]["adapted"]
        assert "yz-bars" in answer["html"]["reading"]


def held_by(root: object) -> Iterator[object]:
    """Whatever can be reached from an object, in private attributes too, but no code."""
    waiting, seen = [root], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType):
            continue
        seen.add(id(one))
        yield one
        waiting += gc.get_referents(one)


def test_no_state_of_a_visit_holds_what_was_taught(
    analyzers: Analyzers, frame: bytes, surprised: dict[str, Any]
) -> None:
    state = live.LiveState()
    [face] = step(analyzers, frame, state)["faces"]
    asked = {"person": surprised, "person_track": face["track"], "shows": "adapted"}
    answer = step(analyzers, frame, state, now_s=0.1, **asked)
    assert answer["faces"][0]["adapted"]
    codes = surprised["labels"]["surprise"]["mean"]["codes"]
    assert codes[:40] not in json.dumps(answer)
    held = list(held_by(state))
    [last] = state.stream._last._faces.values()
    assert any(one is last for one in held), "the readings of the frame before are looked at"
    assert last.plain is not None, "and this one is adapted"
    assert [one for one in held if isinstance(one, Person)] == []
    assert [one for one in held if isinstance(one, str) and codes[:40] in one] == []


def test_the_model_that_the_page_shows_is_taught_before_the_settings_follow(
    analyzers: Analyzers, astronaut: NDArray[np.uint8]
) -> None:
    crop = jpeg_bytes(np.ascontiguousarray(astronaut[PORTRAIT_FACE]), 92)
    for model in ("resnet18", "cnn"):
        said = learn(analyzers, json.dumps({"label": "happy", "model": model}), crop, ACCEPTED)
        assert said["person"]["model"] == model
    unknown = learn(analyzers, '{"label": "happy", "model": "owl"}', crop, ACCEPTED)
    assert unknown["refused"]["en"] == text("errors.model.unknown", "en")


def lessons(surprised: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What may be sent, and the kind of error that it gives."""
    example = {key: surprised[key] for key in ("schema", "model", "weights")} | {
        "embedding": {"low": 0.0, "step": 0.1, "codes": "AAAA"}
    }
    far = {"person": {**surprised, "weights": "0" * 64}}
    return {
        "no JSON": ("[", "person.invalid"),
        "a list": ("[]", "person.invalid"),
        "a word for a person": ('{"person": "me"}', "person.invalid"),
        "no person": ('{"person": {}}', "person.invalid"),
        "deep": ('{"person": ' + '{"a": ' * 50 + "1" + "}" * 51, "person.invalid"),
        "other weights": (json.dumps(far), "person.weights"),
        "an unknown label": ('{"label": "bored", "examples": []}', "person.label"),
        "no examples": ('{"label": "sad", "examples": []}', "person.invalid"),
        "a short example": (json.dumps({"label": "sad", "examples": [example]}), "person.invalid"),
        "too many": (
            json.dumps({"label": "sad", "examples": [example] * (MOST_EXAMPLES + 1)}),
            "person.invalid",
        ),
    }


def test_what_is_none_of_ours_is_refused_in_one_sentence(
    analyzers: Analyzers, surprised: dict[str, Any]
) -> None:
    for what, (sent, kind) in lessons(surprised).items():
        said = learn(analyzers, sent, None, ACCEPTED)
        assert said == {"refused": {lang: text(f"errors.{kind}", lang) for lang in LANGUAGES}}, what


def test_nothing_is_learned_before_the_notice_is_accepted(
    analyzers: Analyzers, surprised: dict[str, Any], frame: bytes
) -> None:
    for picture in (None, frame):
        sent = json.dumps({"person": surprised, "label": "sad"})
        said = learn(analyzers, sent, picture, Settings(model="cnn"))
        assert said["refused"]["en"] == text("errors.consent.required", "en")
        assert "person" not in said


def test_a_cropped_face_of_a_photo_teaches_too(
    analyzers: Analyzers, astronaut: NDArray[np.uint8]
) -> None:
    crop = jpeg_bytes(np.ascontiguousarray(astronaut[PORTRAIT_FACE]), 92)
    said = learn(analyzers, '{"label": "happy"}', crop, ACCEPTED)
    assert Person.from_json(said["person"]).examples == {"happy": 1}
    broken = learn(analyzers, '{"label": "happy"}', b"words", ACCEPTED)
    assert broken["refused"]["en"] == text("errors.image.undecodable", "en")


def test_what_may_be_sent_holds_the_largest_person() -> None:
    assert 2 * MOST_BYTES < MOST_CHARACTERS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_panel_brings_every_word_and_begins_with_nothing_shown(lang: Language) -> None:
    shown = lesson(lang)
    for part in ("offer", "course", "whose", "mine"):
        assert f'data-part="{part}" hidden' in shown
    assert text("teach.start", lang) in shown


def test_a_photo_is_read_as_taught_where_its_owner_says_so(
    analyzers: Analyzers, frame: bytes, surprised: dict[str, Any]
) -> None:
    both = json.dumps({"person": surprised, "shows": "both"})
    state = photo.PhotoState()
    plain = photo.read(analyzers, frame, ACCEPTED, state, sent='{"shows": "plain"}')
    assert text("teach.badge_plain", "en") in plain.reading
    adapted = photo.read(analyzers, frame, ACCEPTED, state, again=True, sent=both)
    assert text("teach.badge_adapted", "en") in adapted.reading
    assert adapted.reading.count('class="share plain"') == 7
    codes = surprised["labels"]["surprise"]["mean"]["codes"]
    assert codes[:40] not in repr(state), "the state holds what was read, not what was taught"
    # Its map and its check are of the adapted reading.
    assert state.reading is not None
    [crop] = re.findall(r'class="crop" src="data:image/\w+;[^,"]*base64,([^"]+)"', adapted.heat)
    seen: list[bool] = []
    real = Analyzer.analyze

    def watching(self: Analyzer, *given: Any, **options: Any) -> Any:
        seen.append(options["person"] is not None)
        return real(self, *given, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Analyzer, "analyze", watching)
        explain.check(analyzers, base64.b64decode(crop), ACCEPTED, state, both)
        explain.ask(analyzers, base64.b64decode(crop), {"label": "sad"}, ACCEPTED, state, both)
    assert seen == [True, True]
    other = replace(ACCEPTED, model="resnet18")
    refused = photo.read(analyzers, frame, other, state, again=True, sent=both)
    assert text("teach.badge_plain", "en") in refused.reading, "other weights: the general result"

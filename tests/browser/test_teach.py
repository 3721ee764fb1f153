"""Teaching one's face in Chromium with a fake camera: by keyboard alone, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pytest
from journeys import ASTRONAUT, open_tab, show_example, show_file, start_camera
from numpy.typing import NDArray
from playwright.sync_api import Page, Request, expect
from screen_reader import says_what_is_seen

from yuzug.emotions import Language, looks
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.texts import text

TEACH, READING = "#yz-live-teach", "#yz-live-reading"


def press(page: Page, selector: str, key: str = "Enter", *, going: str = "Tab") -> None:
    """Go there with the Tab key, or back with Shift+Tab, and press."""
    for _ in range(200):  # moments of the ribbon are stops too
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return page.keyboard.press(key)
        page.keyboard.press(going)
    return pytest.fail(f"no way to {selector} by keyboard")


def stored(page: Page) -> dict[str, Any] | None:
    person: dict[str, Any] | None = page.evaluate("() => window.yuzug.person.read()")
    return person


def person_in(frame: Request) -> dict[str, Any] | None:
    """What was learned of a face, as it travels with a frame."""
    person: dict[str, Any] | None = json.loads(frame.post_data_json["data"][1]).get("person")
    return person


def badge(page: Page, kind: str, lang: Language) -> None:
    shown = page.locator(f"{READING} .yz-whose")
    if kind == "adapted":
        # Where a busy machine reads no frame for a second, the page asks again whose face it is.
        asked = page.locator(f"{TEACH} [data-teach=mine]:visible")
        expect(shown.and_(page.locator(".adapted")).or_(asked).first).to_be_visible()
        # It may be gone by now.
        asked.evaluate_all("all => all.forEach((one) => one.click())")
    expect(shown).to_have_text(text(f"teach.badge_{kind}", lang))


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("tr", 390)])
def test_a_face_is_taught_shown_both_ways_taken_along_and_erased(
    visit: Callable[..., Page], lang: Language, width: int, uploads: Path
) -> None:
    page = visit(lang=lang, width=width)
    sent: list[Request] = []
    page.on("request", lambda one: sent.append(one) if "/run/frame" in one.url else None)
    start_camera(page)
    # Three seconds of a relaxed face, then an expression.
    page.locator("[data-camera=freeze]").focus()
    press(page, f"{TEACH} [data-part=offer] [data-teach=open]")
    expect(page.locator(f"{TEACH} .say")).to_have_text(text("teach.relax", lang))
    says_what_is_seen(page.locator(TEACH))
    press(page, "[data-teach=relax]")
    expect(page.locator(f"{TEACH} .count b")).to_have_text(re.compile("[123]"))
    learned = text("teach.learned", lang, looks=text("teach.relaxed", lang))
    expect(page.locator(f"{TEACH} .say")).to_contain_text(learned)
    press(page, f"{TEACH} [data-label=surprise]")
    learned = text("teach.learned", lang, looks=looks("surprise", lang))
    expect(page.locator(f"{TEACH} .say")).to_contain_text(learned)
    says_what_is_seen(page.locator(TEACH))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    press(page, f"{TEACH} [data-teach=done]")
    badge(page, "adapted", lang)
    # In a frozen picture, which no busy machine moves: adapted, plain, both.
    press(page, "[data-camera=freeze]")
    page.locator("[data-camera=resume]").wait_for()
    press(page, f"{TEACH} [data-shows][value=adapted]", "ArrowRight")
    badge(page, "plain", lang)
    assert person_in(sent[-1]) is None, "who wants the general result sends no numbers"
    page.keyboard.press("ArrowRight")
    badge(page, "adapted", lang)
    assert person_in(sent[-1]) == stored(page)
    expect(page.locator(f"{READING} .share.plain")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # After the camera restarts, whose face it is, is asked.
    page.locator("[data-camera=stop]").click()
    start_camera(page)
    badge(page, "plain", lang)
    page.locator(f"{TEACH} [data-teach=mine]").wait_for()
    page.locator("[data-camera=freeze]").focus()
    press(page, f"{TEACH} [data-teach=mine]")
    badge(page, "adapted", lang)
    # Taken along as `yuzug analyze --person` reads it; no picture is in it.
    press(page, f"{TEACH} [data-part=mine] summary")
    with page.expect_download() as download:
        press(page, "[data-teach=export]")
    saved = Path(download.value.path()).read_bytes()
    person = Person.from_json(saved)
    assert person.examples == {"neutral": 1, "surprise": 1}
    assert len(saved) < 10_000
    assert json.loads(saved) == stored(page)
    # Erased, and loaded again; a file of something else is refused.
    press(page, f"{TEACH} details details summary")
    press(page, "[data-teach=erase]")
    expect(page.locator(f"{TEACH} .message")).to_have_text(text("teach.erased", lang))
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('person'))") == []
    expect(page.locator(f"{READING} .yz-whose")).to_have_count(0)
    choose = page.locator(f"{TEACH} [data-part=offer] [data-import]")
    for name, content in (("odd.json", b"{}"), ("mine.json", saved)):
        choose.set_input_files({"name": name, "mimeType": "text/json", "buffer": content})
        if name == "odd.json":
            refused = text("errors.person.invalid", lang)
            expect(page.locator(f"{TEACH} .message")).to_have_text(refused)
    page.wait_for_function("() => window.yuzug.person.read() !== null")
    assert stored(page) == json.loads(saved)
    # Nothing is left on the server's disk.
    page.locator("[data-camera=stop]").click()
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("lang", "width"), [("en", 390), ("tr", 1280)])
def test_a_correction_is_learned_from_in_live_and_in_a_photo(
    visit: Callable[..., Page], lang: Language, width: int, uploads: Path
) -> None:
    """By keyboard alone; what was corrected is what is learned, and only once it is asked for."""
    page = visit(lang=lang, width=width)
    learned = text("teach.learned", lang, looks=looks("sad", lang))

    def correct(tab: str) -> None:
        advice = f"#yz-{tab}-advice"
        press(page, f"{advice} .yz-follows summary")
        press(page, f"{advice} [data-mood=sad]")
        said = text("advice.for_corrected", lang, looks=looks("sad", lang))
        expect(page.locator(f"{advice} .yz-follows")).to_contain_text(said)

    # In Live: the frozen frame is the one that was corrected.
    start_camera(page)
    page.locator("[data-camera=freeze]").focus()
    press(page, "[data-camera=freeze]")
    page.locator("[data-camera=resume]").wait_for()
    correct("live")
    assert stored(page) is None, "a correction alone teaches nothing"
    press(page, "#yz-live-advice [data-act=learn]", going="Shift+Tab")
    expect(page.locator(f"{TEACH} .message")).to_have_text(learned)
    badge(page, "adapted", lang)
    first = Person.from_json(stored(page) or {})
    assert first.examples == {"sad": 1}
    # In a photo, which is read generally until the visitor says that it shows them.
    show_example(page)
    page.locator("[data-press=example]").focus()
    correct("photo")
    press(page, "#yz-photo-advice [data-act=learn]", going="Shift+Tab")
    expect(page.locator("#yz-photo-shows .message")).to_have_text(learned)
    assert Person.from_json(stored(page) or {}).examples == {"sad": 2}
    whose = page.locator("#yz-photo-reading .yz-whose")
    page.locator("#yz-photo-shows [data-shows]:checked").focus()
    assert page.evaluate("document.activeElement.value") == "plain"
    page.keyboard.press("ArrowLeft")
    expect(whose).to_have_text(text("teach.badge_adapted", lang))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Another photo may be of anybody.
    show_file(page, ASTRONAUT)
    expect(whose).to_have_text(text("teach.badge_plain", lang))
    expect(page.locator("#yz-photo-shows [data-shows][value=plain]")).to_be_checked()
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("tr", 390)])
def test_of_a_video_the_face_that_is_the_visitors_is_read_as_taught(
    visit: Callable[..., Page],
    lang: Language,
    width: int,
    tmp_path: Path,
    uploads: Path,
    astronaut: NDArray[np.uint8],
) -> None:
    """The video is read again for one of two faces; the other keeps the general result, and a
    switch shows either or both, until the numbers are erased."""
    alone = clips.frames(astronaut, 3)
    two = [np.concatenate([one, one], axis=1) for one in alone]
    video = clips.write(tmp_path / "two.webm", two, codec="libvpx")
    me = Analyzer.load("resnet18", 7).teach({"sad": [astronaut] * 3})
    page = visit(lang=lang, width=width)
    explained: list[bool] = []
    page.on(
        "request",
        lambda one: (
            explained.append(person_in(one) is not None) if "/film_frame" in one.url else None
        ),
    )
    open_tab(page, "film")
    page.locator("#yz-film-source input[type=file]").set_input_files(video)
    rows = page.locator("#yz-film .yz-film-person button")
    expect(rows).to_have_count(2)
    again, whose = (
        page.locator(f"#yz-film-reading {part}") for part in ("[data-mine]", ".yz-whose")
    )
    expect(again).to_be_hidden()
    page.evaluate("person => window.yuzug.person.keep(person)", json.loads(me.to_json()))
    rows.nth(1).click()
    expect(page.locator("#yz-film-reading [data-part=film]")).to_contain_text(
        text("film_page.person", lang, number=2)
    )
    page.locator("#yz-film input[type=range]").focus()
    press(page, "[data-mine]", going="Shift+Tab")
    expect(whose).to_have_text(text("teach.badge_adapted", lang))
    expect(rows.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(again).to_be_hidden()
    # The general result is not read once more.
    switch = page.locator("#yz-film-reading [data-reading]")
    beside = page.locator("#yz-film-reading .share.plain:visible")
    expect(beside).to_have_count(0)
    page.locator("#yz-film input[type=range]").focus()
    press(page, "[data-reading]", "ArrowRight", going="Shift+Tab")
    expect(whose).to_have_text(text("teach.badge_plain", lang))
    page.keyboard.press("ArrowRight")
    expect(whose).to_have_text(text("teach.badge_adapted", lang))
    expect(beside).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    rows.nth(0).click()
    expect(whose).to_have_text(text("teach.badge_plain", lang))
    expect(switch.first).to_be_hidden()
    rows.nth(1).click()
    expect(whose).to_have_text(text("teach.badge_adapted", lang))
    expect(page.locator("#yz-film-heat-words .yz-heat-words")).to_be_visible()
    assert explained[-1]
    page.evaluate("window.yuzug.person.erase()")
    expect(whose).to_be_hidden()
    expect(switch.first).to_be_hidden()
    expect(again).to_be_hidden()
    page.wait_for_function("() => document.querySelector('#yz-film-heat-words .yz-heat-words')")
    assert not explained[-1], "what was erased goes with no frame"
    assert [path for path in uploads.rglob("*") if path.is_file()] == []

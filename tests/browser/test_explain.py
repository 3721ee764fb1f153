"""What a visitor asks of a heat map, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from journeys import show_example, speak, start_camera
from page_words import no_word_of
from PIL import Image
from playwright.sync_api import Download, Page, Route, expect

from yuzug.emotions import Language
from yuzug.models import available_models
from yuzug.texts import text

WORDS = "#yz-photo-heat-words"


def look_closer(page: Page) -> None:
    page.locator(".yz-closer > button").click()
    page.locator("[data-ask=method]").first.wait_for()


def map_source(page: Page) -> str | None:
    return page.locator("#yz-photo-asked .map").get_attribute("src")


def saved(download: Download) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(Path(download.path()).read_bytes())).convert("RGB"))


def test_a_map_is_asked_seen_and_kept(visit: Callable[..., Page]) -> None:
    page = visit()
    show_example(page)
    # A class, by its bar.
    bar = page.locator("#yz-photo-reading [data-explain=sad]")
    bar.click()
    expect(bar).to_have_attribute("aria-pressed", "true")
    expect(page.locator(WORDS)).to_contain_text("sad")
    # Then the map is checked by itself, and the words say how it did.
    page.locator(f"{WORDS} .yz-trust:not(.checking)").wait_for()
    look_closer(page)
    # A method.
    grad_cam = map_source(page)
    page.locator("[data-answer=eigencam]").click()
    expect(page.locator(WORDS)).to_contain_text("Eigen-CAM")
    expect(page.locator("#yz-photo-asked .map")).not_to_have_attribute("src", grad_cam or "")
    # Two expressions.
    page.locator("[data-ask=against][data-answer=happy]").click()
    page.locator(f"{WORDS} .yz-legend.contrast").wait_for()
    expect(page.locator(WORDS)).to_contain_text(
        text("closer.contrast", "en", looks="sad", other="happy")
    )
    page.locator(f"{WORDS} .yz-trust.checking").wait_for(state="detached")
    # The slider, by keyboard: the map gives way to the photo.
    page.locator(".yz-cut").focus()
    page.keyboard.press("Home")
    clipped = "getComputedStyle(document.querySelector('#yz-photo-asked .veil')).clipPath"
    assert "100%" in page.evaluate(clipped)
    page.keyboard.press("End")
    assert "100%" not in page.evaluate(clipped).replace("100% - 100%", "")
    # The picture, in a file.
    with page.expect_download() as started:
        page.locator("[data-save=map]").click()
    assert started.value.suggested_filename == "yuzug-map.png"
    colours = saved(started.value)
    page.locator("[name=yz-opacity]").fill("10")
    with page.expect_download() as started:
        page.locator("[data-save=map]").click()
    fainter = saved(started.value)
    assert colours.shape == fainter.shape == (400, 400, 3)
    assert np.abs(colours.astype(int) - fainter).max() > 40
    # On the whole photo, where only the face's surroundings change.
    page.locator("[name=yz-scope][value=photo]").check(force=True)
    with page.expect_download() as started:
        page.locator("[data-save=map]").click()
    assert saved(started.value).shape == (512, 512, 3)


@pytest.mark.parametrize(("lang", "other"), [("en", "tr"), ("tr", "en")])
def test_models_side_by_side_and_the_report_in_either_language(
    visit: Callable[..., Page], lang: Language, other: Language
) -> None:
    page = visit(lang=lang, width=390 if lang == "tr" else 1280)
    show_example(page)
    look_closer(page)
    page.locator("[data-ask=beside]").click()
    pair = page.locator("#yz-photo-pair img")
    expect(pair).to_have_count(len(available_models()))
    page.wait_for_function(
        "[...document.querySelectorAll('#yz-photo-pair img')].every((one) => one.naturalWidth > 0)"
    )
    boxes = [box for box in (one.bounding_box() for one in pair.all()) if box]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 or lang == "en"
    sad = page.locator("#yz-photo-reading [data-explain=sad]")
    sad.click()
    expect(sad).to_have_attribute("aria-pressed", "true")
    page.locator(f"{WORDS} .yz-trust:not(.checking)").wait_for()
    with page.expect_download() as started:
        page.locator("[data-save=report]").click()
    assert started.value.suggested_filename == text("closer.file_report", lang) + ".png"
    assert saved(started.value).shape == (1754, 1240, 3)
    sources = page.locator("#yz-photo-pair img, #yz-photo-asked img, #yz-photo-heat img")
    before = [one.get_attribute("src") for one in sources.all()]
    no_word_of(page, other)
    speak(page, other)
    expect(page.locator("[data-explain=sad]").last).to_have_attribute("aria-pressed", "true")
    no_word_of(page, lang)
    assert [one.get_attribute("src") for one in sources.all()] == before, "analysed again"


def test_in_live_a_bar_asks_from_the_next_frame_on(visit: Callable[..., Page]) -> None:
    page = visit()
    start_camera(page)
    page.locator("#yz-live-reading [data-explain=sad]").click()
    expect(page.locator("#yz-live-heat-words")).to_contain_text("sad")
    expect(page.locator("#yz-live-reading .yz-sentence")).to_contain_text("happy")
    page.locator("#yz-live-reading [data-explain=sad]").click()
    expect(page.locator("#yz-live-heat-words")).to_contain_text("happy")


def test_questions_are_asked_by_keyboard_and_keep_the_focus(visit: Callable[..., Page]) -> None:
    page = visit()
    show_example(page)
    page.locator("#yz-photo-reading [data-explain=happy]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.explain") == "sad"
    page.keyboard.press("Enter")
    expect(page.locator(WORDS)).to_contain_text("sad")
    assert page.evaluate("document.activeElement.dataset.explain") == "sad", "the focus is lost"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.yz-closer') !== null"):
            break
    page.keyboard.press("Enter")
    page.locator("[data-ask=against]").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"{WORDS} .yz-legend.contrast")).to_be_visible()
    assert page.evaluate("document.activeElement.dataset.ask") == "against", "the focus is lost"


def test_of_quick_presses_the_last_is_answered_and_its_map_is_checked(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    show_example(page)
    page.evaluate(
        """async () => {
          for (const label of ["sad", "happy", "angry"]) {
            document.querySelector(`#yz-photo-reading [data-explain=${label}]`).click();
            await new Promise((done) => setTimeout(done, 60));
          }
        }"""
    )
    pressed = page.locator("#yz-photo-reading [data-explain][aria-pressed=true]")
    expect(pressed).to_have_attribute("data-explain", "angry")
    page.locator(f"{WORDS} .yz-trust:not(.checking)").wait_for()
    expect(page.locator(WORDS)).to_contain_text("angry")
    expect(page.locator("#yz-photo-busy [role=status] span")).to_be_hidden()


def test_a_slow_line_changes_nothing_in_the_order_of_presses(visit: Callable[..., Page]) -> None:
    page = visit()
    show_example(page)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route("**/queue/join*", hold_first)
    with page.expect_request("**/queue/join*"):
        page.locator("#yz-photo-reading [data-explain=sad]").click()
    page.locator("#yz-photo-reading [data-explain=angry]").click()
    page.wait_for_timeout(500)  # long enough for the second press to be sent, if it were
    assert len(held) == 1, "an event was sent before the server had the one before it"
    held[0].continue_()
    pressed = page.locator("#yz-photo-reading [data-explain][aria-pressed=true]")
    expect(pressed).to_have_attribute("data-explain", "angry")

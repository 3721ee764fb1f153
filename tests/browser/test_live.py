"""The Live tab in Chromium with a fake camera."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from journeys import open_tab, shares, start_camera
from machine import slowness
from playwright.sync_api import Page, expect

from yuzug.texts import text

PANELS_WITHIN_S = 3.0
FRAMES_PER_S = 8
# Frames that were painted and differ, counted by the page itself.
COUNT_FRAMES = """seconds => new Promise(resolve => {
  const seen = new Set(), start = performance.now();
  let last = "";
  const look = () => {
    const image = document.querySelector("#yz-live-picture img");
    const source = image?.getAttribute("src"); // image.src would parse the data URL each time
    if (image?.complete && source !== last) seen.add((last = source));
    if (performance.now() - start < 1000 * seconds) requestAnimationFrame(look);
    else resolve(seen.size / seconds);
  };
  look();
})"""


def picture(page: Page) -> str:
    return str(page.locator("#yz-live-picture img").get_attribute("src"))


def tracks_on(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.querySelector('#yz-webcam video').srcObject?.getTracks()"
            ".some(track => track.readyState === 'live') ?? false"
        )
    )


def test_live_shows_every_panel_soon_and_keeps_the_pace(visit: Callable[..., Page]) -> None:
    page = visit()
    allowed_at_s = time.monotonic()
    page.locator("[data-camera=start]").click()
    for panel in (
        "#yz-live-picture svg rect.line",
        "#yz-live-heat img",
        "#yz-live-reading .yz-bars li",
        "#yz-live-advice .yz-card",
    ):
        page.locator(panel).first.wait_for()
    assert time.monotonic() - allowed_at_s < PANELS_WITHIN_S
    expect(page.locator("#yz-live-reading .yz-sentence")).to_contain_text("happy")
    assert sum(shares(page, "live")) in range(96, 105)
    # Something else may hold the machine for a moment: the best of a few stretches counts.
    paces = []
    wanted = FRAMES_PER_S / slowness()
    while len(paces) < 3 and max(paces, default=0) < wanted:
        paces.append(page.evaluate(COUNT_FRAMES, 10 if not paces else 5))
    assert max(paces) >= wanted, f"{paces} frames a second, {wanted:.1f} wanted here"


def test_a_frozen_frame_stays_until_it_goes_on(visit: Callable[..., Page]) -> None:
    page = visit()
    start_camera(page)
    page.locator("[data-camera=freeze]").click()
    page.locator("[data-camera=resume]").wait_for()
    page.wait_for_timeout(400)
    frozen = picture(page)
    page.wait_for_timeout(600)
    assert picture(page) == frozen
    page.locator("[data-camera=resume]").click()
    page.wait_for_function(
        "src => document.querySelector('#yz-live-picture img').src !== src", arg=frozen
    )


def test_stopping_and_leaving_turn_the_camera_off(visit: Callable[..., Page]) -> None:
    page = visit()
    start_camera(page)
    assert tracks_on(page)
    page.locator("[data-camera=stop]").click()
    page.locator("[data-camera=start]").wait_for()
    assert not tracks_on(page)
    expect(page.locator("#yz-live-picture img")).to_have_count(0)
    start_camera(page)
    assert tracks_on(page)
    open_tab(page, 1)
    page.wait_for_function("!document.querySelector('#yz-webcam video').srcObject.active")


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize(
    ("script", "state"),
    [
        (
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('no', 'NotAllowedError') }",
            "refused",
        ),
        (
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('none', 'NotFoundError') }",
            "missing",
        ),
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "insecure"),
    ],
)
def test_a_camera_that_cannot_be_had_is_explained(
    visit: Callable[..., Page], lang: str, script: str, state: str
) -> None:
    page = visit(lang=lang, script=script)
    page.locator("[data-camera=start]").click()
    expect(page.locator("#yz-live-camera .told")).to_have_text(
        text(f"ui.camera_{state}", lang)  # type: ignore[arg-type]
    )


def test_another_number_of_expressions_takes_effect_while_it_runs(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    start_camera(page)
    page.locator("#yz-classes label", has_text="3").click()
    expect(page.locator("#yz-live-reading .yz-bars li")).to_have_count(3)
    page.get_by_test_id("CNN-radio-label").click()
    page.locator("#yz-classes label", has_text="8").click()
    expect(page.locator("#yz-live-reading .yz-bars li")).to_have_count(8)

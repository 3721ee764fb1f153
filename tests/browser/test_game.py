"""The mirror game of Live in Chromium with a fake camera."""

from __future__ import annotations

from collections.abc import Callable

from journeys import speak, start_camera
from playwright.sync_api import Page, expect

from yuzug.texts import text

OFFSET = "() => Number(document.querySelector('.yz-game circle.held').style.strokeDashoffset)"


def test_the_ring_closes_on_what_is_shown_and_on_nothing_else(visit: Callable[..., Page]) -> None:
    page = visit()
    start_camera(page)
    game = page.locator("#yz-live-game")
    game.locator("summary").click()
    told = game.locator(".message")
    game.locator("[data-show=angry]").click()
    expect(told).to_contain_text("happy")
    assert page.evaluate(OFFSET) == 1
    game.locator("[data-show=happy]").click()
    page.wait_for_function(f"() => ({OFFSET})() === 0")
    expect(told).to_have_text(text("game.held", "en", looks="happy"))
    page.locator("[data-camera=stop]").click()
    speak(page, "tr")
    expect(told).to_have_text(text("game.held", "tr", looks="mutlu"))
    expect(game.locator("[data-show=happy]")).to_have_attribute("aria-pressed", "true")
    expect(told).to_be_visible()

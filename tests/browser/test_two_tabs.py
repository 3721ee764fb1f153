"""Two tabs of one browser: each keeps what was chosen in it, and consent holds for both."""

from __future__ import annotations

from collections.abc import Callable

from journeys import keeps_another, open_tab, settings_kept, speak
from playwright.sync_api import Page, expect

from yuzug.texts import text


def another_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body.yz-ready")
    return other


def test_a_tab_writes_what_was_chosen_in_it_and_consent_reaches_the_other(
    visit: Callable[..., Page],
) -> None:
    page = visit(accept=False)
    other = another_tab(page)
    open_tab(other, "mood")
    page.locator(".yz-notice-box button:visible").click()
    expect(page.locator("[data-camera=start]")).to_be_focused()
    open_tab(other, "live")
    expect(other.locator("[data-camera=start]")).to_be_visible()
    page.get_by_test_id("CNN-radio-label").click()
    keeps_another(page, "model", None)
    speak(other, "tr")
    keeps_another(other, "lang", None)
    assert [settings_kept(page, name) for name in ("classes", "filters")] == [None, None]
    third = another_tab(page)
    expect(third.locator("[data-camera=start]")).to_have_text(text("ui.camera_start", "tr"))
    expect(third.locator("#yz-model input:checked")).to_have_attribute("value", "cnn")
    # Taken back in one tab, it is taken back in the others.
    page.evaluate("localStorage.clear()")
    expect(third.locator(".yz-notice-box:visible")).to_have_count(1)
    expect(third.locator("[data-camera=start]")).to_have_count(0)

"""The ribbon of the last minutes in Chromium with a fake camera."""

from __future__ import annotations

from collections.abc import Callable

from journeys import start_camera
from playwright.sync_api import Page, expect

from yuzug.texts import text

PAINTED = """() => { const band = document.querySelector('#yz-live-ribbon .band');
  return band.getContext('2d').getImageData(0, 0, band.width, band.height).data.some(x => x); }"""
STORED = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"


def test_a_moment_is_looked_at_again_kept_as_a_picture_and_cleared(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    ribbon = page.locator("#yz-live-ribbon")
    expect(ribbon.locator(".yz-ribbon")).to_be_hidden()
    start_camera(page)
    moment = ribbon.locator(".moments button").first
    moment.wait_for()
    assert "happy" in str(moment.get_attribute("aria-label"))
    page.wait_for_function(PAINTED)
    expect(ribbon.locator(".legend")).to_contain_text("happy")
    moment.click()
    expect(ribbon.locator(".seen canvas")).to_have_count(2)
    expect(ribbon.locator(".numbers li").first).to_contain_text("happy")
    with page.expect_download() as kept:
        ribbon.locator("[data-ribbon=share]").click()
    assert kept.value.suggested_filename == text("ribbon.file", "en")
    ribbon.locator("summary").click()
    expect(ribbon.locator("tbody tr").first).to_contain_text("happy")
    assert "data:image" not in page.evaluate(STORED), "a picture stays in the browser"
    page.locator("[data-camera=stop]").click()
    ribbon.locator("[data-ribbon=forget]").click()
    expect(ribbon.locator(".yz-ribbon")).to_be_hidden()

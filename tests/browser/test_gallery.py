"""What is there to try, and the three steps for who comes the first time, in Chromium."""

from __future__ import annotations

from collections.abc import Callable

from journeys import open_tab, speak, start_camera
from playwright.sync_api import Page, expect

from yuzug.texts import text
from yuzug.ui.photo.examples import NAMES

READING = "#yz-photo-reading"


def test_every_example_is_seen_and_those_that_are_pressed_are_read(
    visit: Callable[..., Page],
) -> None:
    page = visit(width=390)
    open_tab(page, "photo")
    buttons = page.locator("#yz-photo-gallery button")
    expect(buttons).to_have_count(len(NAMES))
    buttons.last.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => [...document.querySelectorAll('#yz-photo-gallery img')]"
        ".every((one) => one.naturalWidth > 50)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name=text("ui.example_group", "en")).click()
    expect(page.locator(f"{READING} .yz-chip")).to_have_count(3)
    page.get_by_role("button", name=text("ui.example_cartoon", "en")).click()
    expect(page.locator(READING)).to_contain_text(text("ui.no_face", "en"))


def test_three_steps_are_shown_once_and_again_from_about(visit: Callable[..., Page]) -> None:
    page = visit(tour=True, width=390)
    tour = page.locator(".yz-tour")
    steps = tour.locator("li:visible")
    expect(steps).to_contain_text("1/3")
    tour.locator("[data-tour=next]").click()
    speak(page, "tr")
    expect(steps).to_contain_text(text("ui.tour_why", "tr"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tour.locator("[data-tour=next]").click()
    tour.get_by_role("button", name=text("ui.tour_done", "tr")).click()
    expect(tour).to_be_hidden()
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.wait_for_selector("body.yz-ready")
    expect(tour).to_be_hidden()
    open_tab(page, "about")
    page.locator(".yz-about [data-tour=start]").click()
    expect(steps).to_contain_text(text("ui.tour_show", "tr"))
    # Who begins by themselves needs no steps.
    open_tab(page, "live")
    start_camera(page)
    expect(tour).to_be_hidden()

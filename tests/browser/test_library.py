"""All activities in Chromium: searched, marked with a star, turned down and brought back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journeys import open_tab
from playwright.sync_api import Page, expect

from yuzug.emotions import Language
from yuzug.recommender import bundled, search
from yuzug.texts import text
from yuzug.ui.advice.library import FIRST

MOOD = "#yz-mood-advice"


@pytest.mark.parametrize(("lang", "query"), [("en", "breathe"), ("tr", "yuruyus")])
def test_activities_are_searched_and_marked_by_keyboard_alone(
    visit: Callable[..., Page], lang: Language, query: str
) -> None:
    page = visit(lang=lang, width=390, accept=False)
    open_tab(page, "mood")
    library = page.locator(f"{MOOD} .yz-library")
    library.locator("summary").first.focus()
    page.keyboard.press("Enter")
    box, status = library.locator("[data-search]"), library.locator("[role=status]")
    expect(box).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type(query)
    # What the library itself finds; each letter may be asked for by itself on the way there.
    catalogue = bundled()
    found = [one.title.of(lang) for one in search(catalogue, query, lang=lang)]
    assert 0 < len(found) < len(catalogue.activities)
    expect(library.locator("h4")).to_have_text(found[:FIRST])
    expect(box).to_be_focused()
    expect(box).to_have_value(query)
    title = library.locator("h4").first.inner_text()
    star = library.locator(".yz-star").first
    star.focus()
    page.keyboard.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    expect(page.locator("#yz-mood-announcement")).to_contain_text(title)
    library.locator("[data-view=favourites]").focus()
    page.keyboard.press("Enter")
    expect(library.locator("h4")).to_have_text([title])
    expect(status).to_contain_text(text("advice.library_unkept", lang))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # One of the list opens in the player like any card, and the focus comes back to it.
    start = library.locator("[data-act=start]")
    start.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.yz-guide h2")).to_have_text(title)
    page.keyboard.press("Escape")
    expect(start).to_be_focused()


def test_what_is_not_for_me_is_brought_back(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=lonely]").click()
    card = page.locator(f"{MOOD} .yz-card").first
    title = card.locator("h3").inner_text()
    card.locator("[data-act=reject]").dblclick()
    page.locator(f"{MOOD} [data-act=restore]").wait_for()
    library = page.locator(f"{MOOD} .yz-library")
    library.locator("summary").first.click()
    library.locator("[data-view=rejected]").click()
    expect(library.locator("h4")).to_have_text([title])
    library.locator("[data-act=bring_back]").click()
    expect(library.locator("[role=status]")).to_have_text(text("advice.library_no_rejected", "en"))
    expect(page.locator(f"{MOOD} [data-act=restore]")).to_have_count(0)

"""The player of an activity in Chromium: timer, breath, count, text, before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from guide_player import GUIDES, MOOD, STEPS, open_guide
from journeys import open_tab, speak
from playwright.sync_api import Browser, Locator, Page, expect

from yuzug.emotions import Language
from yuzug.texts import text


def say(name: str, lang: Language = "en", **values: object) -> str:
    return text(f"advice.guide_{name}", lang, **values)


def at_the_steps(page: Page, guide: str) -> Locator:
    player = open_guide(page, guide)
    player.locator("[data-rating='2']").click()
    expect(player.locator(".step")).to_have_text(STEPS[0])
    return player


@pytest.fixture
def mood(visit: Callable[..., Page]) -> Page:
    page = visit(accept=False, width=390)
    page.clock.install()
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=sad]").click()
    page.locator(f"{MOOD} .yz-card").first.wait_for()
    return page


def stand_still(page: Page) -> None:
    """Stop the page's clock: what is read of it then does not hang on how busy the machine is."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 120)


def test_the_players_of_every_kind(mood: Page) -> None:
    page = mood
    # The timer goes by the clock, pauses, and stays right where the tab was asleep.
    player = at_the_steps(page, "timer")
    face = player.locator(".clock")
    expect(face).to_have_text("1:30")
    stand_still(page)
    player.get_by_role("button", name=say("run"), exact=True).click()
    page.clock.run_for(30_500)
    expect(face).to_have_text("1:00")
    player.get_by_role("button", name=say("pause")).click()
    page.clock.run_for(60_000)
    expect(face).to_have_text("1:00")
    player.get_by_role("button", name=say("resume")).click()
    page.clock.fast_forward(120_000)
    page.clock.resume()
    expect(face).to_have_text(say("timer_over"))
    expect(player.locator("[aria-live=polite]").last).to_have_text(say("timer_over"))
    page.keyboard.press("Escape")
    expect(player).to_have_count(0)
    assert page.evaluate("document.activeElement.dataset.act") == "start", "the focus comes back"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.reload()
    page.wait_for_selector("body.yz-ready")
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=sad]").click()
    player = at_the_steps(page, "breath")
    phase = player.locator(".phase")
    stand_still(page)
    player.get_by_role("button", name=say("run"), exact=True).click()
    for ms, words in ((1_000, "in"), (4_000, "hold"), (2_000, "out"), (6_000, "in")):
        page.clock.run_for(ms)
        expect(phase).to_have_text(say(words))
    expect(player.locator(".round")).to_have_text(say("round", round=2, rounds=2))
    page.clock.run_for(12_000)
    expect(phase).to_have_text(say("breath_over"))


def test_a_count_is_done_by_keyboard_and_teaches_whether_it_helped(mood: Page) -> None:
    page = mood
    title = page.locator(f"{MOOD} .yz-card").first.get_attribute("data-id")
    player = open_guide(page, "count")
    assert page.evaluate("document.activeElement.dataset.rating") == "1"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(player.locator(".step")).to_have_text(STEPS[0])
    expect(player.locator(".place")).to_have_text(say("step", step=1, steps=2))
    assert page.evaluate("document.activeElement.textContent") == say("next")
    page.keyboard.press("Enter")
    expect(player.locator(".step")).to_have_text(STEPS[1])
    expect(player.locator("[aria-live=polite]").last).to_contain_text(STEPS[1])
    more = player.get_by_role("button", name=say("count_more"))
    more.focus()
    page.keyboard.press("Enter")
    expect(player.locator(".number")).to_have_text("1 / 2")
    page.keyboard.press("Enter")
    expect(player.locator(".what")).to_have_text("1 smell")
    page.keyboard.press("Enter")
    expect(player.locator(".what")).to_have_text(say("count_over"))
    player.get_by_role("button", name=say("count_back")).click()
    expect(player.locator(".number")).to_have_text("0 / 1")
    player.get_by_role("button", name=say("finish")).click()
    expect(player.locator(".step")).to_have_text(say("ask_after"))
    player.locator("[data-rating='4']").click()
    card = page.locator(f"{MOOD} .yz-card[data-id={title}]")
    expect(card.locator("[data-act=did]")).to_have_attribute("aria-pressed", "true")
    expect(card.locator("[data-act=helpful]")).to_have_attribute("aria-pressed", "true")


def test_what_is_written_is_sent_nowhere(mood: Page) -> None:
    page = mood
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or ""))
    player = at_the_steps(page, "write")
    player.get_by_label(GUIDES["write"]["prompt"]).fill("a secret of mine")
    player.get_by_role("button", name=say("close")).click()
    expect(player).to_have_count(0)
    page.locator(f"{MOOD} .yz-card [data-act=start]").first.click()
    expect(player.locator("textarea")).to_have_value("a secret of mine")
    for name in ("next", "finish", "skip"):
        player.get_by_role("button", name=say(name), exact=True).click()
    page.locator(f"{MOOD} .yz-card.done").wait_for()
    assert sent
    assert not [one for one in sent if "secret" in one]
    assert "secret" not in page.evaluate("JSON.stringify(localStorage)")
    speak(page, "tr")
    player = open_guide(page, "write")
    expect(player.locator(".step")).to_have_text(say("ask_before", "tr"))
    expect(player.locator("textarea")).to_have_value("")


@pytest.fixture
def still(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    page.clock.install()
    page.goto(url)
    page.wait_for_selector("body.yz-ready")
    yield page
    context.close()


def test_with_reduced_motion_the_pacer_stands_still_and_is_read(still: Page) -> None:
    open_tab(still, "mood")
    still.locator(f"{MOOD} [data-mood=sad]").click()
    still.locator(f"{MOOD} .yz-card").first.wait_for()
    player = at_the_steps(still, "breath")
    size = "getComputedStyle(document.querySelector('.yz-guide .ring i')).transform"
    before = still.evaluate(size)
    stand_still(still)
    player.get_by_role("button", name=say("run"), exact=True).click()
    expect(player.locator(".phase")).to_have_text(say("in"))
    expect(player.locator(".left")).to_have_text("4")
    still.clock.run_for(4_200)
    expect(player.locator(".phase")).to_have_text(say("hold"))
    assert still.evaluate(size) == before

"""The advice in Chromium: filters, a mood of one's own, answers to the cards."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from journeys import TABS, keeps_another, open_tab, settings_kept, show_example, speak
from playwright.sync_api import Page, expect

from yuzug.recommender import bundled
from yuzug.texts import text

MOOD, PHOTO = "#yz-mood-advice", "#yz-photo-advice"


def choose(page: Page, mood: str) -> None:
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood={mood}]").click()
    expect(page.locator(f"{MOOD} [data-mood={mood}]")).to_have_attribute("aria-pressed", "true")


def ids(page: Page, area: str = MOOD) -> list[str]:
    return list(
        page.eval_on_selector_all(f"{area} .yz-card", "cards => cards.map((one) => one.dataset.id)")
    )


def changed(page: Page, before: list[str], area: str = MOOD) -> list[str]:
    page.wait_for_function(
        "([area, before]) => [...document.querySelectorAll(area + ' .yz-card')]"
        ".map((one) => one.dataset.id).join() !== before",
        arg=[area, ",".join(before)],
    )
    return ids(page, area)


def minutes(page: Page) -> list[int]:
    told = page.locator(f"{MOOD} .yz-card .meta").all_inner_texts()
    return [int(re.match(r"\d+", one).group()) for one in told]  # type: ignore[union-attr]


CLOCK = """
const ahead = (({hour} - new Date().getUTCHours() + 35) % 24) - 11;
Date.prototype.getTimezoneOffset = () => -60 * ahead;
"""


@pytest.mark.parametrize(("hour", "is_night"), [(2, True), (10, False)])
def test_the_browsers_clock_decides_what_comes(
    visit: Callable[..., Page], hour: int, is_night: bool
) -> None:
    page = visit(accept=False, script=CLOCK.replace("{hour}", str(hour)))
    shown: set[str] = set()
    for mood in ("sad", "happy", "lonely", "contempt", "angry"):
        before = ids(page)
        choose(page, mood)
        shown |= set(changed(page, before))
    chosen = [bundled().by_id[name] for name in shown]
    for_night = [a.place != "outdoor" and (not a.times or "night" in a.times) for a in chosen]
    assert all(for_night) == is_night
    if not is_night:
        assert all(not a.times or "morning" in a.times for a in chosen)


def test_a_mood_is_chosen_without_a_camera_and_filters_act_at_once(
    visit: Callable[..., Page],
) -> None:
    page = visit(accept=False)
    choose(page, "sad")
    said = text("advice.for_chosen", "en", mood=bundled().policy.mood("sad").name.en)
    expect(page.locator(MOOD)).to_contain_text(said)
    page.locator(f"{MOOD} select[name=minutes]").select_option("5")
    page.wait_for_function(
        "area => [...document.querySelectorAll(area + ' .yz-card .meta')]"
        ".every((one) => parseInt(one.textContent) <= 5)",
        arg=MOOD,
    )
    assert minutes(page)
    page.locator(f"{MOOD} .yz-filters summary").click()
    page.locator(f"{MOOD} .yz-chip", has_text=text("advice.choice_accessible_seated", "en")).click()
    # A redraw leaves open what was opened, and the choices as they are.
    page.locator(f"{MOOD} [data-mood=angry]").click()
    expect(page.locator(MOOD)).to_contain_text(bundled().policy.mood("angry").name.en)
    expect(page.locator(f"{MOOD} .yz-filters .more")).to_be_visible()
    expect(page.locator(f"{MOOD} input[value=seated]")).to_be_checked()
    expect(page.locator(f"{MOOD} select[name=minutes]")).to_have_value("5")
    page.locator(f"{MOOD} [data-act=reset]").click()
    expect(page.locator(f"{MOOD} input[value=seated]")).not_to_be_checked()
    # Without the notice accepted, nothing of it is remembered.
    page.reload()
    page.wait_for_selector("body.yz-ready")
    open_tab(page, "mood")
    expect(page.locator(f"{MOOD} .yz-card")).to_have_count(0)


def test_a_reading_is_corrected_and_the_advice_says_whom_it_follows(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    show_example(page)
    follows = page.locator(f"{PHOTO} .yz-follows")
    expect(follows).to_contain_text(text("advice.for_reading", "en", looks="happy"))
    before = ids(page, PHOTO)
    page.locator(f"{PHOTO} .yz-follows summary").click()
    page.locator(f"{PHOTO} [data-mood=sad]").click()
    expect(follows).to_contain_text(text("advice.for_corrected", "en", looks="sad"))
    after = changed(page, before, PHOTO)
    speak(page, "tr")
    expect(follows).to_contain_text(text("advice.for_corrected", "tr", looks="üzgün"))
    assert ids(page, PHOTO) == after, "another language gives the same activities"
    page.locator(f"{PHOTO} [data-act=back]").click()
    expect(follows).to_contain_text(text("advice.for_reading", "tr", looks="mutlu"))
    # The filters are those of the visit, and remembered once the notice was accepted.
    kept = settings_kept(page, "filters")
    page.locator(f"{PHOTO} select[name=place]").select_option("indoor")
    keeps_another(page, "filters", kept)
    choose(page, "happy")
    expect(page.locator(f"{MOOD} select[name=place]")).to_have_value("indoor")
    page.reload()
    page.wait_for_selector("body.yz-ready")
    choose(page, "happy")
    expect(page.locator(f"{MOOD} select[name=place]")).to_have_value("indoor")


def test_cards_are_answered_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    open_tab(page, "mood")

    def press(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                assert page.evaluate(
                    "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
                )
                return page.keyboard.press("Enter")
        return pytest.fail(f"no way to {selector} by keyboard")

    press("[data-mood=sad]")
    page.locator(f"{MOOD} .yz-card").first.wait_for()
    first = ids(page)
    press("[data-act=reject]")
    second = changed(page, first)
    assert second[1:] == first[1:]
    assert page.evaluate("document.activeElement.dataset.act") == "reject", "the focus stays"
    expect(page.locator("#yz-mood-announcement")).to_contain_text(
        text("advice.said_replaced", "en", title="")
    )
    press("[data-act=another]")
    third = changed(page, second)
    press("[data-act=did]")
    expect(page.locator(f"{MOOD} .yz-card.done")).to_have_count(1)
    press("[data-act=helpful]")
    expect(page.locator(f"{MOOD} [data-act=helpful][aria-pressed=true]")).to_have_count(1)
    # What is not for this person stays away, whatever else they ask for.
    for _ in range(12):
        page.locator(f"{MOOD} [data-act=another]").last.click()
        third = changed(page, third)
        assert first[0] not in third


def test_whom_to_turn_to_is_one_link_on_every_tab(visit: Callable[..., Page]) -> None:
    page = visit(lang="tr", width=390, accept=False)
    link = page.get_by_text(text("advice.talk", "tr"))
    for tab in TABS:
        open_tab(page, tab)
        expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#yz-talk a[href='tel:112']")).to_be_visible()
    speak(page, "en")
    expect(page.locator("#yz-talk summary")).to_have_text(text("advice.talk", "en"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_three_hard_moods_in_a_row_put_people_first(visit: Callable[..., Page]) -> None:
    page = visit(lang="tr", width=390)
    for mood in ("lonely", "angry"):
        choose(page, mood)
        expect(page.locator(f"{MOOD} .yz-help")).to_have_count(0)
    choose(page, "overwhelmed")
    expect(page.locator(f"{MOOD} .yz-help")).to_be_visible()
    expect(page.locator(f"{MOOD} .yz-help a[href^='tel:']").first).to_be_visible()
    page.locator(f"{MOOD} .yz-filters summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    choose(page, "happy")
    expect(page.locator(f"{MOOD} .yz-help")).to_have_count(0)

"""The journal in Chromium: opt-in, kept by the browser, taken along, erased."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from journeys import open_tab, speak
from playwright.sync_api import Page, expect

from yuzug.texts import text
from yuzug.ui.journal.entries import STORAGE_KEY, restore_journal

JOURNAL, MOOD = "#yz-journal", "#yz-mood-advice"


def saved(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.locator(f"{JOURNAL} a[download$={name}]").click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def stored(page: Page) -> str | None:
    return page.evaluate("key => localStorage.getItem(key)", STORAGE_KEY)


def test_a_journal_is_started_filled_kept_saved_and_erased(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=happy]").click()
    page.locator(f"{MOOD} .yz-card").first.wait_for()
    page.locator(f"{MOOD} [data-act=did]").first.click()
    page.locator(f"{MOOD} .yz-card.done").wait_for()
    assert stored(page) is None, "nothing is kept by itself"

    open_tab(page, "journal")
    page.locator("[data-keep=start]").click()
    expect(page.locator(JOURNAL)).to_contain_text(text("journal.empty", "en"))
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=sad]").click()
    expect(page.locator(f"{MOOD} [data-mood=sad]")).to_have_attribute("aria-pressed", "true")
    done = page.locator(f"{MOOD} .yz-card").nth(1)
    title = done.locator("h3").inner_text()
    done.locator("[data-act=did]").click()
    for when, rating in (("before", 2), ("after", 4)):
        scale = done.locator("fieldset", has_text=text(f"advice.rate_{when}", "en"))
        scale.locator("label", has_text=str(rating)).click()
    page.locator(f"{MOOD} [data-act=reject]").first.click()

    open_tab(page, "journal")
    rating = text("journal.rating", "en", before=2, after=4)
    expect(page.locator(f"{JOURNAL} .did")).to_contain_text(rating)
    expect(page.locator(f"{JOURNAL} .track i")).to_have_count(1)
    page.reload()
    page.wait_for_selector("body.yz-ready")
    open_tab(page, "journal")
    expect(page.locator(f"{JOURNAL} .did strong")).to_have_text(title)
    expect(page.locator(f"{JOURNAL} time").first).not_to_contain_text("-")

    told = json.loads(saved(page, "json"))
    assert [one["emotion"] for one in told["moods"]] == ["sad"]
    assert [(one["title"], one["before"], one["after"]) for one in told["activities"]] == [
        (title, 2, 4)
    ]
    assert len(told["rejected"]) == 1
    rows = list(csv.DictReader(saved(page, "csv").splitlines()))
    assert [(row["entry"], row["emotion"], row["title"]) for row in rows] == [
        ("mood", "sad", ""),
        ("activity", "", title),
    ]

    speak(page, "tr")
    expect(page.locator(f"{JOURNAL} h2")).to_have_text(text("journal.title", "tr"))
    expect(page.locator(f"{JOURNAL} .names")).to_have_text("üzgün")
    page.locator(f"{JOURNAL} summary", has_text=text("journal.erase", "tr")).click()
    page.locator("[data-keep=erase]").click()
    page.locator("[data-keep=start]").wait_for()
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=STORAGE_KEY)
    # What was saved comes back; what is no journal is refused, and nothing begins.
    choose = page.locator(f"{JOURNAL} [data-import]")
    for name, content in (("odd.json", "{}"), ("saved.json", json.dumps(told))):
        choose.set_input_files({"name": name, "mimeType": "text/json", "buffer": content.encode()})
        if name == "odd.json":
            refused = page.locator(f"{JOURNAL} .refused")
            expect(refused).to_have_text(text("journal.import_refused", "tr"))
            assert stored(page) is None
    expect(page.locator(f"{JOURNAL} .did strong")).to_have_count(1)
    page.locator(f"{JOURNAL} summary", has_text=text("journal.erase", "tr")).click()
    page.locator("[data-keep=erase]").click()
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=STORAGE_KEY)
    page.reload()
    page.wait_for_selector("body.yz-ready")
    open_tab(page, "journal")
    page.locator("[data-keep=start]").wait_for()
    assert stored(page) is None


def test_the_journal_goes_on_after_a_reload_and_two_tabs_add_up(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    open_tab(page, "journal")
    page.locator("[data-keep=start]").click()
    expect(page.locator(JOURNAL)).to_contain_text(text("journal.empty", "en"))
    page.reload()
    page.wait_for_selector("body.yz-ready")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body.yz-ready")

    def do_one(tab: Page, place: int) -> str:
        open_tab(tab, "mood")
        tab.locator(f"{MOOD} [data-mood=sad]").click()
        card = tab.locator(f"{MOOD} .yz-card").nth(place)
        title = card.locator("h3").inner_text()
        card.locator("[data-act=did]").click()
        tab.locator(f"{MOOD} .yz-card.done .rate").wait_for()
        return title

    # The two visits have another seed, so what is done is told by its time and id.
    titles = {do_one(page, 0), do_one(other, 1), do_one(page, 2)}
    page.locator(f"{MOOD} [data-act=reject]").nth(1).click()
    page.locator(f"{MOOD} [data-act=restore]").wait_for()
    page.wait_for_function("() => window.yuzug.journal.read().rejected.length === 1")
    for tab in (page, other):
        open_tab(tab, "journal")
        listed = tab.locator(f"{JOURNAL} .did strong")
        expect(listed).to_have_count(3)
        assert set(listed.all_inner_texts()) == titles
    told = page.evaluate("() => window.yuzug.journal.read()")
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-act=restore]").click()
    page.wait_for_function("() => window.yuzug.journal.read().rejected.length === 0")
    page.locator(f"{MOOD} .yz-card.done [data-act=did]").first.click()
    page.wait_for_function("() => window.yuzug.journal.read().activities.length === 2")

    # What the page writes: bounded, and of moods within a minute the last.
    moods = page.evaluate(
        """() => {
          const at = (minutes) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
          const mood = (minutes, emotion) => (
            { change: "mood", entry: { at: at(minutes), emotion, source: "chosen" } });
          const journal = window.yuzug.journal;
          journal.erase();
          journal.start();
          journal.apply([mood(0, "sad"), mood(0.5, "happy"), mood(3, "fear")]);
          const few = journal.read().moods.map((one) => one.emotion);
          journal.apply([...Array(520).keys()].map((number) => mood(10 + number, "sad")));
          return [few, journal.read().moods.length];
        }"""
    )
    assert moods == [["happy", "fear"], 500]
    assert restore_journal(told) is not None

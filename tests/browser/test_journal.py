"""The journal in Chromium: opt-in, kept by the browser, taken along, erased."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from journeys import open_tab, speak
from playwright.sync_api import Page, expect

from yuzug.emotions import LANGUAGES, Language
from yuzug.texts import text
from yuzug.ui.journal.entries import STORAGE_KEY, restore_journal

JOURNAL, MOOD = "#yz-journal", "#yz-mood-advice"


def start_journal(page: Page, lang: Language = "en") -> None:
    """Begin a journal in the browser, and wait until it is there, empty."""
    open_tab(page, "journal")
    page.locator("[data-keep=start]").click()
    expect(page.locator(JOURNAL)).to_contain_text(text("journal.empty", lang))


def saved(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.locator(f"{JOURNAL} [data-save={name}]").click()
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

    start_journal(page)
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
    page.wait_for_function("() => window.yuzug.journal.read().rejected.length === 1")

    open_tab(page, "journal")
    rating = text("journal.rating", "en", before=2, after=4)
    expect(page.locator(f"{JOURNAL} ul.entries")).to_contain_text(rating)
    expect(page.locator(f"{JOURNAL} .track i")).to_have_count(1)
    page.reload()
    page.wait_for_selector("body.yz-ready")
    open_tab(page, "journal")
    expect(page.locator(f"{JOURNAL} .entries .activity strong")).to_have_text(title)
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
    expect(page.locator(f"{JOURNAL} .entries .activity strong")).to_have_count(1)
    page.locator(f"{JOURNAL} summary", has_text=text("journal.erase", "tr")).click()
    page.locator("[data-keep=erase]").click()
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=STORAGE_KEY)
    page.reload()
    page.wait_for_selector("body.yz-ready")
    open_tab(page, "journal")
    page.locator("[data-keep=start]").wait_for()
    assert stored(page) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_note_and_tags_stay_here_and_are_saved_erased_and_imported(
    visit: Callable[..., Page], lang: Language
) -> None:
    page = visit(lang=lang, width=390, accept=False)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or ""))
    open_tab(page, "journal")
    for wrong in ({"diary": "a secret"}, {"schema": 1, "moods": [{"at": "a secret", "diary": 3}]}):
        assert "secret" not in page.evaluate(
            "file => JSON.stringify(window.yuzug.journal.fromFile(file))", wrong
        )
    start_journal(page, lang)
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=lonely]").click()
    page.locator(f"{MOOD} [data-act=note]").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.yz-note-dialog")
    expect(dialog.locator("textarea")).to_be_focused()
    page.keyboard.type("a secret, “quoted”")
    dialog.locator(".yz-chip").first.focus()
    page.keyboard.press("Space")
    dialog.locator(".row input").focus()
    page.keyboard.type("#rainy")
    page.keyboard.press("Enter")
    tags = [text("journal.dialog_tags_offered", lang).split(", ")[0], "rainy"]
    dialog.get_by_role("button", name=text("journal.dialog_save", lang), exact=True).focus()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    open_tab(page, "journal")
    own = page.locator(f"{JOURNAL} .entries li").first
    expect(own.locator(".note")).to_have_text("a secret, “quoted”")
    expect(own.locator(".tags")).to_have_text("  ".join(f"#{tag}" for tag in tags))
    expect(own.locator("[data-write]")).to_have_text(text("journal.note_edit", lang))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    told = saved(page, "json")
    [mood] = json.loads(told)["moods"]
    assert (mood["mood"], mood["note"], mood["tags"]) == ("lonely", "a secret, “quoted”", tags)
    [row] = csv.DictReader(saved(page, "csv").splitlines())
    assert (row["mood"], row["note"], row["tags"]) == ("lonely", mood["note"], ", ".join(tags))
    page.locator(f"{JOURNAL} summary", has_text=text("journal.erase", lang)).click()
    page.locator("[data-keep=erase]").click()
    page.wait_for_function("key => localStorage.getItem(key) === null", arg=STORAGE_KEY)
    page.locator("[data-keep=start]").wait_for()
    file = {"name": "saved.json", "mimeType": "text/json", "buffer": told.encode()}
    page.locator(f"{JOURNAL} [data-import]").set_input_files(file)
    expect(own.locator(".note")).to_have_text("a secret, “quoted”")
    # A redraw by the server, which knows nothing of it, takes nothing away.
    speak(page, "tr" if lang == "en" else "en")
    expect(own.locator(".note")).to_have_text("a secret, “quoted”")
    assert sent
    assert not [one for one in sent if "secret" in one or "rainy" in one]


def test_a_note_may_be_a_word_that_the_page_translates_elsewhere(
    visit: Callable[..., Page],
) -> None:
    page = visit(accept=False)
    start_journal(page)
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=sad]").click()
    page.locator(f"{MOOD} [data-act=note]").click()
    dialog = page.locator("dialog.yz-note-dialog")
    dialog.locator("textarea").fill("Image")  # Gradio's; ours is "Picture"
    dialog.locator(".row input").fill("Error")
    dialog.locator(".row button").click()
    expect(dialog.locator(".yz-chip.chosen")).to_have_text("Error")
    dialog.get_by_role("button", name=text("journal.dialog_save", "en"), exact=True).click()
    expect(dialog).to_have_count(0)
    open_tab(page, "journal")
    own = page.locator(f"{JOURNAL} .entries li").first
    expect(own.locator(".note")).to_have_text("Image")
    expect(own.locator(".tags")).to_have_text("#Error")


def test_who_leaves_the_page_at_once_loses_nothing_that_was_pressed(
    visit: Callable[..., Page],
) -> None:
    page = visit(accept=False)
    start_journal(page)
    open_tab(page, "mood")
    page.locator(f"{MOOD} [data-mood=sad]").click()
    cards = page.locator(f"{MOOD} .yz-card")
    cards.first.locator("[data-act=did]").click()
    page.locator(f"{MOOD} .yz-card.done .rate").wait_for()
    page.wait_for_function("() => window.yuzug.journal.read().activities.length === 1")
    names = [str(one.get_attribute("data-id")) for one in cards.all()]
    page.route("**/queue/join*", lambda route: None)  # the server hears of nothing any more
    cards.first.locator("fieldset").last.locator("label", has_text="4").click()
    cards.nth(1).locator("[data-act=did]").click()
    cards.nth(1).locator("[data-act=helpful]").click()
    cards.nth(2).locator("[data-act=reject]").click()
    page.reload()
    kept = json.loads(stored(page) or "")
    assert [(one["id"], one.get("after")) for one in kept["activities"]] == [
        (names[0], 4),
        (names[1], None),
    ]
    assert (kept["helped"], kept["rejected"]) == ([names[1]], [names[2]])
    page.unroute_all()


def test_the_journal_goes_on_after_a_reload_and_two_tabs_add_up(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    start_journal(page)
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
        listed = tab.locator(f"{JOURNAL} .entries .activity strong")
        expect(listed).to_have_count(3)
        assert set(listed.all_inner_texts()) == titles
    told = page.evaluate("() => window.yuzug.journal.withoutWords()")
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


def test_what_another_tab_overwrote_is_written_again(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    start_journal(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("body.yz-ready")
    stale = page.evaluate("key => localStorage.getItem(key)", STORAGE_KEY)
    # Its clock stands still: however slow the machine is, this was written within the last seconds.
    page.evaluate("() => { const now = performance.now(); performance.now = () => now; }")
    page.evaluate(
        """() => window.yuzug.journal.apply([
          { change: "activity", entry: { at: "2026-01-01T10:00:00Z", id: "tea" } },
          { change: "mark", list: "helped", id: "tea", on: true },
        ])"""
    )
    # As a tab writes that has not been told of it.
    other.evaluate(
        """([key, stale]) => {
          const journal = JSON.parse(stale);
          journal.activities = [{ at: "2026-01-01T10:00:01Z", id: "walk" }];
          localStorage.setItem(key, JSON.stringify(journal));
        }""",
        [STORAGE_KEY, stale],
    )
    for tab in (page, other):
        tab.wait_for_function(
            """() => {
              const { activities, helped } = window.yuzug.journal.read();
              return activities.map((one) => one.id).join() === "tea,walk" && helped[0] === "tea";
            }"""
        )
    # Erased is erased.
    other.evaluate("window.yuzug.journal.erase()")
    page.wait_for_function("() => window.yuzug.journal.read() === null")


def test_no_title_or_note_is_a_formula_in_a_spreadsheet(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    formula = '=HYPERLINK("http://evil.example")'
    entry = {"at": "2026-01-02T10:00:00Z", "id": "tea"}
    journal = {"schema": 1, "activities": [entry], "moods": []}
    page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [STORAGE_KEY, json.dumps(journal)]
    )
    table = page.evaluate("title => window.yuzug.journal.toCsv({ tea: title })", formula)
    [row] = csv.DictReader(table.removeprefix("\ufeff").splitlines())
    assert row["title"] == "'" + formula

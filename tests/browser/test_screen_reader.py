"""What a screen reader is told of a reading, a clip and the journal, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import clips
import numpy as np
import pytest
from journeys import open_tab, show_example
from numpy.typing import NDArray
from playwright.sync_api import Page, expect
from screen_reader import says_what_is_seen

from yuzug.emotions import LANGUAGES, Language, looks
from yuzug.texts import text

HAPPY = "happy"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reading_is_told_as_it_is_seen(visit: Callable[..., Page], lang: Language) -> None:
    page = visit(lang=lang)
    show_example(page)
    page.locator("#yz-photo-heat-words .yz-trust:not(.checking)").wait_for()
    told = says_what_is_seen(page.locator("#yz-photo-reading"))
    expression = looks(HAPPY, lang)
    # The bar whose evidence is shown is pressed, and says how likely its expression is.
    [bar] = [line for line in told.split(" - ") if f"button {expression}" in line]
    assert "[pressed]" in bar
    says_what_is_seen(page.locator("#yz-photo-heat-words"))
    cards = page.locator("#yz-photo-advice .yz-card")
    for card in cards.all():
        says_what_is_seen(card)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_clip_is_told_by_its_episodes_and_by_each_moment(
    visit: Callable[..., Page], tmp_path: Path, astronaut: NDArray[np.uint8], lang: Language
) -> None:
    page = visit(lang=lang, width=390)
    open_tab(page, "film")
    clip = clips.write(tmp_path / "a.webm", clips.frames(astronaut, 12), codec="libvpx")
    page.locator("#yz-film-source input[type=file]").set_input_files(clip)
    episode = page.locator("#yz-film-episodes button").first
    episode.wait_for()
    assert looks(HAPPY, lang) in says_what_is_seen(page.locator("#yz-film-episodes"))
    assert text("film_page.row_alt", lang, number=1) in says_what_is_seen(
        page.locator("#yz-film-timeline")
    )
    says_what_is_seen(page.locator("#yz-film-reading"))
    # An episode is gone to by keyboard; what its moment shows is the slider's value.
    episode.focus()
    page.keyboard.press("Enter")
    expect(episode).to_be_focused()
    time = page.locator("#yz-film output").inner_text()
    slider = page.locator("#yz-film input[type=range]")
    said = str(slider.get_attribute("aria-valuetext"))
    assert said.startswith(time)
    assert looks(HAPPY, lang) in said
    # Arrow keys, Home and End move in time.
    slider.focus()
    for key, place in (("End", "11"), ("ArrowLeft", "10"), ("ArrowDown", "9"), ("Home", "0")):
        page.keyboard.press(key)
        expect(slider).to_have_value(place)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_journal_is_told_as_it_is_seen_and_its_dialog_gives_the_focus_back(
    visit: Callable[..., Page], lang: Language
) -> None:
    page = visit(lang=lang, accept=False)
    open_tab(page, "journal")
    page.locator("[data-keep=start]").click()
    expect(page.locator("#yz-journal")).to_contain_text(text("journal.empty", lang))
    open_tab(page, "mood")
    page.locator("#yz-mood-advice [data-mood=sad]").click()
    page.locator("#yz-mood-advice .yz-card").first.wait_for()
    says_what_is_seen(page.locator("#yz-mood-advice .yz-choose"))
    open_tab(page, "journal")
    write = page.locator("#yz-journal [data-write]")
    write.wait_for()
    told = says_what_is_seen(page.locator("#yz-journal ul.entries"))
    assert looks("sad", lang) in told
    assert looks("sad", lang) in page.locator("#yz-journal .yz-calendar table").aria_snapshot()
    write.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.yz-note-dialog")
    expect(dialog.locator("textarea")).to_be_focused()
    says_what_is_seen(dialog)
    # The focus goes round within the dialog, and back to where it came from.
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body"
            " || document.activeElement.closest('dialog') !== null"
        )
    page.keyboard.press("Escape")
    expect(write).to_be_focused()

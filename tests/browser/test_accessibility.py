"""axe-core finds nothing, of any impact, on any tab in any of its main states.

The suite looks at each state once, in looks that take turns; marked ``slow``, at every state in
both languages, light, dark and in forced colours, on four widths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from guide_player import open_guide
from journeys import ASTRONAUT, open_tab, show_example, show_file, start_camera
from PIL import Image
from playwright.sync_api import Page, expect

from yuzug.emotions import LANGUAGES, Language

WIDTHS_PX = (1280, 768, 390, 320)
# Chromium's media features for each look.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}
AXE = Axe()
# What a person meets on the way, by its name.
States = Iterator[str]


def live(page: Page, folder: Path) -> States:
    yield "notice"
    page.locator(".yz-notice-box button:visible").click()
    page.locator("[data-camera=start]").wait_for()
    yield "idle"
    start_camera(page)
    page.locator("#yz-live-game summary").click()
    page.locator("#yz-live-game [data-show=happy]").click()
    moment = page.locator("#yz-live-ribbon .moments button").first
    moment.click()
    page.locator("#yz-live-ribbon .seen canvas").first.wait_for()
    page.locator("#yz-live-ribbon summary").click()
    yield "the game, a moment of the ribbon"
    page.locator("[data-camera=freeze]").click()
    page.locator("[data-camera=resume]").wait_for()
    page.locator("#yz-live-advice .yz-follows summary").first.click()
    yield "frozen, with a correction"
    page.locator(".yz-talk summary").click()
    yield "whom to turn to"
    page.locator("[data-part=offer] [data-teach=open]").click()
    page.locator("[data-teach=relax]").click()
    yield "teaching: relaxed"
    # axe-core may have kept the page busy for longer than the lesson waits for a face.
    page.locator("[data-label=surprise]:visible, [data-teach=relax]:visible").first.wait_for()
    if page.locator("[data-teach=relax]").is_visible():
        page.locator("[data-teach=relax]").click()
        page.locator("[data-label=surprise]").wait_for()
    yield "teaching: expressions"
    page.locator("[data-teach=done]").click()
    page.locator("[data-shows][value=both]").check(force=True)
    page.locator("[data-part=mine] summary").first.click()
    page.locator("[data-part=mine] details details summary").click()
    page.locator("#yz-live-reading .yz-whose").wait_for()
    yield "taught: side by side"
    page.locator("[data-camera=stop]").click()
    page.evaluate("() => Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.locator("[data-camera=start]").click()
    expect(page.locator("#yz-live-camera .message")).not_to_be_empty()
    yield "no camera"


def photo(page: Page, folder: Path) -> States:
    page.locator(".yz-notice-box button:visible").click()
    open_tab(page, "photo")
    page.locator("[data-press=example]").wait_for()
    page.evaluate("document.body.dataset.tour = 1")
    page.locator(".yz-tour").wait_for()
    yield "empty, with the three steps"
    show_example(page)
    page.locator("#yz-photo-heat-words .yz-trust:not(.checking)").wait_for()
    yield "read"
    page.locator(".yz-closer > button").click()
    page.locator("[data-ask=beside]").click()
    page.locator("#yz-photo-pair img").first.wait_for()
    yield "models beside one another"
    page.locator("#yz-photo-reading [data-explain=sad]").click()
    page.locator("[data-ask=against][data-answer=happy]").click()
    page.locator("#yz-photo-heat-words .yz-legend.contrast").wait_for()
    yield "two expressions"
    portrait = np.asarray(Image.open(ASTRONAUT))[:300, 60:400]
    pair = np.concatenate([portrait, portrait[:, ::-1]], axis=1)
    dim = Image.fromarray((portrait * 0.15).astype(np.uint8))
    files = {
        "group": (Image.fromarray(pair), "#yz-photo-reading .yz-chips"),
        "unsure": (dim, "#yz-photo-reading .yz-doubts, #yz-photo-reading .yz-notice"),
        "no face": (Image.new("RGB", (640, 480), "#889"), "#yz-photo-reading .yz-notice"),
        "error": (Image.new("1", (12_000, 12_000)), "#yz-photo-reading [role=alert]"),
    }
    for name, (picture, shown) in files.items():
        path = folder / f"{name}.png"
        picture.save(path)
        before = page.locator("#yz-photo-panels").inner_html()
        show_file(page, path)
        page.wait_for_function(
            "before => document.querySelector('#yz-photo-panels').innerHTML !== before", arg=before
        )
        page.locator(shown).first.wait_for()
        yield name


def film(page: Page, folder: Path) -> States:
    page.locator(".yz-notice-box button:visible").click()
    open_tab(page, "film")
    choose = page.locator("#yz-film-source input[type=file]")
    choose.wait_for()
    yield "empty"
    portrait = np.asarray(Image.open(ASTRONAUT))
    wrong = folder / "words.mp4"
    wrong.write_text("these are words")
    choose.set_input_files(wrong)
    page.locator(".yz-film-trouble .yz-notice").wait_for()
    yield "error"
    reading = {"state": "reading", "at": 0.6, "length": 1.2, "left": 3}  # for ever
    page.route("**/run/film_progress", lambda route: route.fulfill(json={"data": [reading]}))
    choose.set_input_files(
        clips.write(folder / "b.webm", clips.frames(portrait, 12), codec="libvpx")
    )
    page.locator(".yz-film-progress").wait_for()
    yield "at work"
    page.locator(".yz-film-progress button").click()
    page.unroute_all()
    choose.set_input_files(
        clips.write(folder / "a.webm", clips.frames(portrait, 12), codec="libvpx")
    )
    page.locator("#yz-film-heat-words .yz-heat-words").wait_for()
    yield "read"
    page.locator("#yz-film .yz-bars button").last.click()
    page.locator("#yz-film input[type=range]").press("ArrowRight")
    yield "another frame and expression"


def advice(page: Page, folder: Path) -> States:
    open_tab(page, "mood")
    mood = page.locator("#yz-mood-advice")
    mood.locator("[data-mood=sad]").wait_for()
    yield "no mood"
    for name in ("sad", "angry", "fear"):
        mood.locator(f"[data-mood={name}]").click()
        expect(mood.locator(f"[data-mood={name}]")).to_have_attribute("aria-pressed", "true")
    mood.locator(".yz-help").first.wait_for()
    mood.locator(".yz-filters summary").click()
    for fold in mood.locator(".yz-card .folds summary").all():
        fold.click()
    mood.locator("[data-act=did]").first.click()
    mood.locator(".yz-card.done").wait_for()
    yield "help, filters, a card that is done"
    mood.locator("[data-act=reject]").first.click()
    mood.locator(".yz-removed").wait_for()
    yield "one taken away"
    mood.locator(".yz-library > summary").click()
    mood.locator("[data-view=rejected]").click()
    mood.locator("[data-act=bring_back]").wait_for()
    yield "what was turned down"
    mood.locator("[data-view=all]").click()
    expect(mood.locator("[data-view=all]")).to_have_attribute("aria-pressed", "true")
    mood.locator(".yz-rows summary").first.click()
    yield "all activities"
    for guide in ("timer", "breath", "count", "write"):
        player = open_guide(page, guide)
        yield f"{guide}: before"
        player.locator("[data-rating='2']").click()
        player.locator(".step").wait_for()
        yield guide
        page.keyboard.press("Escape")
        expect(player).to_have_count(0)


def journal(page: Page, folder: Path) -> States:
    open_tab(page, "journal")
    page.locator("[data-keep=start]").wait_for()
    yield "offer"
    page.locator("[data-keep=start]").click()
    page.locator("#yz-journal header").wait_for()
    yield "begun"
    open_tab(page, "mood")
    mood = page.locator("#yz-mood-advice")
    for name in ("happy", "sad"):
        mood.locator(f"[data-mood={name}]").click()
        expect(mood.locator(f"[data-mood={name}]")).to_have_attribute("aria-pressed", "true")
    mood.locator("[data-act=did]").first.click()
    done = mood.locator(".yz-card.done")
    for number, scale in enumerate(done.locator("fieldset").all()):
        scale.locator("label").nth(1 + 2 * number).click()
    open_tab(page, "journal")
    page.locator("#yz-journal .entries .activity").wait_for()
    for fold in page.locator("#yz-journal summary").all():
        fold.click()
    yield "filled"
    page.locator("#yz-journal [data-write]").first.click()
    note = page.locator("dialog.yz-note-dialog")
    note.wait_for()
    yield "note"
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    file = {"name": "odd.json", "mimeType": "text/json", "buffer": b"{}"}
    page.locator("#yz-journal [data-import]").first.set_input_files(file)
    page.locator("#yz-journal .refused").first.wait_for()
    yield "a file that is refused"
    open_tab(page, "about")
    page.locator(".yz-about").wait_for()
    yield "about"


JOURNEYS = (live, photo, film, advice, journal)
ALL_LOOKS = tuple(product(LOOKS, WIDTHS_PX))
# Every look and every width, in turns.
SOME_LOOKS = tuple(zip(cycle(LOOKS), WIDTHS_PX, strict=False))


@dataclass(frozen=True)
class Finding:
    """What axe-core finds wrong, in which state and look."""

    state: str
    look: str
    width_px: int
    rule: str
    impact: str
    where: str


def findings(page: Page, state: str, look: str, width_px: int) -> list[Finding]:
    page.emulate_media(**LOOKS[look])
    page.set_viewport_size({"width": width_px, "height": 844})
    page.wait_for_function(
        "dark => document.body.classList.contains('dark') === dark", arg=look == "dark"
    )
    page.evaluate(
        "() => Promise.allSettled(document.getAnimations().filter((one) =>"
        " one.effect.getComputedTiming().endTime < 1e4).map((one) => one.finished))"
    )
    return [
        Finding(state, look, width_px, one["id"], one["impact"], node["target"][0])
        for one in AXE.run(page).response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda one: one.__name__)
def test_axe_finds_nothing(
    visit: Callable[..., Page], tmp_path: Path, journey: Callable[[Page, Path], States]
) -> None:
    number = JOURNEYS.index(journey)
    page = visit(lang=LANGUAGES[number % 2], accept=False)
    turns = cycle(SOME_LOOKS[number:] + SOME_LOOKS[:number])
    found = [
        one
        for state, (look, width_px) in zip(journey(page, tmp_path), turns, strict=False)
        for one in findings(page, state, look, width_px)
    ]
    assert not found


def test_axe_finds_what_is_wrong(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)
    page.evaluate("document.querySelector('#yz-footer').innerHTML = '<button></button>'")
    [found] = findings(page, "a button without a name", "light", 1280)
    assert (found.rule, found.impact) == ("button-name", "critical")


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda one: one.__name__)
def test_axe_finds_nothing_in_any_look(
    visit: Callable[..., Page],
    tmp_path: Path,
    journey: Callable[[Page, Path], States],
    lang: Language,
) -> None:
    page = visit(lang=lang, accept=False)
    found = [
        one
        for state in journey(page, tmp_path)
        for look, width_px in ALL_LOOKS
        for one in findings(page, state, look, width_px)
    ]
    assert not found

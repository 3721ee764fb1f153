"""The Film tab in Chromium: a clip becomes a timeline to scrub, and the server keeps nothing."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import clips
import numpy as np
import pandas as pd
import pytest
from app_server import AppServer
from journeys import open_tab, speak
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from yuzug.emotions import Language
from yuzug.texts import text

FILE = "#yz-film-source input[type=file]"
SLIDER = "#yz-film input[type=range]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def clip(folder: Path, astronaut: NDArray[np.uint8]) -> Path:
    """Two seconds of a face, then half a second of a wall."""
    wall = np.full((240, 320, 3), (90, 120, 110), np.uint8)
    pictures = [*clips.frames(astronaut, 20), *[wall] * 5]
    return clips.write(folder / "my clip.webm", pictures, codec="libvpx")


@pytest.fixture(scope="module")
def long_clip(folder: Path, astronaut: NDArray[np.uint8]) -> Path:
    """Half a minute, which takes seconds to read."""
    pictures = clips.frames(astronaut, 30) * 10
    return clips.padded(clips.write(folder / "long.mp4", pictures, key_every=30))


def show_clip(page: Page, path: Path) -> None:
    open_tab(page, "film")
    page.locator(FILE).set_input_files(path)
    page.locator("#yz-film .yz-film-person").first.wait_for()


def test_a_clip_is_scrubbed_by_keyboard_and_mouse_and_saved(
    visit: Callable[..., Page], clip: Path
) -> None:
    page = visit()
    show_clip(page, clip)
    slider = page.locator(SLIDER)
    expect(slider).to_be_focused()
    words = page.locator("#yz-film-heat-words .yz-heat-words")
    expect(words).to_contain_text("happy")
    expect(page.locator(".yz-film-map")).to_have_attribute("aria-label", re.compile("happy"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^0\.2 s\. .*happy"))
    page.wait_for_function(
        "Math.abs(document.querySelector('#yz-film video').currentTime - .2) < .05"
    )
    expect(page.locator("#yz-film .yz-frame.chosen rect.line")).to_be_visible()
    page.keyboard.press("End")
    gone = text("film_page.not_seen", "en", time="2.4 s")
    expect(page.locator("#yz-film-reading")).to_contain_text(gone)
    expect(page.locator("#yz-film-heat")).not_to_be_visible()

    track = page.locator("#yz-film .track")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None
    across, high = (lambda share: box["x"] + share * box["width"]), box["y"] + box["height"] / 2
    page.mouse.move(across(0.1), high)
    page.mouse.down()
    page.mouse.move(across(0.6), high)
    page.mouse.up()
    expect(page.locator("#yz-film output")).to_have_text(re.compile(r"1\.[456] s"))

    page.locator("#yz-film .yz-bars button").nth(4).click()
    expect(words).to_contain_text("sad")
    page.locator("#yz-film-episodes button").first.click()
    expect(page.locator("#yz-film output")).to_have_text("0.0 s")

    saved = {}
    for link in page.locator("#yz-film-files a").all():
        with page.expect_download() as loaded:
            link.click()
        saved[loaded.value.suggested_filename] = loaded.value.path()
    assert set(saved) == {"my clip.csv", "my clip.parquet", "my clip.png"}
    table = pd.read_csv(saved["my clip.csv"])
    assert len(table) == 25
    assert table.emotion.notna().sum() == 20
    with Image.open(saved["my clip.png"]) as chart:
        assert chart.width > 500

    speak(page, "tr")
    expect(page.locator("#yz-film-episodes button").first).to_contain_text("mutlu")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^0,0 sn\. .*mutlu"))
    expect(words).to_contain_text("mutlu")

    page.route("**/run/film_frame", lambda route: route.abort())
    page.locator("#yz-film .yz-bars button").nth(4).click()
    lost = page.locator("#yz-film-heat-words")
    expect(lost).to_have_text(text("film_page.map_lost", "tr"))
    page.unroute_all()
    page.locator("#yz-film .yz-bars button").nth(4).click()
    expect(words).to_contain_text("mutlu")


def test_a_phone_scrubs_by_touch_also_where_the_browser_cannot_play_the_clip(
    visit: Callable[..., Page], folder: Path, astronaut: NDArray[np.uint8]
) -> None:
    page = visit(lang="tr", width=390, touch=True)
    old = clips.write(folder / "old.avi", clips.frames(astronaut, 15), codec="mpeg4")
    show_clip(page, old)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_text(text("film_page.unplayable", "tr"))).to_be_visible()
    expect(page.locator("#yz-film .yz-film-stage img.small")).to_be_visible()
    track = page.locator("#yz-film .track")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2)
    expect(page.locator("#yz-film output")).to_have_text("1,0 sn")
    expect(page.locator("#yz-film-reading .yz-sentence")).to_contain_text("mutlu")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_clip_that_is_cancelled_or_left_is_deleted(
    visit: Callable[..., Page], server: AppServer, long_clip: Path
) -> None:
    page = visit()
    open_tab(page, "film")
    page.locator(FILE).set_input_files(long_clip)
    page.get_by_text(re.compile("Analysing")).wait_for()
    assert len(server.held_files()) == 1
    page.locator(".yz-film-progress button").click()
    expect(page.get_by_text(text("film_page.cancelled", "en"))).to_be_visible()
    deleted(server)
    expect(page.locator(".yz-film-progress")).not_to_be_visible()

    page.locator(FILE).set_input_files(long_clip)
    page.get_by_text(re.compile("Analysing")).wait_for()
    page.close()
    deleted(server)


def deleted(server: AppServer) -> None:
    end_s = time.monotonic() + 60
    while server.held_files():
        assert time.monotonic() < end_s
        time.sleep(0.05)


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_what_is_no_clip_gets_a_sentence(
    visit: Callable[..., Page], folder: Path, astronaut: NDArray[np.uint8], lang: str
) -> None:
    page = visit(lang=lang)
    open_tab(page, "film")
    wrong = folder / "words.mp4"
    wrong.write_text("these are words")
    still = clips.write(folder / "hour.mp4", clips.frames(astronaut, 2), times_s=[0.0, 90.0])
    alert = page.locator(".yz-film-trouble")
    page.locator(FILE).set_input_files(wrong)
    expect(alert).to_have_text(text("errors.film.undecodable", lang))  # type: ignore[arg-type]
    other: Language = "tr" if lang == "en" else "en"
    speak(page, other)
    expect(alert).to_have_text(text("errors.film.undecodable", other))
    with page.expect_request("**/run/film_read") as asked:
        page.locator(FILE).set_input_files(wrong)
    assert asked.value.header_value("accept-language") == other, "the server would refuse in it"
    expect(alert).to_have_text(text("errors.film.undecodable", other))
    page.locator(FILE).set_input_files(still)
    expect(alert).to_contain_text("60")
    # What is refused before that comes in one language, and is not left standing in another.
    page.route("**/upload?film=*", lambda route: route.fulfill(status=503, json={"detail": "no"}))
    page.locator(FILE).set_input_files(wrong)
    expect(alert).to_have_text("no")
    speak(page, "tr" if other == "en" else "en")
    expect(alert).to_have_text("")

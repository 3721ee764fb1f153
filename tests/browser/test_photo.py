"""The Photo tab in Chromium: pictures of every sort, by mouse and by keyboard."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from journeys import ASTRONAUT, open_tab, shares, show_example, show_file, speak
from PIL import Image
from playwright.sync_api import Page, expect

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.server.uploads import MAX_UPLOAD_BYTES

READING = "#yz-photo-reading"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A photo with two faces."""
    portrait = np.asarray(Image.open(ASTRONAUT))[:300, 60:400]
    path = tmp_path / "pair.png"
    Image.fromarray(np.concatenate([portrait, portrait[:, ::-1]], axis=1)).save(path)
    return path


def test_an_uploaded_photo_is_read_and_never_a_file_with_a_name(
    visit: Callable[..., Page], uploads: Path
) -> None:
    page = visit()
    open_tab(page, "photo")
    asked: list[int] = []
    page.on(
        "request",
        lambda sent: (
            asked.append(sent.post_data_json["fn_index"]) if "queue/join" in sent.url else None
        ),
    )
    show_file(page, ASTRONAUT)
    page.locator("#yz-photo-advice .yz-card").first.wait_for()
    page.locator("#yz-photo-heat-words .yz-trust:not(.checking)").wait_for()
    assert len(asked) == len(set(asked)), "one upload was read twice"
    expect(page.locator(f"{READING} .yz-sentence")).to_contain_text("happy")
    assert page.locator("#yz-photo-picture svg rect.line").count() >= 1
    assert page.locator("#yz-photo-heat .yz-face.chosen").count() == 1
    assert sum(shares(page, "photo")) in range(96, 105)
    files = [path for path in uploads.rglob("*") if path.is_file()]
    assert files == [], "an upload stands on the disk"


def test_a_pasted_photo_is_read(visit: Callable[..., Page]) -> None:
    page = visit()
    open_tab(page, "photo")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    png = page.evaluate(
        """async jpeg => {
          const blob = await (await fetch("data:image/jpeg;base64," + jpeg)).blob();
          const image = await createImageBitmap(blob);
          const canvas = new OffscreenCanvas(image.width, image.height);
          canvas.getContext("2d").drawImage(image, 0, 0);
          const png = await canvas.convertToBlob({ type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
          return png.size;
        }""",
        base64.b64encode(ASTRONAUT.read_bytes()).decode(),
    )
    assert png > 0
    # A browser lets a page read the clipboard only while the page has the focus.
    page.bring_to_front()
    page.wait_for_function("document.hasFocus()")
    page.get_by_role("button", name=text("ui.photo_paste", "en")).click()
    expect(page.locator(f"{READING} .yz-sentence")).to_contain_text("happy")


def test_a_still_from_the_camera_is_read(visit: Callable[..., Page]) -> None:
    page = visit()
    open_tab(page, "photo")
    page.get_by_role("button", name=text("ui.photo_webcam", "en")).click()
    page.locator("#yz-picker").get_by_text(text("ui.photo_camera_on", "en")).click()
    page.wait_for_function("document.querySelector('#yz-picker video')?.readyState >= 2")
    page.get_by_role("button", name=text("ui.photo_capture", "en")).click()
    page.locator(f"{READING} .yz-bars li").first.wait_for()


@pytest.mark.parametrize(
    ("error", "key"), [("NotAllowedError", "refused"), ("NotFoundError", "missing")]
)
def test_a_camera_that_cannot_be_had_is_explained(
    visit: Callable[..., Page], error: str, key: str
) -> None:
    page = visit(
        "tr",
        script="navigator.mediaDevices.getUserMedia = async () => {"
        f" throw new DOMException('no', '{error}') }};"
        # Gradio's own script does not catch it.
        "addEventListener('unhandledrejection', (event) => event.preventDefault())",
    )
    open_tab(page, "photo")
    page.get_by_role("button", name=text("ui.photo_webcam", "tr")).click()
    page.locator("#yz-picker").get_by_text(text("ui.photo_camera_on", "tr")).click()
    shown = page.locator("#yz-photo-busy [data-trouble]:visible")
    expect(shown).to_have_attribute("data-trouble", key)
    speak(page, "en")
    words = {"refused": "ui.camera_refused", "missing": "ui.photo_camera_missing"}[key]
    expect(shown).to_have_text(text(words, "en"))


def test_two_faces_can_be_chosen_by_chip_and_by_frame(
    visit: Callable[..., Page], pair: Path
) -> None:
    page = visit()
    open_tab(page, "photo")
    show_file(page, pair)
    chips = page.locator(f"{READING} .yz-chip")
    expect(chips.first).to_have_attribute("aria-pressed", "true")
    assert chips.count() >= 2
    chips.nth(1).click()
    expect(chips.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#yz-photo-heat .yz-face.chosen")).to_have_attribute("data-face", "1")
    page.locator("#yz-photo-picture g[data-face='0'] rect.line").click(force=True)
    expect(chips.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#yz-photo-heat .yz-face.chosen")).to_have_attribute("data-face", "0")


def test_another_model_reads_the_shown_photo_again(visit: Callable[..., Page]) -> None:
    page = visit()
    show_example(page)
    switch = page.locator("[data-shows=photo]").first
    expect(switch, "whose face, though nobody was taught").to_be_hidden()
    page.evaluate("window.sameVisit = true")
    before = shares(page, "photo")
    page.get_by_test_id("CNN-radio-label").click()
    page.wait_for_function(
        "before => [...document.querySelectorAll('#yz-photo-reading .share')]"
        ".map(one => parseInt(one.textContent)).join() !== before",
        arg=",".join(map(str, before)),
    )
    page.locator("#yz-classes label", has_text="4").click()
    expect(page.locator(f"{READING} .yz-bars li")).to_have_count(4)
    open_tab(page, "about")
    expect(page.locator("#yz-about h2").first).to_have_text("CNN")
    assert page.evaluate("window.sameVisit"), "the page was loaded anew"


def test_a_picture_without_a_face_says_so(visit: Callable[..., Page], tmp_path: Path) -> None:
    drawn = tmp_path / "grey.png"
    Image.new("RGB", (640, 480), "#889").save(drawn)
    page = visit()
    open_tab(page, "photo")
    show_file(page, drawn)
    expect(page.locator(READING)).to_contain_text(text("ui.no_face", "en"))
    expect(page.locator("#yz-photo-picture img")).to_be_visible()
    expect(page.locator("#yz-photo-heat")).not_to_be_visible()


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_broken_files_get_a_sentence_and_the_next_photo_is_read(
    visit: Callable[..., Page], tmp_path: Path, lang: str
) -> None:
    broken = {
        "image.undecodable": tmp_path / "words.jpg",
        "image.empty": tmp_path / "empty.png",
        "image.too_large": tmp_path / "bomb.png",
    }
    broken["image.undecodable"].write_text("these are words")
    broken["image.empty"].write_bytes(b"")
    Image.new("1", (12_000, 12_000)).save(broken["image.too_large"])
    page = visit(lang=lang)
    open_tab(page, "photo")
    for kind, path in broken.items():
        show_file(page, path)
        expect(page.locator(f"{READING} [role=alert]")).to_have_text(
            text(f"errors.{kind}", lang)  # type: ignore[arg-type]
        )
    show_example(page)


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_what_gradio_itself_refuses_is_said_in_the_language_of_the_page(
    visit: Callable[..., Page], tmp_path: Path, lang: Language
) -> None:
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(MAX_UPLOAD_BYTES + 1)
    page = visit(lang=lang)
    open_tab(page, "photo")
    show_file(page, huge)
    expect(page.get_by_text(text("ui.upload_too_large", lang))).to_be_visible()
    expect(page.get_by_text(text("ui.error_title", lang))).to_be_visible()


def test_the_whole_journey_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(accept=False)

    def tab_to(selector: str, key: str = "Tab") -> None:
        for _ in range(40):
            page.keyboard.press(key)
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                assert page.evaluate(
                    "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
                ), f"the focus on {selector} cannot be seen"
                return
        pytest.fail(f"no way to {selector} by keyboard")

    tab_to(".yz-notice-box button")
    page.keyboard.press("Enter")
    page.locator("[data-camera=start]").wait_for()
    page.wait_for_function("document.activeElement.matches('[data-camera=start]')")
    tab_to("[role=tab]:nth-of-type(2)", "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("[data-press=example]").wait_for()
    tab_to("[data-press=example]")
    page.keyboard.press("Enter")
    page.locator("#yz-photo-advice .yz-card").first.wait_for()
    tab_to("#yz-photo-advice summary")
    page.keyboard.press("Enter")
    expect(page.locator("#yz-photo-advice details").first).to_have_attribute("open", "")

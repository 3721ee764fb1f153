"""The page around the panels: notice, languages, what is remembered, narrow screens."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from journeys import (
    ASTRONAUT,
    keeps_another,
    open_tab,
    settings_kept,
    show_example,
    show_file,
    speak,
    start_camera,
)
from page_words import no_word_of
from playwright.sync_api import Page, expect

from yuzug.emotions import Language
from yuzug.texts import text


@pytest.mark.parametrize(("lang", "other"), [("en", "tr"), ("tr", "en")])
def test_another_language_leaves_no_word_of_the_first(
    visit: Callable[..., Page], tmp_path: Path, lang: Language, other: Language
) -> None:
    page = visit(lang=lang, accept=False)
    no_word_of(page, other)
    speak(page, other)
    no_word_of(page, lang)
    page.locator(".yz-notice-box button:visible").click()
    start_camera(page)
    no_word_of(page, lang)
    page.locator("[data-camera=freeze]").click()
    page.locator("[data-camera=resume]").wait_for()
    show_example(page)
    page.locator("#yz-photo-heat-words .yz-trust:not(.checking)").wait_for()
    pictures = [
        page.locator(f"#yz-photo-{name} img").first.get_attribute("src")
        for name in ("picture", "heat")
    ]
    speak(page, lang)
    no_word_of(page, other)
    assert pictures == [
        page.locator(f"#yz-photo-{name} img").first.get_attribute("src")
        for name in ("picture", "heat")
    ], "the photo was analysed again"
    broken = tmp_path / "words.jpg"
    broken.write_text("words")
    show_file(page, broken)
    page.locator("#yz-photo-reading [role=alert]").wait_for()
    speak(page, other)
    no_word_of(page, lang)


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_browser_decides_the_first_language(visit: Callable[..., Page], lang: Language) -> None:
    page = visit(lang=lang, accept=False)
    expect(page.locator(".yz-notice-words:visible h2")).to_have_text(text("ui.notice_title", lang))
    assert page.evaluate("document.documentElement.lang") == lang


def test_language_model_and_consent_are_remembered(visit: Callable[..., Page]) -> None:
    page = visit()
    speak(page, "tr")
    kept = settings_kept(page, "model")
    page.get_by_test_id("CNN-radio-label").click()
    keeps_another(page, "model", kept)
    kept = settings_kept(page, "classes")
    page.locator("#yz-classes label", has_text="5").click()
    keeps_another(page, "classes", kept)
    page.reload()
    page.wait_for_selector("body.yz-ready")
    expect(page.locator("[data-camera=start]")).to_have_text(text("ui.camera_start", "tr"))
    expect(page.locator("#yz-model input:checked")).to_have_attribute("value", "cnn")
    expect(page.locator("#yz-classes input:checked")).to_have_attribute("value", "5")


def test_a_visit_that_the_server_forgot_is_taken_up_again(visit: Callable[..., Page]) -> None:
    page = visit()
    speak(page, "tr")
    # It was taken up once before, and the clock was set back by an hour since.
    page.evaluate("sessionStorage.setItem('yz-taken-up', Date.now() + 3_600_000)")
    page.evaluate("window.before = true")
    page.route(
        "**/queue/join*", lambda route: route.fulfill(status=410, json={"detail": ""}), times=1
    )
    page.get_by_test_id("CNN-radio-label").click()
    page.wait_for_function("!window.before && document.body?.classList.contains('yz-ready')")
    expect(page.locator("[data-camera=start]")).to_have_text(text("ui.camera_start", "tr"))
    page.get_by_test_id("CNN-radio-label").click()
    expect(page.locator("#yz-model input:checked")).to_have_attribute("value", "cnn")


def test_a_photo_on_the_screen_is_there_again_when_a_visit_is_taken_up(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    open_tab(page, "photo")
    page.locator("#yz-photo-gallery button").nth(1).click()  # several faces
    page.locator("#yz-photo-reading [data-pick='1']").click()
    expect(page.locator("#yz-photo-reading [data-pick='1']")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.locator("#yz-photo-advice summary", has_text=text("advice.correct", "en")).click()
    page.locator("#yz-photo-advice [data-act=correct][data-mood=fear]").click()
    page.locator("#yz-photo-advice [data-act=back]").wait_for()
    page.evaluate("window.before = true")
    page.route("**/queue/join*", lambda route: route.fulfill(status=410, json={}), times=1)
    page.get_by_test_id("CNN-radio-label").click()
    page.wait_for_function("!window.before && document.body?.classList.contains('yz-ready')")
    expect(page.locator("#yz-photo-reading [data-pick='1']")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.locator("#yz-photo-advice [data-act=back]").wait_for()
    fear = page.locator("#yz-photo-advice [data-act=correct][data-mood=fear]")
    expect(fear).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("#photo")
    assert page.evaluate("sessionStorage.getItem('yz-photo')") is None


def test_the_server_refuses_pictures_until_the_notice_is_accepted(
    visit: Callable[..., Page],
) -> None:
    page = visit(accept=False)
    assert page.locator("#yz-picker, [data-camera=start]").count() == 0
    answers = page.evaluate(
        """async picture => {
          const { dependencies } = window.gradio_config;
          const answers = [];
          for (const event of ["input"]) {
            const picker = window.gradio_config.components.find((one) =>
              one.props.elem_id === "yz-picker").id;
            const taking = dependencies.find((one) => one.targets.some(([id, name]) =>
              id === picker && name === event));
            const session_hash = "refused" + event;
            const loads = dependencies.find((one) =>
              one.targets.some(([, name]) => name === "load"));
            await fetch("gradio_api/run/" + loads.api_name, { method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ data: loads.inputs.map(() => null), session_hash }) });
            const data = taking.inputs.map(() => null);
            data[0] = { url: picture, path: null, meta: { _type: "gradio.FileData" } };
            await fetch("gradio_api/queue/join", { method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ data, fn_index: taking.id, session_hash }) });
            const lines = (await fetch("gradio_api/queue/data?session_hash=" + session_hash))
              .body.pipeThrough(new TextDecoderStream()).getReader();
            let told = "";
            while (!/process_(completed|streaming|generating)/.test(told))
              told += (await lines.read()).value;
            answers.push(told);
          }
          return answers;
        }""",
        "data:image/jpeg;base64," + base64.b64encode(ASTRONAUT.read_bytes()).decode(),
    )
    assert len(answers) == 1
    for answer in answers:
        assert "the notice must be accepted" in answer
        assert "data:image" not in answer
        assert "yz-bars" not in answer


def test_the_page_can_be_installed_and_is_dark_from_the_first_paint(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    browser = page.context.new_cdp_session(page)
    assert browser.send("Page.getAppManifest")["errors"] == []
    faults = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Every visitor of the tests is one of a private window.
    assert [one["errorId"] for one in faults if one["errorId"] != "in-incognito"] == []
    page.emulate_media(color_scheme="dark")
    page.route("**/assets/*", lambda route: route.abort())  # nothing but the document has come
    page.reload(wait_until="commit")
    page.wait_for_function("document.body")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(15, 23, 24)"


# The choices that are longer than the room for them.
CUT_CHOICES = """() => {
  const brush = document.createElement("canvas").getContext("2d");
  const selects = document.querySelectorAll("#yz-photo-advice .yz-filters select");
  return [...selects].flatMap(select => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(select);
    const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    brush.font = font;
    return [...select.options].map(one => one.text)
      .filter(text => brush.measureText(text).width > room + 1);
  });
}"""


def test_a_phone_never_scrolls_sideways(visit: Callable[..., Page]) -> None:
    page = visit(lang="tr", width=390, accept=False)

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    fits()
    page.locator(".yz-notice-box button:visible").click()
    page.locator("[data-camera=start]").wait_for()
    fits()
    start_camera(page)
    fits()
    show_example(page)
    page.locator("#yz-photo-advice summary").first.click()
    fits()
    page.locator("#yz-photo-advice .yz-filters summary").click()
    fits()
    assert page.evaluate(CUT_CHOICES) == []
    open_tab(page, "about")
    page.locator(".yz-about").wait_for()
    fits()


def test_a_phone_shows_the_verdict_first_and_no_setting_that_does_nothing(
    visit: Callable[..., Page],
) -> None:
    page = visit(width=390)
    settings = page.locator("#yz-selectors")

    def on_the_first_screen(verdict: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        # In one go: the frame of a face in Live is drawn anew all the time.
        page.wait_for_function(
            """verdict => [...document.querySelectorAll(verdict)].some((one) =>
              one.textContent.includes("happy") && one.getBoundingClientRect().bottom < 844)""",
            arg=verdict,
        )

    start_camera(page)
    expect(settings).to_be_visible()
    on_the_first_screen("#yz-live-picture svg text")  # it stands over the face
    page.locator("[data-camera=stop]").click()
    show_example(page)
    on_the_first_screen("#yz-photo-reading .yz-sentence")
    for name in ("mood", "journal"):
        open_tab(page, name)
        expect(settings).to_be_hidden()
    open_tab(page, "about")
    expect(settings).to_be_visible()


def test_every_tab_has_an_address_and_back_leads_to_the_one_before(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    open_tab(page, "photo")
    page.locator("[data-press=example]").wait_for()
    assert page.url.endswith("#photo")
    open_tab(page, "mood")
    page.locator("#yz-mood-advice [data-mood=sad]").wait_for()
    page.go_back()
    page.locator("[data-press=example]").wait_for()
    page.go_back()
    page.locator("[data-camera=start]").wait_for()
    page.evaluate("location.hash = '#photo'")
    page.reload()
    page.wait_for_selector("body.yz-ready")
    page.locator("[data-press=example]").wait_for()


# A picture comes from outside the picker: by drop, or by paste.
GIVE = """([name, jpeg]) => {
  const bytes = Uint8Array.from(atob(jpeg), (one) => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], "portrait.jpg", { type: "image/jpeg" }));
  const event = name === "paste"
    ? new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true });
  document.querySelector("#yz-footer").dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_given_anywhere_on_the_page_is_read(visit: Callable[..., Page], how: str) -> None:
    page = visit()
    given = [how, base64.b64encode(ASTRONAUT.read_bytes()).decode()]
    assert page.evaluate(GIVE, given), "the browser would leave the page for the file"
    expect(page.locator("#yz-photo-reading .yz-sentence")).to_contain_text("happy")


def test_a_group_of_choices_is_one_stop_and_arrow_keys_choose(visit: Callable[..., Page]) -> None:
    page = visit()
    groups = page.evaluate(
        "[...document.querySelectorAll('.yz-segments')].map((group) =>"
        " new Set([...group.querySelectorAll('input')].map((one) => one.name)).size)"
    )
    assert groups == [1, 1, 1]
    page.locator("#yz-classes input:checked").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#yz-classes input:checked")).to_have_attribute("value", "6")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.yz-segments').id") == "yz-model"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.yz-segments').id") == "yz-language"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") == "yz-skip"


@pytest.mark.parametrize("width", [320, 768, 1000])
def test_no_control_of_the_photo_tab_is_off_the_screen(
    visit: Callable[..., Page], width: int
) -> None:
    page = visit(width=width)
    show_example(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    buttons = page.locator("#yz-photo-source button:visible, .yz-segments label:visible").all()
    assert len(buttons) > 8
    for button in buttons:
        box = button.bounding_box()
        assert box is not None
        assert box["width"] >= 30, button.inner_text()
        assert box["x"] >= 0, button.inner_text()
        assert box["x"] + box["width"] <= width, button.inner_text()

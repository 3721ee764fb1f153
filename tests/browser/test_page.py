"""The page around the panels: notice, languages, what is remembered, narrow screens."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from journeys import ASTRONAUT, open_tab, show_example, show_file, speak, start_camera
from playwright.sync_api import Page, expect

from yuzug.emotions import Emotion, Language
from yuzug.recommender import bundled
from yuzug.texts import table, text

# Everything that a person could read or hear, hidden parts included.
ALL_WORDS = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode())
    if (!walk.currentNode.parentElement.closest("script, style")) said.push(walk.currentNode.data);
  for (const name of ["aria-label", "alt", "title", "placeholder"])
    for (const element of document.body.querySelectorAll(`[${name}]`))
      said.push(element.getAttribute(name));
  return said.join("\\n");
}"""


def words_of(lang: Language) -> set[str]:
    """What only this language says: whole pieces of its sentences, emotions, activities."""
    other: Language = "en" if lang == "tr" else "tr"
    pieces = {
        piece.strip(" .:;,()%#\n")
        for key, pair in table().items()
        if key.startswith(("ui.", "errors.", "why.", "explain.", "closer.", "advice.", "journal."))
        and pair[lang] != pair[other]
        for piece in re.split(r"\{\w+\}|\n", pair[lang])
    }
    pieces |= {emotion.looks(lang) for emotion in Emotion}
    pieces |= {activity.title.of(lang) for activity in bundled().activities}
    shared = " ".join(pair[other] for pair in table().values())
    shared += " ".join(source.full for source in bundled().sources.values())
    shared += " ".join(emotion.looks(other) for emotion in Emotion)
    return {one for one in pieces if len(one) > 3 and not contains(shared, one)}


def contains(page_text: str, piece: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", page_text) is not None


def no_word_of(page: Page, lang: Language) -> None:
    said = page.evaluate(ALL_WORDS)
    assert not {piece for piece in words_of(lang) if contains(said, piece)}


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
    page.get_by_test_id("CNN-radio-label").click()
    page.locator("#yz-classes label", has_text="5").click()
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("body.yz-ready")
    expect(page.locator("[data-camera=start]")).to_have_text(text("ui.camera_start", "tr"))
    assert page.locator("#yz-model input:checked").get_attribute("value") == "cnn"
    assert page.locator("#yz-classes input:checked").get_attribute("value") == "5"


def test_a_visit_that_the_server_forgot_is_taken_up_again(visit: Callable[..., Page]) -> None:
    page = visit()
    speak(page, "tr")
    page.evaluate("window.before = true")
    page.route(
        "**/queue/join*", lambda route: route.fulfill(status=410, json={"detail": ""}), times=1
    )
    page.get_by_test_id("CNN-radio-label").click()
    page.wait_for_function("!window.before && document.body?.classList.contains('yz-ready')")
    expect(page.locator("[data-camera=start]")).to_have_text(text("ui.camera_start", "tr"))
    page.get_by_test_id("CNN-radio-label").click()
    expect(page.locator("#yz-model input:checked")).to_have_attribute("value", "cnn")


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
    open_tab(page, 4)
    page.locator(".yz-about").wait_for()
    fits()

"""The scripts of teaching alone in Chromium: the test plays the camera, the server and Gradio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from yuzug.emotions import LANGUAGES
from yuzug.texts import text
from yuzug.ui.i18n import script
from yuzug.ui.teaching.view import lesson, photo_choice

ADDRESS = "http://yuzug.test/"
MESSAGE = "#yz-live-teach .message"

PAGE = f"""<!doctype html><title>Yuzug</title>
<div id="yz-model">
  <input type="radio" name="model" value="cnn" checked />
  <input type="radio" name="model" value="resnet18" />
</div>
<div id="yz-live-panels" data-camera="on">
  <div id="yz-live-teach">{lesson("en")}</div><div id="yz-live-reading"></div>
</div>
<div id="yz-photo-picture"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="" /></div>
<div id="yz-photo-reading"></div><div id="yz-photo-shows">{photo_choice("en")}</div>
<script>
  window.yuzug = {{
    photo: () => document.querySelector("#yz-photo-picture img")?.src ?? null,
    crop: () => null,
    stayUnfolded() {{}},
  }};
  window.gradio_config = {{ root: "" }};
  window.read = []; // each time the photo is read again
  window.asked = []; // of the server
  window.answered = null; // lets the server answer
  window.fetch = async (address, {{ body }}) => {{
    window.asked.push(JSON.parse(JSON.parse(body).data[0]));
    await new Promise((answer) => (window.answered = answer));
    const person = {{ labels: {{ sad: {{}} }} }};
    return {{ ok: true, json: async () => ({{ data: [{{ person }}] }}) }};
  }};
  const room = document.querySelector("#yz-live-panels");
  window.camera = (state) => (room.dataset.camera = state);
  window.answer = (given) =>
    room.dispatchEvent(new CustomEvent("yz-read", {{ detail: {{ faces: [], ...given }} }}));
</script>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    shown = context.new_page()
    failures: list[str] = []
    shown.on("pageerror", lambda error: failures.append(str(error)))

    def answer(route: Route) -> None:
        route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")

    context.route("**/*", answer)
    shown.goto(ADDRESS)
    shown.evaluate(script("teaching/store"))
    for name, place in (("teach", "live-teach"), ("photo", "photo-shows")):
        # Gradio gives each script these.
        shown.evaluate(
            """([source, place]) => new Function("element", "trigger", "watch", source)(
              document.querySelector(place), (name) => window.read.push(name), () => {})""",
            [script(f"teaching/{name}"), f"#yz-{place}"],
        )
    yield shown
    context.close()
    assert not failures, "a script failed"


def keep(page: Page, person: dict[str, Any]) -> None:
    page.evaluate("one => yuzug.person.keep(one)", person)


SEEN = {"teach": {"labels": [], "neutral": "neutral", "track": 1, "example": {"a": 1}}}


@pytest.mark.parametrize("then", ["it is resumed", "no answer comes", "the camera stops"])
def test_a_frozen_frame_that_was_not_learned_leaves_nothing_to_be_learned(
    page: Page, then: str
) -> None:
    """The next live frame would be learned as the expression that was named in the frozen one."""
    page.evaluate("camera('frozen')")
    learn = "new CustomEvent('yuzug-learn', { detail: { label: 'sad', tab: 'live' } })"
    page.evaluate(f"dispatchEvent({learn})")
    assert page.evaluate("yuzug.person.asks().teach") == "take"
    if then == "no answer comes":
        page.evaluate("room.dispatchEvent(new CustomEvent('yz-unread'))")
        assert page.evaluate("yuzug.person.asks().teach") is None
    page.evaluate("state => camera(state)", "idle" if then == "the camera stops" else "on")
    page.wait_for_function("yuzug.person.asks().teach === undefined")
    problem = text("teach.no_answer", "en")
    failed = "" if then == "the camera stops" else text("teach.failed", "en", problem=problem)
    expect(page.locator(MESSAGE)).to_have_text(failed)
    page.evaluate("seen => answer(seen)", SEEN)
    assert page.evaluate("asked") == []
    # A frozen frame that is answered is learned, once.
    page.evaluate("camera('frozen')")
    page.evaluate(f"dispatchEvent({learn})")
    page.evaluate("seen => [answer(seen), answer(seen), answered()]", SEEN)
    expect(page.locator(MESSAGE)).to_have_text(text("teach.learned", "en", looks="sad"))
    assert [one["label"] for one in page.evaluate("asked")] == ["sad"]
    assert page.evaluate("yuzug.person.track") == 1


def test_whose_face_it_was_is_not_known_of_a_camera_that_was_opened_since(page: Page) -> None:
    page.evaluate("camera('frozen')")
    page.evaluate(
        "dispatchEvent(new CustomEvent('yuzug-learn', { detail: { label: 'sad', tab: 'live' } }))"
    )
    page.evaluate("seen => answer(seen)", SEEN)
    page.evaluate("camera('idle')")
    page.evaluate("Promise.resolve().then(() => camera('on'))")
    page.evaluate("answered()")
    expect(page.locator(MESSAGE)).to_have_text(text("teach.learned", "en", looks="sad"))
    assert page.evaluate("yuzug.person.track") is None


def test_a_refusal_is_said_for_as_long_as_it_holds_and_takes_no_other_words_away(
    page: Page,
) -> None:
    message = page.locator(MESSAGE)
    refused = text("errors.person.weights", "en")
    page.evaluate("refused_person => answer({ refused_person })", refused)
    expect(message).to_have_text(refused)
    page.evaluate("answer({})")
    expect(message).to_have_text("")
    keep(page, {"labels": {}})
    page.evaluate("document.querySelector('[data-teach=erase]').click()")
    page.evaluate("answer({})")
    expect(message).to_have_text(text("teach.erased", "en"))


def test_a_refusal_is_said_in_the_language_that_the_page_has_by_then(page: Page) -> None:
    message = page.locator(MESSAGE)
    said = {lang: text("errors.person.invalid", lang) for lang in LANGUAGES}
    page.evaluate(
        """said => (window.fetch = async () => (
          { ok: true, json: async () => ({ data: [{ refused: said }] }) }))""",
        said,
    )
    page.locator("#yz-live-teach [data-import]").first.set_input_files(
        {"name": "odd.json", "mimeType": "text/json", "buffer": b"{}"}
    )
    expect(message).to_have_text(said["en"])
    page.evaluate(
        """html => {
          document.querySelector("#yz-live-teach").innerHTML = html;
          dispatchEvent(new CustomEvent("yuzug-person")); // draws it
        }""",
        lesson("tr"),
    )
    expect(message).to_have_text(said["tr"])


def test_what_was_learned_is_kept_for_the_model_that_learned_it(page: Page) -> None:
    page.evaluate("() => { window.taught = yuzug.person.teach({ label: 'sad' }); }")
    page.locator("#yz-model [value=resnet18]").check()
    page.evaluate("async () => { answered(); await taught; }")
    assert page.evaluate("asked[0].model") == "cnn"
    assert page.evaluate("yuzug.person.read()") is None
    assert page.evaluate("yuzug.person.read('cnn')") == {"labels": {"sad": {}}}


def test_what_the_browser_cannot_store_is_read_before_what_it_stored_earlier(page: Page) -> None:
    keep(page, {"labels": {"sad": 1}})
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    keep(page, {"labels": {"sad": 2}})
    assert page.evaluate("yuzug.person.read().labels.sad") == 2
    # Another page of the same browser erased it.
    page.evaluate("localStorage.removeItem(yuzug.person.key)")
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: yuzug.person.key }))")
    assert page.evaluate("yuzug.person.read()") is None


def test_each_photo_is_read_generally_until_the_visitor_says_that_it_is_theirs(
    page: Page,
) -> None:
    keep(page, {"labels": {"sad": 1}})
    assert page.evaluate("read") == ["shows"], "now with a badge"
    mine, general = (page.locator(f"#yz-photo-shows [value={one}]") for one in ("adapted", "plain"))
    expect(general).to_be_checked()
    mine.check(force=True)
    assert json.loads(page.evaluate("yuzug.person.sent()"))["person"] == {"labels": {"sad": 1}}
    assert page.evaluate("read.length") == 2
    # Another photo; the one before is not read once more.
    assert page.evaluate("yuzug.person.newPhoto()") == '{"shows":"plain"}'
    expect(general).to_be_checked()
    keep(page, {"labels": {"sad": 2}})
    assert page.evaluate("read.length") == 2
    mine.check(force=True)
    assert page.evaluate("read.length") == 3
    page.evaluate("yuzug.person.erase()")
    assert page.evaluate("yuzug.person.sent()") is None
    assert page.evaluate("read.length") == 4
    keep(page, {"labels": {"sad": 3}})
    assert page.evaluate("yuzug.person.sent()") == '{"shows":"plain"}'

"""The Live tab in Chromium with a fake camera."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Literal

import pytest
from journeys import ASTRONAUT, open_tab, shares, start_camera
from playwright.sync_api import Page, Request, expect

from yuzug.texts import text

# What the video of the page has painted, counted by the browser itself.
PAINTED = "document.querySelector('#yz-live-picture video').getVideoPlaybackQuality()"
LIVE_TRACKS = """() => window.streams.flatMap(stream => stream.getTracks())
  .filter(track => track.readyState === 'live').length"""
HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
# Keeps every stream that the page gets; the permission question lasts as long as ``asked`` does.
WATCHED = """
  window.streams = []; window.asked = null;
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    await window.asked;
    const stream = await real(wanted);
    window.streams.push(stream);
    return stream;
  };
"""
# A camera of this size that shows a portrait as a square or, without ``there``, a wall.
CANVAS_CAMERA = """
  window.there = true;
  navigator.mediaDevices.getUserMedia = async () => {
    const [canvas, face] = [document.createElement("canvas"), new Image()];
    [canvas.width, canvas.height, face.src] = [WIDTH, HEIGHT, "data:image/jpeg;base64,PORTRAIT"];
    await face.decode();
    const brush = canvas.getContext("2d");
    setInterval(() => {
      brush.fillStyle = "#8a9";
      brush.fillRect(0, 0, WIDTH, HEIGHT);
      if (window.there) brush.drawImage(face, LEFT + Math.random(), TOP, SIDE, SIDE);
    }, 50);
    return canvas.captureStream(20);
  };
"""
# Where the middle of the first box is, as shares of the width and height of the video's picture.
BOX_IN_VIDEO = """() => {
  const [video, box] = ["video", "rect.line"].map(
    (one) => document.querySelector("#yz-live-picture " + one));
  const [room, seen] = [video.getBoundingClientRect(), box.getBoundingClientRect()];
  const scale = Math.min(room.width / video.videoWidth, room.height / video.videoHeight);
  const middle = (side, length) => seen[side] + seen[length] / 2 - room[side] - room[length] / 2;
  return [middle("left", "width") / (scale * video.videoWidth) + 0.5,
          middle("top", "height") / (scale * video.videoHeight) + 0.5];
}"""


def canvas_camera(portrait: str, size: tuple[int, int], square: tuple[int, int, int]) -> str:
    """The script of a camera of (width, height), with the portrait at (left, top, side)."""
    names = ("WIDTH", "HEIGHT", "LEFT", "TOP", "SIDE")
    script = CANVAS_CAMERA
    for name, value in zip(names, (*size, *square), strict=True):
        script = script.replace(name, str(value))
    return script.replace("PORTRAIT", portrait)  # last: base64 may hold such words


def tracks_on(page: Page) -> int:
    return int(page.evaluate(LIVE_TRACKS))


def no_track_on(page: Page) -> None:
    page.wait_for_function(f"() => ({LIVE_TRACKS})() === 0")


def frames(page: Page, event: Literal["request", "requestfinished"] = "request") -> list[Request]:
    """The frames that are sent, or answered, from now on."""
    sent: list[Request] = []

    def note(one: Request) -> None:
        if "/run/frame" in one.url:
            sent.append(one)

    page.on(event, note)  # type: ignore[call-overload]
    return sent


def test_live_fills_every_panel_and_the_video_is_the_browsers_own(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    sent = frames(page)
    page.locator("[data-camera=start]").click()
    for panel in (
        "#yz-live-picture svg rect.line",
        "#yz-live-heat canvas:not([hidden])",
        "#yz-live-reading .yz-bars li",
        "#yz-live-advice .yz-card",
    ):
        page.locator(panel).first.wait_for()
    expect(page.locator("#yz-live-reading .yz-sentence")).to_contain_text("happy")
    assert sum(shares(page, "live")) in range(96, 105)
    expect(page.locator("#yz-live-picture svg text")).to_contain_text("happy")
    painted = page.evaluate(f"{PAINTED}.totalVideoFrames")
    page.wait_for_function(f"before => {PAINTED}.totalVideoFrames > before + 10", arg=painted)
    frame = sent[-1]
    assert len(frame.post_data or "") < 45_000, "a frame is small"
    answer = frame.response()
    assert answer is not None
    assert len(answer.body()) < 12_000
    assert "image/jpeg" not in answer.text()


def test_a_frozen_frame_stays_and_can_be_asked_for_its_evidence(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    sent, answered = frames(page), frames(page, "requestfinished")
    start_camera(page)
    page.locator("[data-camera=freeze]").click()
    expect(page.locator("#yz-live-picture canvas.still")).to_be_visible()
    for _ in range(1200):  # what was on its way
        if len(answered) >= len(sent):
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(600)  # and is drawn
    still = "document.querySelector('#yz-live-picture canvas.still').toDataURL()"
    frozen = page.evaluate(still)
    sent = frames(page)
    page.wait_for_timeout(600)
    assert sent == [], "nothing is sent of a frozen picture"
    page.locator("#yz-live-reading [data-explain=sad]").click()
    expect(page.locator("#yz-live-heat-words")).to_contain_text("sad")
    assert page.evaluate(still) == frozen
    assert len(sent) == 1
    page.locator("[data-camera=resume]").click()
    expect(page.locator("#yz-live-picture canvas.still")).to_be_hidden()
    page.wait_for_function("() => true")
    page.locator("[data-camera=freeze]").wait_for()


def settled(page: Page, place: str) -> float:
    """This place on the page, once it has stayed the same while five frames were read."""
    return float(
        page.evaluate(
            f"""() => new Promise((done) => {{
              let [last, same] = [null, 0];
              const read = () => {{
                const now = {place};
                same = now === last ? same + 1 : 0;
                last = now;
                if (same < 5) return;
                document.removeEventListener("yz-read", read);
                done(now);
              }};
              document.addEventListener("yz-read", read);
            }})"""
        )
    )


def test_a_phone_does_not_jump_where_a_face_is_lost(visit: Callable[..., Page]) -> None:
    portrait = base64.b64encode(ASTRONAUT.read_bytes()).decode()
    page = visit(width=390, script=canvas_camera(portrait, (640, 480), (80, 0, 480)))
    # A busy machine makes the camera's bar say that it waits, above what is measured here.
    page.add_style_tag(content="#yz-live-camera .message { position: absolute !important }")
    start_camera(page)
    page.locator("#yz-live-reading .yz-bars").wait_for()
    top = "document.querySelector('#yz-live-ribbon').getBoundingClientRect().top + scrollY"
    before = settled(page, top)
    page.evaluate("window.there = false")
    page.locator("#yz-live-reading .yz-bars").wait_for(state="detached")
    assert abs(settled(page, top) - before) < 2
    page.locator("[data-camera=stop]").click()
    page.wait_for_function(f"before => {top} < before", arg=before)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_box_and_the_map_lie_on_the_face_of_a_tall_camera(
    visit: Callable[..., Page], width: int
) -> None:
    portrait = base64.b64encode(ASTRONAUT.read_bytes()).decode()
    page = visit(width=width, script=canvas_camera(portrait, (720, 1280), (104, 500, 512)))
    start_camera(page)
    page.locator("#yz-live-picture svg rect.line").wait_for()
    # The middle of the face is at (329, 625) of 720×1280.
    x, y = page.evaluate(BOX_IN_VIDEO)
    assert x == pytest.approx((720 - 329) / 720, abs=0.05), "as in a mirror"
    assert y == pytest.approx(625 / 1280, abs=0.05)
    assert page.locator("#yz-live-picture svg image").count() == 0, "only on wish"
    page.locator("[data-camera=heat]").click()
    expect(page.locator("[data-camera=heat]")).to_have_attribute("aria-pressed", "true")
    page.locator("#yz-live-picture svg image[href^='data:image/png']").wait_for()
    x, y = page.evaluate(BOX_IN_VIDEO.replace("rect.line", "image"))
    assert x == pytest.approx((720 - 329) / 720, abs=0.08)
    assert y == pytest.approx(625 / 1280, abs=0.08)
    page.locator("[data-camera=heat]").click()
    page.locator("#yz-live-picture svg image").wait_for(state="detached")


def test_stopping_and_leaving_turn_the_camera_off(visit: Callable[..., Page]) -> None:
    page = visit(script=WATCHED)
    start_camera(page)
    assert tracks_on(page) == 1
    page.locator("[data-camera=stop]").click()
    page.locator("[data-camera=start]").wait_for()
    assert tracks_on(page) == 0
    expect(page.locator("#yz-live-picture video")).to_be_hidden()
    expect(page.locator("#yz-live-reading .yz-sentence")).to_contain_text("happy")
    start_camera(page)
    page.locator("#yz-live-picture svg rect.line").wait_for()
    open_tab(page, "photo")
    no_track_on(page)


def test_no_camera_runs_that_nobody_sees(visit: Callable[..., Page]) -> None:
    page = visit(script=WATCHED)
    page.evaluate("() => { window.asked = new Promise((allow) => { window.allow = allow; }); }")
    page.locator("[data-camera=start]").click()
    open_tab(page, "mood")  # while the browser still asks
    page.locator("#yz-mood-advice [data-mood=sad]").wait_for()
    page.evaluate("window.allow()")
    page.wait_for_function("window.streams.length === 1")
    no_track_on(page)
    open_tab(page, "live")
    page.evaluate("() => { window.asked = new Promise((allow) => { window.allow = allow; }); }")
    page.locator("[data-camera=start]").click()
    page.evaluate(HIDE, True)
    page.evaluate("window.allow()")
    page.wait_for_function("window.streams.length === 2")
    no_track_on(page)
    page.evaluate(HIDE, False)
    page.wait_for_function(f"() => ({LIVE_TRACKS})() === 1")
    page.locator("[data-camera=stop]").click()
    page.locator("[data-camera=start]").wait_for()
    page.evaluate("""() => {
      const start = document.querySelector('[data-camera=start]');
      start.click(); start.click();
    }""")
    page.locator("#yz-live-picture svg rect.line").wait_for()
    assert len(page.evaluate("window.streams")) == 4, "pressed twice, opened once"
    assert tracks_on(page) == 1
    page.evaluate(HIDE, True)
    assert tracks_on(page) == 0
    page.evaluate(HIDE, False)
    page.wait_for_function(f"() => ({LIVE_TRACKS})() === 1")
    page.evaluate("""() => {
      const [track] = window.streams.at(-1).getTracks();
      track.stop(); track.dispatchEvent(new Event('ended'));
    }""")
    expect(page.locator("#yz-live-camera .message")).to_have_text(
        text("ui.camera_unavailable", "en")
    )


def test_the_photo_tabs_camera_goes_off_with_its_tab(visit: Callable[..., Page]) -> None:
    page = visit(script=WATCHED)
    open_tab(page, "photo")
    page.get_by_role("button", name=text("ui.photo_webcam", "en")).click()
    page.get_by_role("button", name=text("ui.photo_camera_on", "en")).click()
    page.wait_for_function(f"() => ({LIVE_TRACKS})() === 1")
    open_tab(page, "mood")
    no_track_on(page)


def test_stop_acts_at_once_without_a_connection(visit: Callable[..., Page]) -> None:
    page = visit(script=WATCHED)
    start_camera(page)
    page.context.set_offline(True)
    page.locator("[data-camera=stop]").click()
    page.locator("[data-camera=start]").wait_for()
    assert tracks_on(page) == 0
    page.context.set_offline(False)


@pytest.mark.parametrize("lang", ["en", "tr"])
@pytest.mark.parametrize(
    ("script", "state"),
    [
        (
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('no', 'NotAllowedError') }",
            "refused",
        ),
        (
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('none', 'NotFoundError') }",
            "missing",
        ),
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "insecure"),
    ],
)
def test_a_camera_that_cannot_be_had_is_explained(
    visit: Callable[..., Page], lang: str, script: str, state: str
) -> None:
    page = visit(lang=lang, script=script)
    page.locator("[data-camera=start]").click()
    expect(page.locator("#yz-live-camera .message")).to_have_text(
        text(f"ui.camera_{state}", lang)  # type: ignore[arg-type]
    )


def test_another_number_of_expressions_takes_effect_while_it_runs(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    start_camera(page)
    page.locator("#yz-classes label", has_text="3").click()
    expect(page.locator("#yz-live-reading .yz-bars li")).to_have_count(3)
    page.get_by_test_id("CNN-radio-label").click()
    page.locator("#yz-classes label", has_text="8").click()
    expect(page.locator("#yz-live-reading .yz-bars li")).to_have_count(8)

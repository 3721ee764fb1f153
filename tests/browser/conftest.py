"""One Chromium with a fake camera for all browser tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from journeys import ASTRONAUT
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# What the page shows may take so long on a machine that is busy with other things.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
CLIP_FRAMES = 360  # 12 s at 30 a second: none comes again while frames are counted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def camera_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip for Chromium's fake camera: a portrait that moves, so that no two frames are alike."""
    portrait = np.asarray(Image.open(ASTRONAUT).convert("RGB"))
    clip = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    with clip.open("wb") as out:
        for turn in np.linspace(0, 2 * np.pi, CLIP_FRAMES, endpoint=False):
            zoom = 1.6 + 0.15 * np.sin(turn)
            x, y = 225 + 18 * np.cos(5 * turn), 120 + 8 * np.sin(3 * turn)
            move = np.array([[zoom, 0, 320 - zoom * x], [0, zoom, 240 - zoom * y]])
            frame = cv2.warpAffine(portrait, move, (640, 480), borderMode=cv2.BORDER_REFLECT)
            out.write(jpeg(frame))
    return clip


def jpeg(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def browser(chromium: str, camera_clip: Path) -> Iterator[Browser]:
    """Chromium whose camera plays the clip and is always allowed.

    Ends with its module: while Playwright lives, its event loop runs in this thread, and tests
    elsewhere that run one of their own would fail.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={camera_clip}",
            ],
        )
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Opens the page as a new visitor; afterwards nothing may have left this machine or failed."""
    contexts: list[BrowserContext] = []
    outside: list[str] = []
    failures: list[str] = []

    def watched(page: Page) -> Page:
        page.on("request", lambda asked: outside.append(asked.url) if leaves(asked.url) else None)
        page.on("pageerror", lambda error: failures.append(str(error)))
        return page

    def leaves(address: str) -> bool:
        return not address.startswith((url, "data:", "blob:"))

    def open_page(
        lang: str = "en",
        width: int = 1280,
        accept: bool = True,
        script: str = "",
        touch: bool = False,
        tour: bool = False,
    ) -> Page:
        context = browser.new_context(
            locale={"en": "en-US", "tr": "tr-TR"}[lang],
            viewport={"width": width, "height": 844},
            has_touch=touch,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = watched(context.new_page())
        if not tour:
            page.add_init_script("localStorage.setItem('yuzug-tour', 'seen')")
        if script:
            page.add_init_script(script)
        page.goto(url)
        page.wait_for_selector("body.yz-ready")
        if accept:
            page.locator(".yz-notice-box button:visible").click()
            # The page goes there by itself, and would take the focus from a test that began before.
            expect(page.locator("[data-camera=start]")).to_be_focused()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not outside, "the page asked another server"
    assert not failures, "a script failed"

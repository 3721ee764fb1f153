"""Take the README's picture of the page: python tools/screenshot.py (needs the extra "test")."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

import chromium  # noqa: E402 - the finder of the browser tests

PICTURE = ROOT / "docs" / "app.webp"
WIDTH_PX, HEIGHT_PX = 1280, 1180


def main() -> None:
    """Start the page, show it the bundled portrait, and keep what it looks like."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "app.py"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if f":{port}".encode() in line:
                PICTURE.write_bytes(webp(photograph(f"http://127.0.0.1:{port}")))
                break
        server.terminate()


def photograph(url: str) -> bytes:
    """The Photo tab with the portrait read, as PNG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            locale="en-US",
            viewport={"width": WIDTH_PX, "height": HEIGHT_PX},
            device_scale_factor=1.5,
        )
        page.goto(url)
        page.wait_for_selector("body.yz-ready")
        page.locator(".yz-notice-box button:visible").click()
        page.get_by_role("tab").nth(1).click()
        page.locator("[data-press=example]").click()
        page.locator("#yz-photo-advice .yz-card").first.wait_for()
        page.wait_for_timeout(1500)  # until the bars and cards stand still
        picture = page.screenshot()
        browser.close()
    return picture


def webp(png: bytes) -> bytes:
    """The same picture, small enough for a README."""
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(out, "WEBP", quality=82, method=6)
    return out.getvalue()


if __name__ == "__main__":
    main()

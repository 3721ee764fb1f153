"""Draw the app's icons and link previews: python tools/icons.py (needs the extra "test")."""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import chromium  # noqa: E402 - the finder of the browser tests
import gradio  # noqa: E402

from yuzug.emotions import LANGUAGES  # noqa: E402
from yuzug.texts import text  # noqa: E402
from yuzug.ui.server.document import PAPER, PREVIEW_WH  # noqa: E402

UI = ROOT / "yuzug" / "ui"
FONTS = Path(gradio.__file__).parent / "templates" / "frontend" / "static" / "fonts"
# Of the side; what a system cuts off a maskable icon is at most a tenth at each edge.
SHARES = {"icon-192.png": (192, 0.84), "icon-512.png": (512, 0.84), "icon-maskable.png": (512, 0.6)}


def main() -> None:
    """Draw all of them into yuzug/ui/server/icons."""
    mark = (UI / "favicon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (side, share) in SHARES.items():
            body = f'<div style="width:{side * share}px;margin:auto">{mark}</div>'
            save(name, drawn(browser, body, (side, side)))
        for lang in LANGUAGES:
            body = (
                f'<div style="width:300px;flex:none">{mark}</div><div>'
                f'<h1 style="font:700 120px/1 Quicksand;margin:0">{text("ui.title", lang)}</h1>'
                f'<p style="font:400 40px/1.35 Plex;margin:24px 0 0;max-width:660px">'
                f"{text('ui.tagline', lang)}</p></div>"
            )
            save(f"preview-{lang}.png", drawn(browser, body, PREVIEW_WH))
        browser.close()


def drawn(browser: Browser, body: str, size_wh: tuple[int, int]) -> bytes:
    """A picture of this HTML on our paper."""
    page = browser.new_page(viewport={"width": size_wh[0], "height": size_wh[1]})
    faces = {
        "Quicksand": "Quicksand/Quicksand-Bold.woff2",
        "Plex": "IBMPlexSans/IBMPlexSans-Regular.woff2",
    }
    fonts = "".join(
        f"@font-face {{ font-family: {name}; src: url('{data_url(FONTS / path)}'); }}"
        for name, path in faces.items()
    )
    page.set_content(
        f"<style>{fonts} body {{ margin: 0; height: 100vh; display: flex; align-items: center;"
        f" justify-content: center; gap: 60px; background: {PAPER['light']}; color: #1b2a2c; }}"
        f" svg {{ width: 100%; display: block; }}</style>{body}"
    )
    page.evaluate("document.fonts.ready")
    picture = page.screenshot()
    page.close()
    return picture


def data_url(font: Path) -> str:
    """The font as CSS reads it without a file."""
    return "data:font/woff2;base64," + base64.b64encode(font.read_bytes()).decode()


def save(name: str, png: bytes) -> None:
    """Few colours are enough for the mark, and make a small file."""
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(64)
    few.save(UI / "server" / "icons" / name, optimize=True)


if __name__ == "__main__":
    main()

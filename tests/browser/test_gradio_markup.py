"""Gradio's page still has every part that our style sheets and scripts select."""

from __future__ import annotations

import json
from collections.abc import Callable

from gradio_markup import gradio_names
from journeys import ASTRONAUT, open_tab, show_file
from playwright.sync_api import Page

from yuzug.texts import text

# Some parts are there for a moment only, so each is noted when it comes.
NOTE = """
window.found = new Set();
const names = %s;
new MutationObserver(() => {
  for (const name of names)
    if (!window.found.has(name) && document.querySelector(name)) window.found.add(name);
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
ALL_FOUND = "names => names.every((name) => window.found.has(name))"
MISSING = "names => names.filter((name) => !window.found.has(name))"


def test_every_part_that_is_selected_is_on_the_page(visit: Callable[..., Page]) -> None:
    names = gradio_names()
    assert len(names) > 20
    page = visit(script=NOTE % json.dumps(names))
    open_tab(page, "photo")
    page.get_by_role("button", name=text("ui.photo_webcam", "en")).click()
    page.locator("#yz-picker").get_by_text(text("ui.photo_camera_on", "en")).click()
    page.get_by_role("button", name=text("ui.photo_capture", "en")).wait_for()
    page.get_by_role("button", name=text("ui.photo_upload", "en")).click()
    show_file(page, ASTRONAUT)
    page.locator("#yz-photo-advice .yz-card").first.wait_for(timeout=60_000)
    try:
        page.wait_for_function(ALL_FOUND, arg=names)
    finally:
        missing = page.evaluate(MISSING, names)
    assert not missing

"""The steps that several journeys share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from yuzug._resources import PORTRAIT as ASTRONAUT
from yuzug.emotions import Language
from yuzug.ui.session import STORAGE_KEYS

__all__ = [
    "ASTRONAUT",
    "TABS",
    "keeps_another",
    "open_tab",
    "settings_kept",
    "shares",
    "show_example",
    "show_file",
    "speak",
    "start_camera",
]


Setting = Literal["lang", "model", "classes", "consent", "filters"]
TABS = ("live", "photo", "film", "mood", "journal", "about")


def open_tab(page: Page, name: str) -> None:
    """Go to one of :data:`TABS`, in whichever language the page is."""
    page.locator("#yz-tabs [role=tab]:visible").nth(TABS.index(name)).click()


def show_example(page: Page) -> None:
    """Read the example photo."""
    open_tab(page, "photo")
    page.locator("[data-press=example]").click()
    page.locator("#yz-photo-advice .yz-card").first.wait_for()


def show_file(page: Page, path: Path) -> None:
    """Read a file, as the upload button would."""
    page.locator("#yz-picker input[type=file]").set_input_files(path)


def start_camera(page: Page) -> None:
    """Start the camera and wait for the first frame."""
    page.locator("[data-camera=start]").click()
    page.locator("#yz-live-advice .yz-card").first.wait_for()


def speak(page: Page, lang: Language) -> None:
    """Switch the language and wait until the page says that it has."""
    page.locator("#yz-language label", has_text=lang.upper()).click()
    page.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)


def settings_kept(page: Page, name: Setting) -> str | None:
    """What the browser keeps of this setting of the visitor, as it stands there."""
    kept: str | None = page.evaluate("key => localStorage.getItem(key)", STORAGE_KEYS[name])
    return kept


def keeps_another(page: Page, name: Setting, before: str | None) -> None:
    """Wait until the browser keeps something else of this setting than ``before``."""
    page.wait_for_function(
        "([key, before]) => localStorage.getItem(key) !== before",
        arg=[STORAGE_KEYS[name], before],
    )


def shares(page: Page, tab: str) -> list[int]:
    """The probabilities shown, in percent."""
    shown = page.locator(f"#yz-{tab}-reading .yz-bars .share").all_inner_texts()
    return [int(re.sub(r"\D", "", one)) for one in shown]

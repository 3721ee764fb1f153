"""The page with a model of one's own labels: they are shown, and no button leads nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_server import serving
from journeys import show_example
from own_labels import LABELS, own_model
from playwright.sync_api import Browser, expect

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def own_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    own = own_model(tmp_path_factory.mktemp("own") / "mine.safetensors")
    command = [sys.executable, "-m", "yuzug.cli", "serve", "--model", str(own)]
    with serving(command, ROOT, os.environ, "PORT") as server:
        yield server.url
    assert "Traceback" not in server.said, server.said


def test_own_labels_are_shown_and_models_are_changed(own_page: str, browser: Browser) -> None:
    context = browser.new_context(locale="tr-TR")
    context.set_default_timeout(60_000)  # other tests may keep the machine busy
    page = context.new_page()
    page.goto(own_page)
    page.wait_for_selector("body.yz-ready")
    page.locator(".yz-notice-box button:visible").click()
    page.locator("[data-camera=start]").wait_for()
    show_example(page)
    reading = page.locator("#yz-photo-reading")
    for label in LABELS:
        expect(reading).to_contain_text(label)
    expect(page.locator("#yz-classes")).to_be_hidden()
    page.locator("#yz-model label", has_text="ResNet18").first.click()
    expect(page.locator("#yz-classes")).to_be_visible()
    expect(reading).to_contain_text("şaşkın")
    page.locator("#yz-classes label", has_text="3").click()
    expect(reading).not_to_contain_text("şaşkın")
    page.locator("#yz-model label", has_text="mine").click()
    expect(page.locator("#yz-classes")).to_be_hidden()
    expect(reading).to_contain_text("Kızgın")
    context.close()

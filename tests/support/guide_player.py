"""The player of an activity, opened with each kind of guide."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page

MOOD = "#yz-mood-advice"
STEPS = ["First of all", "And then"]
GUIDES: dict[str, dict[str, Any]] = {
    "timer": {"seconds": 90},
    "breath": {"in_s": 4, "hold_s": 2, "out_s": 6, "rounds": 2},
    "count": {"counts": [{"times": 2, "what": "sounds"}, {"times": 1, "what": "smell"}]},
    "write": {"prompt": "What went well?"},
}


def open_guide(page: Page, guide: str) -> Locator:
    """Open the player on the first card, whose activity becomes one with this guide."""
    told = {"title": "An activity", "steps": STEPS, "guide": guide, "data": GUIDES[guide]}
    card = page.locator(f"{MOOD} .yz-card").first
    card.evaluate("(card, told) => { card.dataset.guide = told }", json.dumps(told))
    card.locator("[data-act=start]").click()
    return page.locator("dialog.yz-guide")

"""What a screen reader is told, beside what stands on the screen."""

from __future__ import annotations

import re

from playwright.sync_api import Locator


def says_what_is_seen(area: Locator) -> str:
    """Fail where a line that is seen is in no name or text of the accessibility tree; return it."""
    told = _plain(area.aria_snapshot())
    seen = {_plain(line) for line in area.inner_text().splitlines()}
    assert seen - {""}, "nothing is to be seen"
    assert not {line for line in seen if line not in told}
    return told


def _plain(text: str) -> str:
    """Without the marks of the tree's notation, which has quotes of its own."""
    return re.sub(r"\s+", " ", re.sub(r"[\"'\\]", "", text)).strip()

"""What a screen reader is told, beside what stands on the screen."""

from __future__ import annotations

import re

from playwright.sync_api import Locator


def says_what_is_seen(area: Locator) -> str:
    """Fail where a word that is seen is not in the accessibility tree; return that as text."""
    told, seen = _plain(area.aria_snapshot()), _plain(area.inner_text())
    assert seen, "nothing is to be seen"
    # The tree cuts sentences where a button stands in them, so words are compared.
    # A style may have made the first letter a capital one.
    silent = [word for word in _small(seen).split() if word not in _small(told)]
    assert not silent, f"not in the accessibility tree: {silent}"
    return told


def _plain(text: str) -> str:
    """Without the marks of the tree's notation, which has quotes of its own."""
    return re.sub(r"\s+", " ", re.sub(r"[\"'\\]", "", text)).strip()


def _small(text: str) -> str:
    return text.replace("İ", "i").casefold()

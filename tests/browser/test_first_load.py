"""The first load asks for everything at once, and for nothing that it does not need yet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

ASKED = "performance.getEntriesByType('resource').map(({ name }) => name)"


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_all_scripts_of_the_first_view_are_named_by_the_document(
    visit: Callable[..., Page], lang: str
) -> None:
    page = visit(lang, accept=False)
    named = set(
        page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map(l => l.href)")
    )
    # What is still on its way is not listed.
    page.wait_for_function(
        """() => {
          const came = new Set(performance.getEntriesByType("resource").map(({ name }) => name));
          return [...document.querySelectorAll("link[rel=modulepreload]")]
            .every(({ href }) => came.has(href));
        }"""
    )
    asked = [name for name in page.evaluate(ASKED) if "/assets/" in name]
    assert {name for name in asked if name.endswith(".js")} == named
    assert not [name for name in asked if name.endswith(".css")], "they stand in the document"
    # Nothing more is asked for once words of the other language are shown.
    assert not [name for name in page.evaluate(ASKED) if name.endswith("theme.css")]


def test_fonts_come_once_the_page_can_be_used(visit: Callable[..., Page]) -> None:
    page = visit(
        accept=False,
        script="""addEventListener("DOMContentLoaded", () => {
          window.fontsBefore = document.getElementById("yz-fonts").media;
        })""",
    )
    assert page.evaluate("window.fontsBefore") == "not all"
    page.wait_for_function(
        """() => ["Quicksand", "IBM Plex Sans"].every((name) => [...document.fonts].some(
          (one) => one.status === "loaded" && one.family.replaceAll('"', "") === name))"""
    )
    families = page.evaluate(
        "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    )
    assert {re.sub('"', "", name) for name in families} >= {"Quicksand", "IBM Plex Sans"}

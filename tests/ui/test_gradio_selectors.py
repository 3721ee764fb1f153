"""Selectors onto Gradio's own markup are few, and every name in them is explained in style.css."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gradio_markup import gradio_names, stylesheet

UI = Path(__file__).resolve().parents[2] / "yuzug" / "ui"
# Lower it where one goes. One more is a bet more on the markup of the next version.
MOST = 66


def selectors(css: str) -> Iterator[str]:
    """Each selector of a style sheet, those of nested rules as they stand."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for prelude in re.findall(r"([^{};]+)\{", css):
        if not prelude.strip().startswith("@"):
            yield from (one.strip() for one in re.split(r",(?![^(]*\))", prelude))


def sheets() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(UI.rglob("*.css")))


def is_onto_gradio(selector: str) -> bool:
    # Some of our own parts have classes of these names, below a class of ours.
    own = re.search(r"\.yz-(guide|button|closer|note-dialog)\b", selector)
    return not own and any(
        re.search(re.escape(name) + r"(?![\w-])", selector) for name in gradio_names()
    )


def test_there_are_no_more_of_them_than_before() -> None:
    found = [one for one in selectors(sheets()) if is_onto_gradio(one)]
    assert 0 < len(found) <= MOST, "\n".join(found)


def test_every_name_that_is_not_ours_is_explained() -> None:
    package = [*UI.parent.rglob("*.py"), *UI.rglob("*.js")]
    sources = [path.read_text(encoding="utf-8") for path in package]
    ours = set(re.findall(r"[A-Za-z][\w-]*", "\n".join(sources)))
    used = {name for one in selectors(sheets()) for name in re.findall(r"\.([A-Za-z][\w-]*)", one)}
    unknown = {name for name in used - ours if f".{name}" not in gradio_names()}
    assert not unknown, "explain it at the top of style.css, or delete the rule"


def test_every_name_that_is_explained_is_used() -> None:
    used = [*selectors(sheets())]
    scripts = "".join(path.read_text(encoding="utf-8") for path in UI.rglob("*.js"))
    unused = [
        name
        for name in gradio_names()
        if not any(name in one for one in used) and name not in scripts
    ]
    assert not unused
    assert stylesheet().count("tests/browser/test_gradio_markup.py") == 1

"""The Gradio components that hold our own HTML, and the columns they stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gradio as gr

from yuzug.emotions import Language
from yuzug.ui.components import reading as panels
from yuzug.ui.i18n import Chrome, script


def panel(name: str, value: str = "", js: str | Sequence[str] | None = None) -> gr.HTML:
    """Our own HTML; ``js`` names its script, or the parts of it, which tells what is pressed."""
    return gr.HTML(value, elem_id=name, js_on_load=_joined(js), apply_default_css=False)


def labelled_html(
    chrome: Chrome, name: str | None, words: Callable[[Language], str], js: str | None = None
) -> gr.HTML:
    return chrome.make(
        gr.HTML,
        {"value": words},
        elem_id=name,
        js_on_load=_joined(js),
        apply_default_css=False,
    )


def _joined(js: str | Sequence[str] | None) -> str | None:
    names = [js] if isinstance(js, str) else js
    return "\n".join(script(name) for name in names) if names else None


def column(chrome: Chrome, title: str, name: str) -> gr.Column:
    column = gr.Column(elem_classes=["yz-panel", name], min_width=0)
    with column:
        labelled_html(chrome, None, lambda lang: panels.heading(title, lang))
    return column

"""The Gradio components that hold our own HTML, and the columns they stand in."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from yuzug.emotions import Language
from yuzug.ui.components import reading as panels
from yuzug.ui.i18n import Chrome, script


def panel(name: str, value: str = "", js: str | None = None) -> gr.HTML:
    """Our own HTML; ``js`` names its script, which tells the server what is pressed."""
    return gr.HTML(
        value, elem_id=name, js_on_load=script(js) if js else None, apply_default_css=False
    )


def labelled_html(
    chrome: Chrome, name: str | None, words: Callable[[Language], str], js: str | None = None
) -> gr.HTML:
    return chrome.make(
        gr.HTML,
        {"value": words},
        elem_id=name,
        js_on_load=script(js) if js else None,
        apply_default_css=False,
    )


def column(chrome: Chrome, title: str, name: str) -> gr.Column:
    column = gr.Column(elem_classes=["yz-panel", name], min_width=0)
    with column:
        labelled_html(chrome, None, lambda lang: panels.heading(title, lang))
    return column

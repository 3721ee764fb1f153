"""The fixed words of the page: labels, headings and what Gradio itself says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

from yuzug.emotions import LANGUAGES, Language
from yuzug.texts import text

_FOLDER = Path(__file__).resolve().parent
_Component = TypeVar("_Component", bound=Block)
Words = str | Callable[[Language], str]

# What Gradio writes in English, wherever it does, by the key of our own words for it.
_GRADIO_SAYS = {
    "Click to Access Webcam": "photo_camera_on",
    "grant webcam access": "photo_camera_on",
    "capture photo": "photo_capture",
    "select input source": "photo_camera_choice",
    "select source": "photo_camera_choice",
    "Upload file": "photo_upload",
    "Capture from camera": "photo_webcam",
    "Paste from clipboard": "photo_paste",
    "Remove Image": "photo_remove",
    "Connection Lost": "connection_lost",
    "Connection to the server was lost. Attempting reconnection...": "connection_retry",
    "Error": "error_title",
}


class Chrome:
    """Makes the components with fixed words, and holds those words in each language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self._entries: list[tuple[Block, dict[str, Words]]] = []

    def make(self, kind: type[_Component], words: dict[str, Words], **options: Any) -> _Component:
        """A component some of whose properties hold words: a key of ours, or what draws them."""
        component = kind(**_said(words, self.lang), **options)
        self._entries.append((component, words))
        return component

    @property
    def components(self) -> list[Block]:
        """All of them, in the order of :meth:`updates`."""
        return [component for component, _ in self._entries]

    def updates(self, lang: Language) -> list[Any]:
        """What turns the page's fixed words into this language."""
        return [gr.update(**_said(words, lang)) for _, words in self._entries]


def _said(words: dict[str, Words], lang: Language) -> dict[str, str]:
    return {
        name: text(f"ui.{said}", lang) if isinstance(said, str) else said(lang)
        for name, said in words.items()
    }


def head() -> str:
    """The part of the page's head that speaks: our words for what Gradio says, and the script."""
    words = [
        {"gradio": said, **{lang: text(f"ui.{key}", lang) for lang in LANGUAGES}}
        for said, key in _GRADIO_SAYS.items()
    ]
    table = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<script type="application/json" id="yz-words">{table}</script>'
        f"<script>{script('page')}</script>"
    )


def script(name: str) -> str:
    """The JavaScript file of this name."""
    return (_FOLDER / "js" / f"{name}.js").read_text(encoding="utf-8")

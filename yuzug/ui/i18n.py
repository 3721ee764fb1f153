"""The fixed words of the page: labels, headings and what Gradio itself says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from yuzug.emotions import LANGUAGES, Language
from yuzug.texts import text
from yuzug.ui.gradio_patches import Block

_FOLDER = Path(__file__).resolve().parent
_Component = TypeVar("_Component", bound=Block)
Words = str | Callable[[Language], str]

# Our words for what Gradio writes, by key: in English wherever it does not translate, and in the
# browser's own language, which need not be the page's, where it does. A star stands for the rest.
_GRADIO_PHRASES: dict[str, tuple[str, ...]] = {
    "photo_camera_on": ("Click to Access Webcam", "grant webcam access"),
    "photo_capture": ("capture photo",),
    "photo_camera_choice": ("select input source", "select source"),
    "photo_upload": (
        "Upload file",
        "File upload",
        "Drop an image file here to upload",
        "Yüklemek için bir görüntü dosyasını buraya bırakın",
    ),
    "photo_webcam": ("Capture from camera",),
    "photo_paste": ("Paste from clipboard", "Paste from Clipboard"),
    "photo_remove": ("Remove Image",),
    "photo_uploading": ("Uploading*",),
    "panel_picture": ("Image",),
    "camera_stop": ("Stop",),
    # Gradio measures its tabs by hidden copies that keep the first language.
    "tab_live": (),
    "tab_photo": (),
    "tab_film": (),
    "tab_mood": (),
    "tab_journal": (),
    "tab_about": (),
    "upload_too_large": ("File(s) exceed the maximum allowed size*",),
    "upload_no_picture": ("Invalid file type*",),
    "connection_lost": ("Connection Lost",),
    "connection_retry": ("Connection to the server was lost. Attempting reconnection...",),
    "error_title": ("Error", "Hata"),
}

# What advice/guide.js says.
_GUIDE_KEYS = (
    "close",
    "ask_before",
    "ask_after",
    "scale_1",
    "scale_2",
    "scale_3",
    "scale_4",
    "scale_5",
    "skip",
    "step",
    "back",
    "next",
    "finish",
    "run",
    "pause",
    "resume",
    "restart",
    "paused",
    "sound",
    "timer_over",
    "left",
    "ready",
    "in",
    "hold",
    "out",
    "round",
    "breath_over",
    "count_more",
    "count_back",
    "count_over",
    "write_note",
    "copy",
    "copied",
)

# What journal/note.js says.
_NOTE_KEYS = (
    "note",
    "note_mood",
    "tags",
    "tags_offered",
    "tag_new",
    "tag_add",
    "here_only",
    "cancel",
    "save",
)


class Chrome:
    """Makes the components with fixed words, and holds those words in each language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self._entries: list[tuple[Block, dict[str, Words]]] = []

    def make(self, kind: type[_Component], words: dict[str, Words], **options: Any) -> _Component:
        """A component some of whose properties hold words: a key of ours, or what draws them."""
        properties: dict[str, Any] = {**_texts(words, self.lang), **options}
        component = kind(**properties)
        self._entries.append((component, words))
        return component

    @property
    def components(self) -> list[Block]:
        """All of them, in the order of :meth:`updates`."""
        return [component for component, _ in self._entries]

    def updates(self, lang: Language) -> list[Any]:
        """What turns the page's fixed words into this language."""
        return [gr.update(**_texts(words, lang)) for _, words in self._entries]


def _texts(words: dict[str, Words], lang: Language) -> dict[str, Any]:
    return {
        name: text(f"ui.{key}", lang) if isinstance(key, str) else key(lang)
        for name, key in words.items()
    }


def head() -> str:
    """The page's head: translations of what Gradio writes, and the scripts."""
    words = [
        [*phrases, {lang: text(f"ui.{key}", lang) for lang in LANGUAGES}]
        for key, phrases in _GRADIO_PHRASES.items()
    ]
    table = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    scripts = ("page", "journal/store", "journal/note", "teaching/store", "advice/guide", "tour")
    return (
        f'<script type="application/json" id="yz-words">{table}</script>'
        f'<script type="application/json" id="yz-guide-words">{_guide_words()}</script>'
        f'<script type="application/json" id="yz-note-words">{_note_words()}</script>'
        + "".join(f"<script>{script(name)}</script>" for name in scripts)
    )


def _guide_words() -> str:
    """What the player of the activities says, by language."""
    words = {lang: {n: text(f"advice.guide_{n}", lang) for n in _GUIDE_KEYS} for lang in LANGUAGES}
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def _note_words() -> str:
    """What the dialog for a note says, by language."""
    words = {lang: {n: text(f"journal.dialog_{n}", lang) for n in _NOTE_KEYS} for lang in LANGUAGES}
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def script(name: str) -> str:
    """The JavaScript file of this path under yuzug/ui, without its ending, such as live/camera."""
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")

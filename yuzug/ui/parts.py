"""The page's components by name, tab by tab; ``layout`` makes them."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from yuzug.ui.i18n import Chrome
from yuzug.ui.shown import LiveShown, PhotoShown


@dataclass(frozen=True)
class LiveTab:
    """The components of the Live tab; ``panels`` those that its handlers change."""

    webcam: gr.Image
    panels: LiveShown


@dataclass(frozen=True)
class Closer:
    """The parts of the closer look; ``file`` holds what is to be saved."""

    controls: gr.HTML
    findings: gr.HTML
    pair: gr.HTML
    pair_words: gr.HTML
    file: gr.HTML


@dataclass(frozen=True)
class PhotoTab:
    """The components of the Photo tab; ``again`` takes a shown picture back to be read, ``file``
    one to be saved."""

    picker: gr.Image
    bar: gr.HTML
    again: gr.Textbox
    file: gr.HTML
    panels: PhotoShown
    archive: gr.HTML


@dataclass(frozen=True)
class MoodTab:
    """The components of the Mood tab: what to choose from with its advice, and what is spoken."""

    advice: gr.HTML
    said: gr.HTML


@dataclass(frozen=True)
class JournalTab:
    """The journal as the browser keeps it, and the panel that shows it."""

    kept: gr.BrowserState
    panel: gr.HTML


@dataclass(frozen=True)
class Notice:
    """The notice of one tab, and the room that opens once it is accepted."""

    box: gr.Column
    accept: gr.Button
    room: gr.Column


@dataclass(frozen=True)
class Page:
    """All that handlers read or write."""

    chrome: Chrome
    settings: gr.State
    browser: gr.BrowserState
    live_state: gr.State
    photo_state: gr.State
    mood_state: gr.State
    language: gr.Radio
    model: gr.Radio
    classes: gr.Radio
    notices: tuple[Notice, ...]
    live: LiveTab
    photo: PhotoTab
    mood: MoodTab
    journal: JournalTab
    about: gr.HTML

"""The page's components by name, tab by tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from yuzug.ui.advice.view import MoodTab
from yuzug.ui.film.view import FilmTab
from yuzug.ui.i18n import Chrome
from yuzug.ui.journal.view import JournalTab
from yuzug.ui.live.view import LiveTab
from yuzug.ui.photo.view import PhotoTab
from yuzug.ui.session import Settings
from yuzug.ui.teaching.view import LessonCall


@dataclass(frozen=True)
class Notice:
    """The notice of one tab, and the room that opens once it is accepted."""

    box: gr.Column
    accept: gr.Button
    room: gr.Column


@dataclass(frozen=True)
class Page:
    """All that handlers read or write.

    ``remembered`` is what the browser keeps of each setting, by its name. ``consent`` tells of a
    notice that was accepted in another tab of the browser.
    """

    chrome: Chrome
    settings: gr.State
    remembered: dict[str, gr.BrowserState]
    consent: gr.HTML
    live_state: gr.State
    photo_state: gr.State
    mood_state: gr.State
    language: gr.Radio
    model: gr.Radio
    classes: gr.Radio
    notices: tuple[Notice, ...]
    live: LiveTab
    photo: PhotoTab
    film: FilmTab
    mood: MoodTab
    journal: JournalTab
    lesson: LessonCall
    about: gr.HTML

    def to_remember(self, settings: Settings, before: Settings) -> list[Any]:
        """A value for each of ``remembered``: what was chosen in this tab, and nothing else."""
        changes = settings.changes_since(before)
        return [changes.get(name, gr.skip()) for name in self.remembered]

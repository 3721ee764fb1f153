"""Which event of the Photo tab calls which handler."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import gradio as gr

from yuzug._resources import PORTRAIT
from yuzug.errors import YuzugError
from yuzug.texts import text
from yuzug.ui.components import reading as panels
from yuzug.ui.components.event_options import every_one, last_one, quietly, told
from yuzug.ui.models import Analyzers
from yuzug.ui.parts import Page
from yuzug.ui.photo import explain as asking
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.session import Settings
from yuzug.ui.uploads import Uploads, bytes_of_data_url

# The server keeps no picture; the page sends the crop of the face that it shows.
_WITH_CROP = "(_, ...states) => [window.yuzug.crop(), ...states]"


def wire(page: Page, analyzers: Analyzers, uploads: Uploads) -> None:
    """Connect the picker, the faces and what is asked of a heat map."""
    tab, state = page.photo, page.photo_state
    outputs = [*tab.panels, state]

    def read(
        payload: Mapping[str, Any] | None, settings: Settings, photo_state: photo.PhotoState
    ) -> list[Any]:
        shown = photo.read(analyzers, uploads.encoded(payload), settings, photo_state)
        return [*shown, photo_state, None]  # the picker is empty again, for the next picture

    def press(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        if told(event).get("name") == "example":
            shown = photo.read(analyzers, PORTRAIT, settings, photo_state)
        else:
            shown = photo.clear(settings, photo_state)
        return [*shown, photo_state]

    def pick(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        return [*photo.pick(told(event), settings, photo_state), photo_state]

    shown_anew = (
        tab.picker.input(
            read,
            [tab.picker, page.settings, state],
            [*outputs, tab.picker],
            preprocess=False,
            **quietly(page),
        ),
        tab.bar.press(press, [page.settings, state], outputs, **every_one(page)),
        tab.panels.reading.pick(pick, [page.settings, state], outputs, **every_one(page)),
    )
    for event in shown_anew:
        then_check(event, page, analyzers)
    _wire_questions(page, analyzers)


def _wire_questions(page: Page, analyzers: Analyzers) -> None:
    """Connect the bars and the closer look; each new map is checked after it is shown."""
    tab, state = page.photo, page.photo_state
    outputs = [*tab.panels, state]

    def ask(
        url: str | None, settings: Settings, photo_state: photo.PhotoState, event: gr.EventData
    ) -> list[Any]:
        shown = asking.ask(analyzers, _bytes(url), told(event), settings, photo_state)
        return [*shown, photo_state]

    def report(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        try:
            png = asking.report(analyzers, told(event), settings, photo_state)
        except YuzugError as error:
            return ["", panels.error_notice(error, settings.lang)]
        return [_link(png, settings) if png else "", gr.skip()]

    for asks in (tab.panels.reading.explain, tab.panels.controls.ask):
        asked = asks(
            ask, [tab.again, page.settings, state], outputs, js=_WITH_CROP, **last_one(page)
        )
        then_check(asked, page, analyzers)
    tab.panels.controls.report(
        report, [page.settings, state], [tab.file, tab.panels.heat_words], **every_one(page)
    ).then(None, None, None, js="() => window.yuzug.saveFile()")


def then_check(event: Any, page: Page, analyzers: Analyzers) -> None:
    """After this event, see how far the map can be trusted: the map need not wait for it."""
    tab, state = page.photo, page.photo_state

    def check(url: str | None, settings: Settings, photo_state: photo.PhotoState) -> list[Any]:
        shown: PhotoShown = asking.check(analyzers, _bytes(url), settings, photo_state)
        return [*shown, photo_state]

    event.then(
        check,
        [tab.again, page.settings, state],
        [*tab.panels, state],
        js=_WITH_CROP,
        **quietly(page),
    )


def _bytes(url: str | None) -> bytes | None:
    return bytes_of_data_url(url) if url else None


def _link(png: bytes, settings: Settings) -> str:
    name = text("closer.file_report", settings.lang)
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    return f'<a hidden download="{name}" href="{url}"></a>'

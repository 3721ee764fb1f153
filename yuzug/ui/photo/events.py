"""Which event of the Photo tab calls which handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from yuzug.errors import YuzugError
from yuzug.texts import text
from yuzug.ui.components import reading as panels
from yuzug.ui.components.data_urls import is_of, png_url
from yuzug.ui.components.event_options import event_values, in_order, quietly
from yuzug.ui.components.heatmap import crop_of
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import explain
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo.examples import NAMES, example
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.server.uploads import Uploads, bytes_of_data_url
from yuzug.ui.session import Settings

if TYPE_CHECKING:
    from yuzug.ui.page import Page

# The server keeps no picture; the page sends the crop of the face that it shows.
# So does it what the visitor taught of their face.
_WITH_CROP = """(_, __, ...states) =>
  [window.yuzug.crop(), window.yuzug.person.sent(), ...states]"""
# Work that takes longer than a moment is shown, from its beginning on.
_WORK = "(...given) => window.yuzug.work(given)"
_WITH_PERSON = "(_, ...states) => window.yuzug.work([window.yuzug.person.sent(), ...states])"
# Another photo is read generally, until the visitor says that it is theirs.
_PICTURE_AND_PERSON = """(picture, _, __, ...states) => {
  const { person } = window.yuzug;
  const sent = picture ? person.newPhoto() : person.sent();
  return window.yuzug.work([picture, sent, window.yuzug.restored(picture), ...states]);
}"""
_NEW_PHOTO = "(_, ...states) => window.yuzug.work([window.yuzug.person.newPhoto(), ...states])"
_WORK_ON_CROP = """(_, __, ...states) =>
  window.yuzug.work([window.yuzug.crop(), window.yuzug.person.sent(), ...states])"""
WORK_ON_PHOTO = """(_, __, ...states) =>
  window.yuzug.work([window.yuzug.photo(), window.yuzug.person.sent(), ...states])"""
_REST = "() => window.yuzug.rest()"


def wire(page: Page, analyzers: Analyzers, uploads: Uploads) -> None:
    """Connect the picker, the faces and what is asked of a heat map."""
    tab, state = page.photo, page.photo_state
    outputs = [*tab.panels, state]

    def read(
        payload: Mapping[str, Any] | None,
        person: str | None,
        restored: str | None,
        settings: Settings,
        photo_state: photo.PhotoState,
    ) -> list[Any]:
        source, before = uploads.encoded(payload), photo.Restored.of(restored)
        shown = photo.read(analyzers, source, settings, photo_state, sent=person, restored=before)
        return [*shown, photo_state, None]  # the picker is empty again, for the next picture

    def press(
        person: str | None,
        settings: Settings,
        photo_state: photo.PhotoState,
        event: gr.EventData,
    ) -> list[Any]:
        values = event_values(event)
        if values.get("name") in ("example", "gallery"):
            picture = example(str(values.get("example") or NAMES[0]))
            shown = photo.read(analyzers, picture, settings, photo_state, sent=person)
        else:
            shown = photo.clear(settings, photo_state)
        return [*shown, photo_state]

    def pick(settings: Settings, photo_state: photo.PhotoState, event: gr.EventData) -> list[Any]:
        return [*photo.pick(event_values(event), settings, photo_state), photo_state]

    redrawn = (
        tab.picker.input(
            read,
            [tab.picker, tab.person, tab.restored, page.settings, state],
            [*outputs, tab.picker],
            preprocess=False,
            js=_PICTURE_AND_PERSON,
            **in_order(page),
        ),
        *(
            bar.press(
                press,
                [tab.person, page.settings, state],
                outputs,
                js=_NEW_PHOTO,
                **in_order(page),
            )
            for bar in (tab.bar, tab.gallery)
        ),
        tab.panels.reading.pick(pick, [page.settings, state], outputs, js=_WORK, **in_order(page)),
        tab.panels.shows.shows(
            read_again(analyzers),
            [tab.again, tab.person, page.settings, state],
            [*tab.panels],
            js=WORK_ON_PHOTO,
            **in_order(page),
        ),
    )
    for event in redrawn:
        then_rest(event)
        then_check(event, page, analyzers)
    _wire_questions(page, analyzers)


def read_again(analyzers: Analyzers) -> Callable[..., list[Any]]:
    """What reads the photo once more that the page shows: the server has none."""

    def read_once_more(
        url: str | None, person: str | None, settings: Settings, state: photo.PhotoState
    ) -> list[Any]:
        source = bytes_of_data_url(url) if url else None
        return [*photo.read(analyzers, source, settings, state, again=True, sent=person)]

    return read_once_more


def _wire_questions(page: Page, analyzers: Analyzers) -> None:
    """Connect the bars and the closer look; each new map is checked after it is shown."""
    tab, state = page.photo, page.photo_state
    outputs = [*tab.panels, state]

    def ask(
        url: str | None,
        person: str | None,
        settings: Settings,
        photo_state: photo.PhotoState,
        event: gr.EventData,
    ) -> list[Any]:
        crop, values = _crop(url, photo_state), event_values(event)
        shown = explain.ask(analyzers, crop, values, settings, photo_state, person)
        return [*shown, photo_state]

    def report(
        person: str | None,
        settings: Settings,
        photo_state: photo.PhotoState,
        event: gr.EventData,
    ) -> list[Any]:
        try:
            png = explain.report(analyzers, event_values(event), settings, photo_state, person)
        except YuzugError as error:
            return ["", panels.error_notice(error, settings.lang)]
        return [_link(png, settings) if png else "", gr.skip()]

    for asks in (tab.panels.reading.explain, tab.panels.controls.ask):
        asked = asks(
            ask,
            [tab.again, tab.person, page.settings, state],
            outputs,
            js=_WORK_ON_CROP,
            **in_order(page),
        )
        then_rest(asked)
        then_check(asked, page, analyzers)
    reported = tab.panels.controls.report(
        report,
        [tab.person, page.settings, state],
        [tab.file, tab.panels.heat_words],
        js=_WITH_PERSON,
        **in_order(page),
    )
    then_rest(reported)
    reported.then(None, None, None, js="() => window.yuzug.saveFile()")


def then_rest(event: Any) -> None:
    """After this event, the work that began with it is over, however it ended."""
    event.then(None, None, None, js=_REST, trigger_mode="multiple")


def then_check(event: Any, page: Page, analyzers: Analyzers) -> None:
    """After this event, see how far the map can be trusted: the map need not wait for it."""
    tab, state = page.photo, page.photo_state

    def check(
        url: str | None, person: str | None, settings: Settings, photo_state: photo.PhotoState
    ) -> list[Any]:
        crop = _crop(url, photo_state)
        shown: PhotoShown = explain.check(analyzers, crop, settings, photo_state, person)
        explain.load_methods()
        return [*shown, photo_state]

    event.then(
        check,
        [tab.again, tab.person, page.settings, state],
        [*tab.panels, state],
        js=_WITH_CROP,
        # A check that comes while another runs is not dropped: that one was of another map.
        trigger_mode="multiple",
        **quietly(page),
    )


def _crop(url: str | None, photo_state: photo.PhotoState) -> bytes | None:
    """The crop that the page sent; None where it is not of the face that is chosen now."""
    reading = photo_state.reading
    if not url or reading is None or not is_of(url, crop_of(photo_state.shown, reading.chosen)):
        return None
    return bytes_of_data_url(url)


def _link(png: bytes, settings: Settings) -> str:
    name = text("closer.file_report", settings.lang)
    return f'<a hidden download="{name}" href="{png_url(png)}"></a>'

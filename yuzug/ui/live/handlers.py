"""The Live tab: a frame in, the panels out, all of them of one and the same frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import numpy as np

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.images import Rgb, load_image
from yuzug.stream import StreamSession
from yuzug.texts import text
from yuzug.ui.advice import view as advice
from yuzug.ui.components import evidence
from yuzug.ui.components import images as pictures
from yuzug.ui.components import reading as panels
from yuzug.ui.components.readings import PictureReading, reading_of
from yuzug.ui.live.advice_pacing import Following
from yuzug.ui.live.view import LiveShown
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings, require_consent

RUNNING = ("on", "frozen", "waiting")
TROUBLES = ("refused", "missing", "unavailable", "insecure")
CAMERA_STATES = ("idle", "opening", *RUNNING, *TROUBLES)


@dataclass
class LiveState:
    """What a visit to the Live tab holds: no frame and no model.

    ``camera`` is what the browser last said of it, its ``camera_order``-th word: idle, opening,
    on, frozen, waiting, or one of ``TROUBLES``. ``explained`` is the label that the map is asked
    for, None for the one that the face looks like. Only handlers of this tab write here.
    """

    camera: str = "idle"
    camera_order: int = 0
    mirrored: bool = True
    stream: StreamSession = field(default_factory=StreamSession)
    read_with: tuple[str, int] | None = None
    explained: str | None = None
    reading: PictureReading | None = None
    following: Following = field(default_factory=Following)

    def forget(self) -> None:
        """Start anew, with nobody in the picture."""
        self.stream = StreamSession()
        self.reading = self.explained = None
        self.following.forget()


def step(
    analyzers: Analyzers, source: bytes | None, settings: Settings, live: LiveState, now_s: float
) -> LiveShown:
    """Read one encoded frame; a frame that cannot be read gives its sentence instead."""
    if source is None:
        return LiveShown()
    try:
        require_consent(settings)
        if live.camera not in RUNNING:
            return LiveShown()
        analyzer = analyzers.live(settings.model, settings.classes)
        stream = _stream_for(settings, live)
        analysis = stream.step(analyzer, _frame(source, live), now_s, target=live.explained)
    except YuzugError as error:
        return LiveShown(reading=panels.error_notice(error, settings.lang))
    if live.stream is not stream:  # stopped in the meantime
        return LiveShown()
    chosen = analysis.dominant_index
    live.reading = reading_of(analysis, chosen)
    advised = live.following.see(live.reading.face, now_s)
    words = _words(live.reading, settings.lang)
    return words.but(
        picture=pictures.framed(analysis, chosen, pictures.LIVE_LONG_SIDE_PX, "live-picture-alt"),
        heat=pictures.heat_map(analysis, chosen, "live-heat-alt") or words.heat,
        advice=advice.area(live.following.board, settings.lang) if advised else gr.skip(),
        said=panels.said(panels.sentence(live.reading, settings.lang)) if advised else gr.skip(),
    )


def _stream_for(settings: Settings, live: LiveState) -> StreamSession:
    """The stream so far; a new one where other models or labels would be smoothed into it."""
    if live.read_with != (settings.model, settings.classes):
        live.stream, live.read_with = StreamSession(), (settings.model, settings.classes)
        live.explained = None
    return live.stream


def _frame(source: bytes, live: LiveState) -> Rgb:
    frame = load_image(source)
    return np.ascontiguousarray(frame[:, ::-1]) if live.mirrored else frame


def camera(event: Mapping[str, Any], settings: Settings, live: LiveState) -> LiveShown:
    """What the browser says of its camera: draw the buttons, and the panels where it went off.

    ``order`` counts what it said; a word that was overtaken by a later one is void.
    """
    order = event.get("order")
    if not isinstance(order, int) or order <= live.camera_order:
        return LiveShown()
    live.camera_order = order
    state = event.get("state")
    live.camera = state if state in CAMERA_STATES else "idle"
    live.mirrored = event.get("facing") != "environment"
    bar = camera_bar(live.camera, settings.lang)
    if live.camera in RUNNING:
        return LiveShown(camera=bar)
    live.forget()
    return idle(live, settings.lang)


def pick(event: Mapping[str, Any], settings: Settings, live: LiveState, now_s: float) -> LiveShown:
    """The visitor picks a person: from the next frame on, the panels are theirs."""
    told = str(event.get("track", ""))
    if live.reading is None or not (told.isdecimal() and len(told) < 10):
        return LiveShown()
    track = int(told)
    live.stream.pick(track)
    found = [i for i, face in enumerate(live.reading.faces) if face.track == track]
    if not found:
        return LiveShown()
    live.reading = live.reading.choosing(found[0])
    live.following.forget()
    live.following.see(live.reading.face, now_s)
    return _words(live.reading, settings.lang).but(
        advice=advice.area(live.following.board, settings.lang)
    )


def explain(event: Mapping[str, Any], live: LiveState) -> LiveShown:
    """The visitor asks for another expression's map: it comes with the next frame."""
    face = live.reading.face if live.reading else None
    label = str(event.get("label"))
    if face is not None and face.map is not None and label in face.probabilities:
        # The pressed one is let go: the map follows the expression again.
        live.explained = None if live.explained == label else label
    return LiveShown()


def redraw(live: LiveState, lang: Language) -> LiveShown:
    """The same words in another language; the pictures stay, and nothing is analysed."""
    if live.reading is None:
        shown = idle(live, lang)
        return shown if live.camera not in RUNNING else shown.but(picture=gr.skip())
    words = _words(live.reading, lang)
    return words.but(
        camera=camera_bar(live.camera, lang),
        advice=advice.area(live.following.board, lang),
        said=panels.said(panels.sentence(live.reading, lang)),
    )


def idle(live: LiveState, lang: Language) -> LiveShown:
    """The panels before there is a picture."""
    return LiveShown(
        camera=camera_bar(live.camera, lang),
        picture=panels.empty("camera_idle", lang),
        heat=panels.empty("heat_idle", lang),
        heat_words="",
        reading=panels.empty("reading_idle", lang),
        advice=panels.empty("advice_idle", lang),
        said=panels.said(""),
    )


def camera_bar(state: str, lang: Language) -> str:
    """The camera's buttons and what there is to say of it, for this state."""
    actions = _actions(state)
    main = actions[0]
    buttons = "".join(
        f'<button type="button" class="yz-button{" main" if action == main else ""}" '
        f'data-camera="{"start" if action == "again" else action}">'
        f"{text(f'ui.camera_{action}', lang)}</button>"
        for action in actions
    )
    said = text(f"ui.camera_{state}", lang) if state in (*TROUBLES, "opening", "waiting") else ""
    live = "frozen" if state == "frozen" else "live"
    badge = f'<span class="yz-badge {live}">{text(f"ui.camera_{live}", lang)}</span>'
    return (
        f'<div class="yz-camera {state}" role="group" '
        f'aria-label="{text("ui.camera_controls", lang)}">'
        f'<p class="told" role="status">{said}</p>'
        f'<div class="buttons">{buttons}</div>{badge if state in RUNNING else ""}</div>'
    )


def _actions(state: str) -> tuple[str, ...]:
    if state in ("on", "waiting"):
        return ("freeze", "flip", "stop")
    if state == "frozen":
        return ("resume", "stop")
    return ("again",) if state in TROUBLES else ("start",)


def _words(reading: PictureReading, lang: Language) -> LiveShown:
    no_face = reading.face is None
    return LiveShown(
        heat=panels.empty("heat_idle", lang) if no_face else gr.skip(),
        heat_words=evidence.under_map(reading, lang, "live"),
        reading=panels.reading_panel(reading, lang, "live"),
    )

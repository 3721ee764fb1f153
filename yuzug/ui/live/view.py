"""The Live tab's components: the video is the browser's own, the panels beside it ours."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any

import gradio as gr

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.advice.view import advice_panel
from yuzug.ui.components.html import column, labelled_html, panel
from yuzug.ui.components.outputs import Shown
from yuzug.ui.i18n import Chrome
from yuzug.ui.live.game import game
from yuzug.ui.live.ribbon import ribbon
from yuzug.ui.teaching.lesson import MOST_CHARACTERS

# Video, the frame that was read last (seen while frozen), and the boxes over both.
MIRROR = (
    '<div class="yz-mirror"><video playsinline muted aria-labelledby="live-picture-alt"></video>'
    '<canvas class="still" hidden></canvas>'
    '<svg class="boxes" aria-hidden="true" preserveAspectRatio="xMidYMid meet"></svg></div>'
)
MAP = '<canvas class="yz-live-map" role="img" aria-labelledby="live-heat-alt" hidden></canvas>'
ACTIONS = ("start", "freeze", "resume", "heat", "flip", "stop")
TROUBLES = ("refused", "missing", "unavailable", "insecure")
# What the script says about the camera, in the language of the page.
_WORDS = ("start", "again", "live", "frozen", "opening", "waiting", "slow", *TROUBLES)


@dataclass(frozen=True, kw_only=True)
class LiveShown(Shown):
    """What the Live tab shows; ``picture`` and ``heat`` are the words before there is any."""

    camera: Any = field(default_factory=gr.skip)
    teach: Any = field(default_factory=gr.skip)


@dataclass(frozen=True)
class LiveTab:
    """The components of the Live tab; ``panels`` those that its handlers change.

    The script sends a frame in ``frame`` and what is asked of it in ``options``, and takes the
    answer itself, so that ``answer`` is never drawn.
    """

    frame: gr.Textbox
    options: gr.Textbox
    answer: gr.JSON
    panels: LiveShown


def live_tab(chrome: Chrome, idle: LiveShown) -> LiveTab:
    """Make the components; ``idle`` is what they show before there is a picture."""
    frame = gr.Textbox(visible=False)
    options = gr.Textbox(visible=False, max_length=MOST_CHARACTERS)
    answer = gr.JSON(visible=False)
    with gr.Row(elem_classes="yz-panels", elem_id="yz-live-panels"):
        with column(chrome, "panel_picture", "picture"):
            panel("yz-live-picture", MIRROR)
            picture = panel("yz-live-idle", idle.picture)
            camera = panel("yz-live-camera", idle.camera, "live/camera")
            teach = panel("yz-live-teach", idle.teach, "teaching/teach")
        with column(chrome, "panel_heat", "heat"):
            panel("yz-live-heat", MAP)
            heat = panel("yz-live-heat-idle", idle.heat)
            heat_words = panel("yz-live-heat-words", js="live/part")
        with column(chrome, "panel_reading", "reading"):
            reading = panel("yz-live-reading", idle.reading, "live/part")
    labelled_html(chrome, "yz-live-ribbon", ribbon, "live/ribbon")
    labelled_html(chrome, "yz-live-game", game, "live/game")
    advice = advice_panel(chrome, "yz-live-advice", idle.advice)
    announcement = panel("yz-live-announcement", idle.announcement)
    shown = LiveShown(
        picture=picture,
        heat=heat,
        heat_words=heat_words,
        reading=reading,
        advice=advice,
        announcement=announcement,
        camera=camera,
        teach=teach,
    )
    return LiveTab(frame, options, answer, shown)


def camera_bar(lang: Language) -> str:
    """The camera's buttons and, for the script, all that there is to say of it.

    The script shows what fits the camera's state, so that a press acts at once, even offline.
    """
    buttons = "".join(
        f'<button type="button" class="yz-button{" main" if action == "start" else ""}" '
        f'data-camera="{action}"{"" if action == "start" else " hidden"}>'
        f"{escape(text(f'ui.camera_{action}', lang))}</button>"
        for action in ACTIONS
    )
    words = {word: text(f"ui.camera_{word}", lang) for word in _WORDS}
    return (
        f'<div class="yz-camera" role="group" '
        f'aria-label="{escape(text("ui.camera_controls", lang))}" '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False))}">'
        '<p class="message" role="status"></p>'
        f'<div class="buttons">{buttons}</div><span class="yz-badge" hidden></span></div>'
    )

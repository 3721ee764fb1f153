"""The Live tab's components."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from yuzug.ui.advice.view import advice_panel
from yuzug.ui.components.html import column, panel
from yuzug.ui.components.outputs import Shown
from yuzug.ui.i18n import Chrome

CAMERA = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}}


@dataclass(frozen=True, kw_only=True)
class LiveShown(Shown):
    """What the Live tab shows."""

    camera: Any = field(default_factory=gr.skip)


@dataclass(frozen=True)
class LiveTab:
    """The components of the Live tab; ``panels`` those that its handlers change."""

    webcam: gr.Image
    panels: LiveShown


def live_tab(chrome: Chrome, idle: LiveShown) -> LiveTab:
    """Make the components; ``idle`` is what they show before there is a picture."""
    # Seen by nobody: live/camera.js works it, and the panels show each frame once it is read.
    webcam = gr.Image(
        sources=["webcam"],
        streaming=True,
        elem_id="yz-webcam",
        show_label=False,
        buttons=[],
        webcam_options=gr.WebcamOptions(mirror=False, constraints=CAMERA),
    )
    with gr.Row(elem_classes="yz-panels"):
        with column(chrome, "panel_picture", "picture"):
            picture = panel("yz-live-picture", idle.picture)
            camera = panel("yz-live-camera", idle.camera, "live/camera")
        with column(chrome, "panel_heat", "heat"):
            heat = panel("yz-live-heat", idle.heat)
            heat_words = panel("yz-live-heat-words")
        with column(chrome, "panel_reading", "reading"):
            reading = panel("yz-live-reading", idle.reading, "components/reading")
    advice = advice_panel(chrome, "yz-live-advice", idle.advice)
    said = panel("yz-live-said", idle.said)
    shown = LiveShown(
        picture=picture,
        heat=heat,
        heat_words=heat_words,
        reading=reading,
        advice=advice,
        said=said,
        camera=camera,
    )
    return LiveTab(webcam, shown)

"""The Photo tab's components."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from yuzug.ui.advice.view import advice_panel
from yuzug.ui.components import evidence
from yuzug.ui.components import header as frame
from yuzug.ui.components.html import column, labelled_html, panel
from yuzug.ui.components.outputs import Shown
from yuzug.ui.i18n import Chrome
from yuzug.ui.photo.examples import NAMES
from yuzug.ui.teaching.lesson import MOST_CHARACTERS

STILL = {"video": {"width": {"ideal": 1280}, "height": {"ideal": 960}}}


@dataclass(frozen=True, kw_only=True)
class PhotoShown(Shown):
    """What the Photo tab shows; ``asked`` lies over the heat map, ``pair`` is of several models,
    ``shows`` chooses whether the largest face is read as the visitor taught theirs."""

    asked: Any = field(default_factory=gr.skip)
    controls: Any = field(default_factory=gr.skip)
    findings: Any = field(default_factory=gr.skip)
    pair: Any = field(default_factory=gr.skip)
    pair_words: Any = field(default_factory=gr.skip)
    shows: Any = field(default_factory=gr.skip)


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
    """The components of the Photo tab; ``again`` takes a shown picture back to be read,
    ``person`` what the visitor taught along with it, ``file`` one to be saved."""

    picker: gr.Image
    bar: gr.HTML
    gallery: gr.HTML
    again: gr.Textbox
    person: gr.Textbox
    restored: gr.Textbox
    file: gr.HTML
    panels: PhotoShown
    archive: gr.HTML


def photo_tab(chrome: Chrome, idle: PhotoShown) -> PhotoTab:
    """Make the components; ``idle`` is what they show before there is a photo."""
    with gr.Row(elem_id="yz-photo-source"):
        picker = chrome.make(
            gr.Image,
            {"label": "photo_picker", "placeholder": "photo_drop"},
            sources=["upload", "webcam", "clipboard"],
            elem_id="yz-picker",
            show_label=False,
            buttons=[],
            webcam_options=gr.WebcamOptions(mirror=False, constraints=STILL),
        )
        bar = labelled_html(chrome, "yz-photo-bar", frame.photo_bar, "components/press")
    labelled_html(chrome, "yz-photo-busy", frame.photo_busy)
    gallery = labelled_html(
        chrome,
        "yz-photo-gallery",
        lambda lang: frame.gallery(lang, NAMES),
        "components/press",
    )
    with gr.Row(elem_classes="yz-panels", elem_id="yz-photo-panels"):
        with column(chrome, "panel_picture", "picture"):
            picture = panel("yz-photo-picture")
        with column(chrome, "panel_heat", "heat"):
            with gr.Column(elem_classes="yz-stage", min_width=0):
                heat = panel("yz-photo-heat")
                asked = panel("yz-photo-asked")
                labelled_html(chrome, "yz-photo-slide", evidence.slider, "components/heatmap")
            heat_words = panel("yz-photo-heat-words")
        with column(chrome, "panel_reading", "reading"):
            reading = panel("yz-photo-reading", idle.reading, "components/reading")
            shows = panel("yz-photo-shows", idle.shows, "teaching/photo")
    look = _closer(chrome)
    advice = advice_panel(chrome, "yz-photo-advice", idle.advice)
    announcement = panel("yz-photo-announcement", idle.announcement)
    again = gr.Textbox(visible=False)
    person = gr.Textbox(visible=False, max_length=MOST_CHARACTERS)
    restored = gr.Textbox(visible=False)
    shown = PhotoShown(
        picture=picture,
        heat=heat,
        heat_words=heat_words,
        reading=reading,
        advice=advice,
        announcement=announcement,
        asked=asked,
        controls=look.controls,
        findings=look.findings,
        pair=look.pair,
        pair_words=look.pair_words,
        shows=shows,
    )
    archive = panel("yz-photo-archive")
    return PhotoTab(picker, bar, gallery, again, person, restored, look.file, shown, archive)


def _closer(chrome: Chrome) -> Closer:
    with chrome.make(gr.Accordion, {"label": "closer"}, open=False, elem_classes="yz-closer"):
        return Closer(
            controls=panel("yz-photo-controls", js="photo/explain_view"),
            findings=panel("yz-photo-findings"),
            pair=panel("yz-photo-pair"),
            pair_words=panel("yz-photo-pair-words"),
            file=panel("yz-photo-file"),
        )

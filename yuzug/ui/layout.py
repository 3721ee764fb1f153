"""Where the page's components stand; ``wiring`` connects them to the handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from yuzug.emotions import LABEL_SETS, Language
from yuzug.ui import about
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.board import Board
from yuzug.ui.components import evidence
from yuzug.ui.components import header as frame
from yuzug.ui.components import reading as panels
from yuzug.ui.i18n import Chrome, script
from yuzug.ui.journal import view as journal_page
from yuzug.ui.journal.model import STORAGE_KEY as JOURNAL_KEY
from yuzug.ui.live import handlers as live
from yuzug.ui.models import Analyzers, model_title
from yuzug.ui.parts import Closer, JournalTab, LiveTab, MoodTab, Notice, Page, PhotoTab
from yuzug.ui.photo import handlers as photo
from yuzug.ui.session import STORAGE_KEY, STORAGE_SECRET, Settings
from yuzug.ui.shown import LiveShown, PhotoShown

STATE_TIME_TO_LIVE_S = 4 * 3600
CAMERA = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}}
STILL = {"video": {"width": {"ideal": 1280}, "height": {"ideal": 960}}}


def draw(analyzers: Analyzers, default: Settings) -> Page:
    """Make the page's components, in the order in which they are read."""
    chrome = Chrome(default.lang)
    states = _states(default)
    with gr.Row(elem_id="yz-header"):
        _html(chrome, "yz-brand", frame.brand)
        language = chrome.make(
            gr.Radio,
            {"label": "language"},
            choices=[("TR", "tr"), ("EN", "en")],
            value=default.lang,
            elem_id="yz-language",
            elem_classes="yz-segments",
            min_width=0,
        )
    with gr.Column(elem_id="yz-main"):
        model, classes = _selectors(chrome, analyzers, default)
        with gr.Tabs(elem_id="yz-tabs", overflow_behavior="wrap"):
            with chrome.make(gr.Tab, {"label": "tab_live"}, id="live"):
                live_notice = _notice(chrome)
                with live_notice.room:
                    live_tab = _live_tab(chrome)
            with chrome.make(gr.Tab, {"label": "tab_photo"}, id="photo"):
                photo_notice = _notice(chrome)
                with photo_notice.room:
                    photo_tab = _photo_tab(chrome)
            with chrome.make(gr.Tab, {"label": "tab_mood"}, id="mood"):
                mood_tab = _mood_tab(chrome)
            with chrome.make(gr.Tab, {"label": "tab_journal"}, id="journal"):
                journal_tab = _journal_tab(chrome)
            with chrome.make(gr.Tab, {"label": "tab_about"}, id="about"):
                about_panel = _panel("yz-about", about.page(analyzers, default))
    _html(chrome, "yz-footer", frame.footer)
    return Page(
        chrome=chrome,
        **states,
        language=language,
        model=model,
        classes=classes,
        notices=(live_notice, photo_notice),
        live=live_tab,
        photo=photo_tab,
        mood=mood_tab,
        journal=journal_tab,
        about=about_panel,
    )


def _states(default: Settings) -> dict[str, Any]:
    keep: dict[str, Any] = {"time_to_live": STATE_TIME_TO_LIVE_S}
    return {
        "settings": gr.State(default, **keep),
        "browser": gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_SECRET),
        "live_state": gr.State(live.LiveState(), **keep),
        "photo_state": gr.State(photo.PhotoState(), **keep),
        "mood_state": gr.State(Board(), **keep),
    }


def _selectors(
    chrome: Chrome, analyzers: Analyzers, default: Settings
) -> tuple[gr.Radio, gr.Radio]:
    with gr.Row(elem_id="yz-selectors"):
        model = chrome.make(
            gr.Radio,
            {"label": "model"},
            value=default.model,
            elem_classes="yz-segments",
            choices=[(model_title(name), name) for name in analyzers.models],
            elem_id="yz-model",
            min_width=0,
        )
        classes = chrome.make(
            gr.Radio,
            {"label": "classes"},
            choices=[(str(n), n) for n in LABEL_SETS],
            value=default.classes,
            elem_id="yz-classes",
            elem_classes="yz-segments",
            min_width=0,
        )
    return model, classes


def _notice(chrome: Chrome) -> Notice:
    with gr.Column(elem_classes="yz-notice-box") as box:
        _html(chrome, None, frame.notice)
        accept = chrome.make(gr.Button, {"value": "notice_accept"}, variant="primary")
    return Notice(box, accept, gr.Column(visible=False, elem_classes="yz-room"))


def _live_tab(chrome: Chrome) -> LiveTab:
    idle = live.idle(live.LiveState(), chrome.lang)
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
        with _column(chrome, "panel_picture", "picture"):
            picture = _panel("yz-live-picture", idle.picture)
            camera = _panel("yz-live-camera", idle.camera, "live/camera")
        with _column(chrome, "panel_heat", "heat"):
            heat = _panel("yz-live-heat", idle.heat)
            heat_words = _panel("yz-live-heat-words")
        with _column(chrome, "panel_reading", "reading"):
            reading = _panel("yz-live-reading", idle.reading, "components/reading")
    advice = _advice(chrome, "yz-live-advice", idle.advice)
    said = _panel("yz-live-said", idle.said)
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


def _photo_tab(chrome: Chrome) -> PhotoTab:
    idle = photo.redraw(photo.PhotoState(), chrome.lang)
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
        bar = _html(chrome, "yz-photo-bar", frame.photo_bar, "components/press")
    with gr.Row(elem_classes="yz-panels", elem_id="yz-photo-panels"):
        with _column(chrome, "panel_picture", "picture"):
            picture = _panel("yz-photo-picture")
        with _column(chrome, "panel_heat", "heat"):
            with gr.Column(elem_classes="yz-stage", min_width=0):
                heat = _panel("yz-photo-heat")
                asked = _panel("yz-photo-asked")
                _html(chrome, "yz-photo-slide", evidence.slider, "components/heatmap")
            heat_words = _panel("yz-photo-heat-words")
        with _column(chrome, "panel_reading", "reading"):
            reading = _panel("yz-photo-reading", idle.reading, "components/reading")
    look = _closer(chrome)
    advice = _advice(chrome, "yz-photo-advice", idle.advice)
    said = _panel("yz-photo-said", idle.said)
    again = gr.Textbox(visible=False)
    shown = PhotoShown(
        picture=picture,
        heat=heat,
        heat_words=heat_words,
        reading=reading,
        advice=advice,
        said=said,
        asked=asked,
        controls=look.controls,
        findings=look.findings,
        pair=look.pair,
        pair_words=look.pair_words,
    )
    return PhotoTab(picker, bar, again, look.file, shown, _panel("yz-photo-archive"))


def _closer(chrome: Chrome) -> Closer:
    with chrome.make(gr.Accordion, {"label": "closer"}, open=False, elem_classes="yz-closer"):
        return Closer(
            controls=_panel("yz-photo-controls", js="photo/explain_view"),
            findings=_panel("yz-photo-findings"),
            pair=_panel("yz-photo-pair"),
            pair_words=_panel("yz-photo-pair-words"),
            file=_panel("yz-photo-file"),
        )


def _mood_tab(chrome: Chrome) -> MoodTab:
    with gr.Column(elem_classes=["yz-panel", "advice"]):
        shown = _panel("yz-mood-advice", advice.chooser(Board(), chrome.lang), "advice/advice")
    return MoodTab(shown, _panel("yz-mood-said", panels.said("")))


def _journal_tab(chrome: Chrome) -> JournalTab:
    kept = gr.BrowserState(None, storage_key=JOURNAL_KEY, secret=STORAGE_SECRET)
    panel = _panel("yz-journal", journal_page.offer(chrome.lang), "journal/journal")
    return JournalTab(kept, panel)


def _column(chrome: Chrome, title: str, name: str) -> gr.Column:
    column = gr.Column(elem_classes=["yz-panel", name], min_width=0)
    with column:
        _html(chrome, None, lambda lang: panels.heading(title, lang))
    return column


def _advice(chrome: Chrome, name: str, value: str) -> gr.HTML:
    with gr.Column(elem_classes=["yz-panel", "advice"]):
        _html(chrome, None, lambda lang: panels.heading("panel_advice", lang))
        return _panel(name, value, "advice/advice")


def _panel(name: str, value: str = "", js: str | None = None) -> gr.HTML:
    """Our own HTML; ``js`` names its script, which tells the server what is pressed."""
    return gr.HTML(
        value, elem_id=name, js_on_load=script(js) if js else None, apply_default_css=False
    )


def _html(
    chrome: Chrome, name: str | None, words: Callable[[Language], str], js: str | None = None
) -> gr.HTML:
    return chrome.make(
        gr.HTML,
        {"value": words},
        elem_id=name,
        js_on_load=script(js) if js else None,
        apply_default_css=False,
    )

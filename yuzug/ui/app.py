"""The page: its components in the order in which they are read, and their events.

Only what ``api`` offers is public.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from yuzug.texts import text
from yuzug.ui import about, advice_events, session_events
from yuzug.ui.advice.state import AdviceState
from yuzug.ui.advice.view import mood_tab, talk
from yuzug.ui.api import endpoints as api
from yuzug.ui.components import header
from yuzug.ui.components.html import labelled_html, panel
from yuzug.ui.film import events as film_events
from yuzug.ui.film.limits import Limits
from yuzug.ui.film.view import film_tab, installed
from yuzug.ui.gradio_patches import keep_no_values
from yuzug.ui.i18n import Chrome
from yuzug.ui.journal.view import journal_store, journal_tab
from yuzug.ui.live import events as live_events
from yuzug.ui.live import handlers as live
from yuzug.ui.live.view import live_tab
from yuzug.ui.models import Analyzers, model_title
from yuzug.ui.page import Notice, Page
from yuzug.ui.photo import events as photo_events
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo.view import photo_tab
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.server.queue_limits import AT_ONCE
from yuzug.ui.session import STORAGE_KEYS, STORAGE_SECRET, Settings
from yuzug.ui.teaching import events as teaching_events
from yuzug.ui.teaching.view import lesson_call


def build(analyzers: Analyzers, default: Settings) -> GuardedBlocks:
    """The app for these models; ``default`` is what a new visitor gets."""
    keep_no_values()
    demo = GuardedBlocks(
        title=text("ui.title", default.lang), analytics_enabled=False, fill_width=True
    )
    with demo:
        page = _draw(analyzers, default, demo.film_limits)
        demo.settings = page.settings
        session_events.wire(demo, page, analyzers, default)
        live_events.wire(page, analyzers)
        teaching_events.wire(page, analyzers)
        photo_events.wire(page, analyzers, demo.uploads)
        film_events.wire(page, analyzers, demo)
        advice_events.wire(page, analyzers.activities.catalogue)
        api.offer(demo, analyzers)
    demo.queue(default_concurrency_limit=AT_ONCE)
    return demo


def _draw(analyzers: Analyzers, default: Settings, limits: Limits) -> Page:
    """Make the page's components, in the order in which they are read."""
    chrome = Chrome(default.lang)
    states = _states(default)
    store, lesson = journal_store(), lesson_call()
    consent = panel("yz-consent", f'<i data-key="{STORAGE_KEYS["consent"]}"></i>', "consent")
    with gr.Row(elem_id="yz-header"):
        labelled_html(chrome, "yz-brand", header.brand)
        language = chrome.make(
            gr.Radio,
            {"label": "language"},
            choices=[("TR", "tr"), ("EN", "en")],
            value=default.lang,
            elem_id="yz-language",
            elem_classes="yz-segments",
            min_width=0,
        )
    labelled_html(chrome, "yz-tour", header.tour)
    with gr.Column(elem_id="yz-main"):
        model, classes = _selectors(chrome, analyzers, default)
        with gr.Tabs(elem_id="yz-tabs", overflow_behavior="wrap"):
            with chrome.make(gr.Tab, {"label": "tab_live"}, id="live"):
                live_notice = _notice(chrome, limits)
                with live_notice.room:
                    live_parts = live_tab(chrome, live.idle(chrome.lang))
            with chrome.make(gr.Tab, {"label": "tab_photo"}, id="photo"):
                photo_notice = _notice(chrome, limits)
                with photo_notice.room:
                    photo_parts = photo_tab(chrome, photo.redraw(photo.PhotoState(), chrome.lang))
            with chrome.make(gr.Tab, {"label": "tab_film"}, id="film"):
                film_notice = _notice(chrome, limits)
                with film_notice.room:
                    film_parts = film_tab(chrome, limits, installed())
            with chrome.make(gr.Tab, {"label": "tab_mood"}, id="mood"):
                mood_parts = mood_tab(chrome)
            with chrome.make(gr.Tab, {"label": "tab_journal"}, id="journal"):
                journal_parts = journal_tab(chrome, store)
            with chrome.make(gr.Tab, {"label": "tab_about"}, id="about"):
                about_panel = panel("yz-about", about.page(analyzers, default))
    policy = analyzers.activities.catalogue.policy
    labelled_html(chrome, "yz-talk", lambda lang: talk(lang, policy))
    labelled_html(chrome, "yz-footer", header.footer)
    return Page(
        chrome=chrome,
        **states,
        consent=consent,
        language=language,
        model=model,
        classes=classes,
        notices=(live_notice, photo_notice, film_notice),
        live=live_parts,
        photo=photo_parts,
        film=film_parts,
        mood=mood_parts,
        journal=journal_parts,
        lesson=lesson,
        about=about_panel,
    )


def _states(default: Settings) -> dict[str, Any]:
    return {
        "settings": gr.State(default),
        "remembered": {
            name: gr.BrowserState(None, storage_key=key, secret=STORAGE_SECRET)
            for name, key in STORAGE_KEYS.items()
        },
        "live_state": gr.State(live.LiveState()),
        "photo_state": gr.State(photo.PhotoState()),
        "mood_state": gr.State(AdviceState()),
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
        sizes = analyzers.label_sets(default.model)
        # All that may ever be sent; what the model has is shown on arrival and with each choice.
        every = {size for name in analyzers.models for size in analyzers.label_sets(name)}
        classes = chrome.make(
            gr.Radio,
            {"label": "classes"},
            choices=[(str(n), n) for n in sorted(every)],
            value=default.classes if sizes else None,
            visible=len(sizes) > 1,  # a choice of one is none
            elem_id="yz-classes",
            elem_classes="yz-segments",
            min_width=0,
        )
    return model, classes


def _notice(chrome: Chrome, limits: Limits) -> Notice:
    with gr.Column(elem_classes="yz-notice-box") as box:
        labelled_html(chrome, None, lambda lang: header.notice(lang, limits.minutes))
        accept = chrome.make(
            gr.Button, {"value": "notice_accept"}, elem_classes=["yz-button", "main"]
        )
    return Notice(box, accept, gr.Column(visible=False, elem_classes="yz-room"))

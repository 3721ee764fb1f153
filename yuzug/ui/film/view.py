"""The Film tab's components: the script draws, with the words that stand here in each language."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec

import gradio as gr

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.components.html import column, labelled_html, panel
from yuzug.ui.components.reading import RING_FACE
from yuzug.ui.film.limits import Limits
from yuzug.ui.i18n import Chrome
from yuzug.ui.teaching.lesson import MOST_CHARACTERS

_OURS = (
    "sending",
    "waiting_one",
    "waiting_many",
    "reading",
    "reading_unknown",
    "left",
    "cancelled",
    "done",
    "too_large",
    "too_long",
    "lost",
    "frame_alt",
    "unplayable",
    "not_seen",
    "no_map",
    "map_lost",
    "no_face",
    "slider",
    "seconds",
    "person",
    "person_seen",
    "mine",
    "mine_again",
    "row_alt",
    "legend",
    "episode",
    "no_episodes",
    "more_persons",
    "file_csv",
    "file_parquet",
    "file_png",
)
_SHOWS = ("adapted", "plain", "both")
_OF_TEACHING = (
    *("badge_adapted", "badge_plain", "general", "beside_adapted", "beside_plain"),
    *("shows", *(f"shows_{one}" for one in _SHOWS)),
)
_OF_THE_PAGE = ("looks", "unsure", "percent", "probabilities", "no_face_hint", "heat_alt")
# No words stand here, so that no change of language takes away what the script has drawn.
_STAGE = (
    '<div class="yz-film-stage"><video muted playsinline preload="auto"></video>'
    '<img class="small" alt="" hidden /><svg class="boxes" aria-hidden="true"></svg></div>'
    '<p class="yz-fine unplayable" hidden></p>'
)
_MAP = '<canvas class="yz-film-map" role="img" hidden></canvas>'
_READING = (
    '<div class="words"></div><div class="yz-teach"><div class="row" data-part="film" hidden>'
    '<p></p><button type="button" class="yz-button" data-mine></button></div>'
    '<div class="row" data-part="film-shows" hidden><div class="yz-scope" role="radiogroup">'
    + "".join(
        f'<label><input type="radio" name="yz-shows-film" value="{one}" data-reading />'
        "<span></span></label>"
        for one in _SHOWS
    )
    + "</div></div></div>"
)
_TIMELINE = (
    '<div class="yz-film-rows"></div><div class="yz-film-time">'
    '<output></output><input type="range" min="0" value="0" step="1" /></div>'
    '<ul class="yz-film-legend"></ul><p class="yz-fine more" hidden></p>'
)
# They share one scope; the first holds what the others read.
_SCRIPTS = ("film/film", "film/upload", "film/moment", "film/timeline")
# Files that browsers call no video.
_ALSO = ".mkv,.avi,.mpg,.mpeg,.ts,.m2ts,.flv,.wmv,.gif,.webp,.png"


@dataclass(frozen=True)
class FilmTab:
    """The components of the Film tab.

    None of them is drawn but the last; the script calls the functions behind the others by name.
    """

    clip: gr.JSON
    read: gr.Button
    progress: gr.Button
    cancel: gr.Button
    frame: gr.Textbox
    options: gr.Textbox
    answer: gr.JSON
    script: gr.HTML


def installed() -> bool:
    """Whether what decodes a video is there."""
    return find_spec("av") is not None


def film_tab(chrome: Chrome, limits: Limits, there: bool) -> FilmTab:
    """Make the components; ``there`` is whether videos can be decoded."""
    clip, answer = gr.JSON(visible=False), gr.JSON(visible=False)
    frame = gr.Textbox(visible=False)
    options = gr.Textbox(visible=False, max_length=MOST_CHARACTERS)
    read, progress, cancel = (gr.Button(visible=False) for _ in range(3))
    labelled_html(chrome, "yz-film-source", source(limits, there))
    with gr.Column(elem_id="yz-film", elem_classes="yz-film-empty"):
        with gr.Row(elem_classes="yz-panels"):
            with column(chrome, "film_frame", "picture"):
                panel("yz-film-stage", _STAGE)
            with column(chrome, "panel_heat", "heat"):
                panel("yz-film-heat", _MAP)
                panel("yz-film-heat-words", '<div class="words"></div>')
            with column(chrome, "panel_reading", "reading"):
                panel("yz-film-reading", _READING)
        with gr.Column(elem_classes=["yz-panel", "timeline"], min_width=0):
            labelled_html(chrome, None, _heading("timeline", "scrub"))
            panel("yz-film-timeline", _TIMELINE)
        with gr.Row(elem_classes="yz-film-words"):
            with gr.Column(elem_classes="yz-panel", min_width=0):
                labelled_html(chrome, None, _heading("episodes", "episodes_hint"))
                panel("yz-film-episodes", '<div class="words"></div>')
            with gr.Column(elem_classes="yz-panel", min_width=0):
                labelled_html(chrome, None, _heading("download", "download_hint"))
                panel("yz-film-files", '<div class="buttons"></div>')
    script = panel("yz-film-script", js=_SCRIPTS)
    return FilmTab(clip, read, progress, cancel, frame, options, answer, script)


def source(limits: Limits, there: bool) -> Callable[[Language], str]:
    """Where a clip is chosen, how far it is, and all that the script has to say."""

    def drawn(lang: Language) -> str:
        if not there:
            return f'<div class="yz-notice"><strong>{_t("without_extra", lang)}</strong></div>'
        bounds = {"seconds": limits.seconds, "megabytes": limits.megabytes}
        words = {name: text(f"film_page.{name}", lang) for name in _OURS}
        words |= {name: text(f"ui.{name}", lang) for name in _OF_THE_PAGE}
        words |= {name: text(f"teach.{name}", lang) for name in _OF_TEACHING}
        data = json.dumps({"words": words, "limits": bounds}, ensure_ascii=False)
        return (
            f'<div class="yz-film-source" data-texts="{escape(data)}">'
            f'<label class="yz-film-drop">{RING_FACE}<strong>{_t("title", lang)}</strong>'
            f"<span>{_t('drop', lang, **bounds)}</span>"
            f'<span class="yz-button main first">{_t("choose", lang)}</span>'
            f'<span class="yz-button again">{_t("another", lang)}</span>'
            f'<input type="file" accept="video/*,{_ALSO}" /></label>'
            f'<p class="yz-fine">{_t("privacy", lang, minutes=limits.minutes)}</p>'
            '<div class="yz-film-progress" hidden><p></p><progress max="1"></progress>'
            f'<button type="button" class="yz-button">{_t("cancel", lang)}</button></div>'
            '<p class="yz-film-message" role="status"></p>'
            '<div class="yz-film-trouble" role="alert"></div></div>'
        )

    return drawn


def _heading(title: str, hint: str) -> Callable[[Language], str]:
    return lambda lang: (
        f'<h2 class="yz-heading">{_t(title, lang)}</h2><p class="yz-fine">{_t(hint, lang)}</p>'
    )


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"film_page.{name}", lang, **values))

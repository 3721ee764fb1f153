"""What teaching one's face looks like: every part and word at once, shown by the script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape

import gradio as gr

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.teaching.lesson import MOST_CHARACTERS

# What the script says, in the language of the page; braces stay for it to fill.
_WORDS = (
    *("relaxed", "relax", "choose", "ready", "hold", "learned", "failed", "no_answer", "several"),
    *("kept", "imported", "erased"),
)
_SHOWS = ("adapted", "plain", "both")


@dataclass(frozen=True)
class LessonCall:
    """The components through which the script asks for something to be learned; none is drawn.

    ``asked`` is a :class:`yuzug.ui.teaching.lesson.Lesson` as JSON, ``picture`` a cropped face as
    data URL or nothing, and the script takes ``answer`` itself.
    """

    asked: gr.Textbox
    picture: gr.Textbox
    answer: gr.JSON


def lesson_call() -> LessonCall:
    """Make the components."""
    return LessonCall(
        asked=gr.Textbox(visible=False, max_length=MOST_CHARACTERS),
        picture=gr.Textbox(visible=False),
        answer=gr.JSON(visible=False),
    )


def lesson(lang: Language) -> str:
    """The panel in Live: the offer, a lesson, whose face it is, what is shown, and the numbers.

    The script shows what fits, so that a press acts at once.
    """
    words = {"lang": lang, **{word: text(f"teach.{word}", lang) for word in _WORDS}}
    return (
        f'<section class="yz-teach" aria-label="{_t("start", lang)}" '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False))}">'
        f"{_offer(lang)}{_course(lang)}{_whose(lang)}{_mine(lang)}</section>"
    )


def _offer(lang: Language) -> str:
    return (
        f'<div class="offer" data-part="offer" hidden>{_button("open", "start", lang)}'
        f"<p>{_t('offer', lang)}</p>{_import(lang)}</div>"
    )


def _course(lang: Language) -> str:
    """A lesson: what to do, the countdown, the expressions to choose from."""
    return (
        '<div class="course" data-part="course" hidden>'
        '<div class="count" data-part="count" aria-hidden="true" hidden>'
        '<svg viewBox="0 0 76 76"><circle class="band" cx="38" cy="38" r="32" />'
        '<circle class="share" cx="38" cy="38" r="32" pathLength="100" /></svg><b></b></div>'
        '<p class="say" id="yz-teach-say" data-part="say" role="status"></p>'
        f'<div class="yz-chips" data-part="labels" role="group" '
        f'aria-label="{_t("more", lang)}"></div>'
        f'<div class="row">{_button("relax", "relax_start", lang, "main")}'
        f"{_button('cancel', 'cancel', lang)}{_button('done', 'done', lang)}</div></div>"
    )


def _whose(lang: Language) -> str:
    return (
        f'<div class="row" data-part="whose" hidden><p>{_t("whose", lang)}</p>'
        f"{_button('mine', 'whose_yes', lang)}</div>"
    )


def _mine(lang: Language) -> str:
    file = _t("file", lang)
    return (
        f'<div class="mine" data-part="mine" hidden><div class="row">{shows_choice("live", lang)}'
        f"{_button('open', 'more', lang)}</div>"
        f'<details data-key="mine"><summary>{_t("mine", lang)}</summary>'
        f'<p class="kept" data-part="kept"></p><div class="row tools">'
        f'<button type="button" class="yz-link" data-teach="export" data-file="{file}">'
        f"{_t('export', lang)}</button>"
        f'{_import(lang)}<details data-key="erase"><summary>{_t("erase", lang)}</summary>'
        f'<div class="sure"><p>{_t("erase_sure", lang)}</p>'
        f"{_button('erase', 'erase_now', lang, 'warn')}</div></details></div></details></div>"
        '<p class="yz-note message" data-part="message" role="status"></p>'
    )


def photo_choice(lang: Language) -> str:
    """The switch in the Photo tab, for who taught their face; the script shows it then."""
    phrases = ("learned", "no_answer", "relaxed")
    words = {"lang": lang, **{word: text(f"teach.{word}", lang) for word in phrases}}
    return (
        f'<div class="yz-teach" data-words="{escape(json.dumps(words, ensure_ascii=False))}">'
        f'<div class="row" data-part="shows" hidden><p>{_t("photo", lang)}</p>'
        f"{shows_choice('photo', lang)}</div>"
        '<p class="yz-note message" data-part="message" role="status"></p></div>'
    )


def shows_choice(tab: str, lang: Language) -> str:
    """The switch between the adapted reading, the plain one, and both."""
    choices = "".join(
        f'<label><input type="radio" name="yz-shows-{tab}" value="{one}" data-shows="{tab}" />'
        f"<span>{_t(f'shows_{one}', lang)}</span></label>"
        for one in _SHOWS
    )
    return (
        f'<div class="yz-scope" role="radiogroup" aria-label="{_t("shows", lang)}">{choices}</div>'
    )


def _button(act: str, word: str, lang: Language, kind: str = "") -> str:
    return (
        f'<button type="button" class="yz-button {kind}" data-teach="{act}"'
        + (' aria-describedby="yz-teach-say"' if act in ("relax", "cancel") else "")
        + f">{_t(word, lang)}</button>"
    )


def _import(lang: Language) -> str:
    return (
        f'<label class="yz-link yz-import">{_t("import", lang)}'
        '<input type="file" accept="application/json,.json" data-import /></label>'
    )


def _t(name: str, lang: Language) -> str:
    return escape(text(f"teach.{name}", lang))

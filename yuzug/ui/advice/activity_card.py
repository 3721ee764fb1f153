"""HTML of an activity card: title, first step, reasons, notes, buttons and ratings."""

from __future__ import annotations

from html import escape

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.advice import library
from yuzug.ui.advice.state import AdviceState, Card

RATINGS = (1, 2, 3, 4, 5)


def activity_card(card: Card, state: AdviceState, lang: Language) -> str:
    """HTML of one suggested activity: what to do, why, what it needs, and its buttons."""
    shown = card.suggestion.in_language(lang)
    fits_mood, circumstances, because, *liked = shown.why
    # A mood that the person named gets no sentence about an expression.
    reasons = [shown.aim if state.named else fits_mood, because, *liked]
    notes = "".join(f"<li>{escape(note)}</li>" for note in shown.notes)
    return (
        f'<article class="yz-card{" done" if card.done_at else ""}" data-id="{escape(card.id)}" '
        f'data-guide="{library.guide(shown.activity, lang)}">'
        f"<header><h3>{escape(shown.title)}</h3>"
        f"{library.star(shown.activity, state.memory, lang)}</header>"
        f'<p class="meta">{escape(circumstances)}</p>'
        f'<p class="step">{escape(shown.steps[0])}</p>'
        f'<p class="why">{escape(". ".join(reasons))}</p>'
        f'<ul class="notes">{notes}</ul>'
        f'<div class="folds">{_steps(card, lang)}{_evidence(card, lang)}</div>'
        f'<button type="button" class="yz-button main yz-start" data-act="start" '
        f'aria-label="{_t("start_label", lang, title=shown.title)}">{_t("start", lang)}</button>'
        f"{_acts(card, lang)}{_rating(card, state, lang)}</article>"
    )


def _evidence(card: Card, lang: Language) -> str:
    return (
        f'<details data-key="evidence {escape(card.id)}"><summary>{_t("evidence", lang)}</summary>'
        f'<p class="evidence">{escape(card.suggestion.in_language(lang).evidence)}</p></details>'
    )


def _steps(card: Card, lang: Language) -> str:
    steps = "".join(
        f"<li>{escape(step)}</li>" for step in card.suggestion.in_language(lang).steps[1:]
    )
    if not steps:
        return ""
    return (
        f'<details data-key="steps {escape(card.id)}"><summary>{_t("steps", lang)}</summary>'
        f'<ol start="2">{steps}</ol></details>'
    )


def _acts(card: Card, lang: Language) -> str:
    pressed = {"did": card.done_at is not None, "helpful": card.helpful}
    buttons = "".join(
        f'<button type="button" class="yz-act" data-act="{act}"'
        + (f' aria-pressed="{"true" if pressed[act] else "false"}"' if act in pressed else "")
        + f">{_t(act, lang)}</button>"
        for act in ("did", "helpful", "reject", "another")
    )
    label = _t("acts", lang, title=card.suggestion.in_language(lang).title)
    return f'<div class="acts" role="group" aria-label="{label}">{buttons}</div>'


def _rating(card: Card, state: AdviceState, lang: Language) -> str:
    if card.done_at is None or not state.memory.journal_on:
        return ""
    scales = "".join(_scale(card, when, lang) for when in ("before", "after"))
    return f'<div class="rate"><p>{_t("rate", lang)}</p>{scales}</div>'


def _scale(card: Card, when: str, lang: Language) -> str:
    choices = "".join(
        f'<label><input type="radio" name="{when} {escape(card.id)}" data-rate="{when}" '
        f'value="{rating}"{" checked" if card.ratings.get(when) == rating else ""} />'
        f"<span>{rating}</span></label>"
        for rating in RATINGS
    )
    return f"<fieldset><legend>{_t(f'rate_{when}', lang)}</legend>{choices}</fieldset>"


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"advice.{name}", lang, **values))

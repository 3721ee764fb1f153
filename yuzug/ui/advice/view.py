"""The advice area as HTML: what it follows, the filters, help where it comes first, the cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import gradio as gr

from yuzug.emotions import Emotion, Language, looks
from yuzug.recommender import Contact, Help, help_offer, question
from yuzug.recommender.catalogue.policy import Policy
from yuzug.texts import text
from yuzug.texts.numbers import day
from yuzug.ui.advice import filters, library
from yuzug.ui.advice.activity_card import activity_card
from yuzug.ui.advice.state import AdviceState, Mood
from yuzug.ui.components import reading as panels
from yuzug.ui.components.html import labelled_html, panel
from yuzug.ui.i18n import Chrome

# The expressions as people would look for them: the frequent ones first.
_EXPRESSIONS = tuple(
    Emotion(name)
    for name in ("happy", "neutral", "sad", "angry", "fear", "surprise", "disgust", "contempt")
)


def area(state: AdviceState, lang: Language, savable: bool = False) -> str:
    """The advice for a face; its place where there is none.

    ``savable`` is where the page holds the face, which can be taken along once it is corrected.
    """
    if state.mood is None:
        return panels.empty("advice_idle", lang)
    return f'<div class="yz-follows">{_follows(state, state.mood, lang, savable)}</div>' + _ideas(
        state, lang
    )


def chooser(state: AdviceState, lang: Language) -> str:
    """The advice without a face: a mood to choose, then the same."""
    mood, moods = state.mood, state.memory.catalogue.policy.offered_moods
    chips = "".join(_chip("choose", key, named.name.of(lang), mood) for key, named in moods.items())
    note = _sentence(state, mood, lang) if mood else _t("choose_hint", lang)
    note += f" {_add_note(state, lang)}" if mood else ""
    title = _t("choose_title", lang)
    idle = f'<p class="yz-note">{_t("choose_idle", lang)}</p>'
    return (
        f'<div class="yz-choose"><h2>{title}</h2><p class="yz-note">{note}</p>'
        f'<div class="yz-chips" role="group" aria-label="{title}">{chips}</div></div>'
        + (_ideas(state, lang) if mood else idle)
        + library.fold(state.library, state.memory, state.not_for, lang)
    )


def _follows(state: AdviceState, mood: Mood, lang: Language, savable: bool) -> str:
    chips = "".join(
        _chip("correct", one.value, looks(one.value, lang), mood) for one in _EXPRESSIONS
    )
    label = _t("correct_label", lang)
    group = f'<div class="yz-chips" role="group" aria-label="{label}">{chips}</div>'
    if not mood.sure:
        asked = escape(question(lang, state.memory.catalogue.policy))
        return (
            f'<p class="yz-question">{asked}</p>{group}'
            f'<p class="yz-note">{_t("for_unsure", lang)}</p>'
        )
    back = _link("back", lang) if state.named else ""
    learn = _link("learn", lang, state.named.emotion) if state.named else ""
    save = _link("save", lang) if state.named and savable else ""
    return (
        f'<p class="yz-note">{_sentence(state, mood, lang)} {back} {learn} {save}</p>'
        f'<details data-key="correct"><summary>{_t("correct", lang)}</summary>{group}</details>'
    )


def _sentence(state: AdviceState, mood: Mood, lang: Language) -> str:
    if mood.source == "chosen":
        named = state.memory.catalogue.policy.mood(mood.emotion)
        return _t("for_chosen", lang, mood=named.name.of(lang))
    key = "for_corrected" if mood.source == "corrected" else "for_reading"
    return _t(key, lang, looks=looks(mood.emotion, lang))


def _chip(act: str, emotion: str, words: str, mood: Mood | None) -> str:
    chosen = mood is not None and mood.sure and mood.emotion == emotion
    return (
        f'<button type="button" class="yz-chip{" chosen" if chosen else ""}" data-act="{act}" '
        f'data-mood="{emotion}" aria-pressed="{"true" if chosen else "false"}">'
        f"{escape(words)}</button>"
    )


def _ideas(state: AdviceState, lang: Language) -> str:
    # The number changes with every note, so that the page asks for the journal to be written.
    cards = "".join(activity_card(card, state, lang) for card in state.cards)
    return (
        f"<div>{_filters(state, lang)}</div>"
        f'<div class="yz-help-place">{_help(state, lang)}</div>'
        f'<div class="yz-cards" data-news="{state.memory.news}">{cards}</div>'
        f'<div class="yz-undo-place">{_removed(state, lang)}</div>'
        f'<div class="yz-none-place">{"" if state.full else _none_left(lang)}</div>'
    )


def _filters(state: AdviceState, lang: Language) -> str:
    mood = state.mood
    main = mood.main_emotion if mood is not None and mood.sure else None
    known = main in [one.value for one in _EXPRESSIONS]
    return filters.bar(state.memory.filters, lang, main if known else None)


def _link(act: str, lang: Language, mood: str | None = None) -> str:
    hint = f' title="{_t(f"{act}_hint", lang)}"' if act in ("save", "learn") else ""
    of = f' data-mood="{escape(mood)}"' if mood else ""
    return (
        f'<button type="button" class="yz-link" data-act="{act}"{of}{hint}>{_t(act, lang)}</button>'
    )


def _add_note(state: AdviceState, lang: Language) -> str:
    """The button that opens the note to the last mood in the journal, where one is kept."""
    entry = state.memory.last_mood
    if entry is None or not state.memory.journal_on:
        return ""
    return (
        f'<button type="button" class="yz-link" data-act="note" data-entry="{entry.key}">'
        f"{_t('note', lang)}</button>"
    )


def _removed(state: AdviceState, lang: Language) -> str:
    if state.removed is None:
        return ""
    card = state.removed[0]
    sentence = _t("removed", lang, title=card.suggestion.in_language(lang).title)
    return (
        f'<p class="yz-note yz-removed" data-id="{escape(card.id)}">'
        f"{sentence} {_link('restore', lang)}</p>"
    )


def _none_left(lang: Language) -> str:
    return f'<p class="yz-note yz-none">{_t("none_left", lang)} {_link("again", lang)}</p>'


def _help(state: AdviceState, lang: Language) -> str:
    source = state.memory.help_source
    if source is None:
        return ""
    offer = help_offer(lang, state.memory.catalogue.policy, source)
    return (
        f'<section class="yz-help" aria-label="{_t("help_title", lang)}">'
        f"<h3>{_t('help_title', lang)}</h3>{_help_words(offer.sentences, offer, lang)}</section>"
    )


def talk(lang: Language, policy: Policy) -> str:
    """The quiet link below every tab, which opens whom one can turn to."""
    words = policy.help.sentences
    sentences = [one.of(lang) for one in (*words.emergency, *words.people)]
    return (
        f'<details class="yz-talk"><summary>{_t("talk", lang)}</summary>'
        f'<div class="yz-help">{_help_words(sentences, help_offer(lang, policy), lang)}</div>'
        "</details>"
    )


def _help_words(sentences: Sequence[str], offer: Help, lang: Language) -> str:
    paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    contacts = "".join(f"<li>{_contact(contact, lang)}</li>" for contact in offer.contacts)
    return f"{paragraphs}<ul>{contacts}</ul>"


def _contact(contact: Contact, lang: Language) -> str:
    target = f"tel:{contact.number}".replace(" ", "") if contact.number else contact.page or ""
    shown = contact.number or target.removeprefix("https://").rstrip("/")
    checked = _t("help_checked", lang, date=day(date.fromisoformat(contact.verified_on), lang))
    return (
        f"<span>{escape(contact.name)}</span> "
        f'<a href="{escape(target)}" rel="noreferrer" target="_blank">{escape(shown)}</a> '
        f"<small>{checked}</small>"
    )


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"advice.{name}", lang, **values))


@dataclass(frozen=True)
class MoodTab:
    """The components of the Mood tab: what to choose from with its advice, and what is spoken."""

    advice: gr.HTML
    announcement: gr.HTML


def mood_tab(chrome: Chrome) -> MoodTab:
    """Make the components of the Mood tab."""
    with gr.Column(elem_classes=["yz-panel", "advice"]):
        shown = panel("yz-mood-advice", chooser(AdviceState(), chrome.lang), "advice/advice")
    return MoodTab(shown, panel("yz-mood-announcement", panels.announcement("")))


def advice_panel(chrome: Chrome, name: str, value: str) -> gr.HTML:
    """Make the panel of a tab that shows its advice."""
    with gr.Column(elem_classes=["yz-panel", "advice"]):
        labelled_html(chrome, None, lambda lang: panels.heading("panel_advice", lang))
        return panel(name, value, "advice/advice")

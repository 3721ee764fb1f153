"""A mirror game: an expression is asked for, and a ring closes while the model sees it."""

from __future__ import annotations

import json
from html import escape

from yuzug.emotions import LABEL_SETS, Language, looks
from yuzug.texts import text

# What can be shown on purpose; a relaxed face is a start too.
ASKED = ("surprise", "happy", "angry", "sad", "disgust", "fear", "neutral")
_WORDS = ("choose", "show", "hold", "held", "other", "unsure", "nobody", "unknown")


def game(lang: Language) -> str:
    """The panel of the game, folded until it is opened.

    >>> game("en").count("data-show=")
    7
    """
    names = {name: looks(name, lang) for name in LABEL_SETS[max(LABEL_SETS)].names}
    words = {**{word: text(f"game.{word}", lang) for word in _WORDS}, "names": names}
    buttons = "".join(
        f'<button type="button" class="yz-button" data-show="{name}" aria-pressed="false">'
        f"{escape(names[name])}</button>"
        for name in ASKED
    )
    circles = "".join(
        f'<circle class="{part}" cx="40" cy="40" r="{radius}" pathLength="1"/>'
        for part, radius in (("rest", 34), ("held", 34), ("share", 25))
    )
    sign = (
        '<svg class="sign" viewBox="0 0 24 24" aria-hidden="true">'
        '<path d="M12 2a10 10 0 1 1-10 10M8 10v.01M16 10v.01M8 14.5q4 4 8 0"/></svg>'
    )
    return (
        f'<details class="yz-game" data-key="game" data-on="" '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False))}">'
        f"<summary>{sign}{_t('title', lang)}</summary><p>{_t('about', lang)}</p>"
        f'<div class="asked" role="group" aria-label="{_t("asked", lang)}">{buttons}</div>'
        f'<div class="ring"><svg viewBox="0 0 80 80" aria-hidden="true">{circles}</svg>'
        f'<p class="message" role="status">{_t("choose", lang)}</p></div></details>'
    )


def _t(word: str, lang: Language) -> str:
    return escape(text(f"game.{word}", lang))

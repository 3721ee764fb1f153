"""The ribbon of the last minutes under the video; its script keeps all of it in the browser."""

from __future__ import annotations

import json
from html import escape

from yuzug.emotions import LABEL_SETS, Language, looks
from yuzug.film.picture import COLOURS, OTHER_COLOURS
from yuzug.texts import text

# What the script says, in the language of the page; braces stay for it to fill.
_WORDS = ("moment", "unsure", "nobody", "minute_band", "no_feeling", "file")


def ribbon(lang: Language) -> str:
    """The band, its table, the moments and the one that is looked at; hidden until there are any.

    >>> "data-words" in ribbon("tr")
    True
    """
    names = LABEL_SETS[max(LABEL_SETS)].names
    words = {
        **{word: text(f"ribbon.{word}", lang) for word in _WORDS},
        "lang": lang,
        "percent": text("ui.percent", lang, percent="{percent}"),
        "names": {name: looks(name, lang) for name in names},
        "colours": {name: COLOURS[name] for name in names if name in COLOURS},
        "others": OTHER_COLOURS,
    }
    heads = "".join(
        f'<th scope="col">{_t(column, lang)}</th>' for column in ("from", "expression", "lasted")
    )
    return (
        f'<section class="yz-ribbon" aria-label="{_t("title", lang)}" hidden '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False))}">'
        f"<h3>{_t('title', lang)}</h3><p>{_t('kept', lang)}</p>"
        '<canvas class="band" width="720" height="40" aria-hidden="true"></canvas>'
        f'<ul class="legend"></ul><div class="moments" role="group" '
        f'aria-label="{_t("moments", lang)}"></div>'
        '<div class="seen" hidden><p class="when" role="status"></p><div class="pictures"></div>'
        f'<ul class="numbers"></ul><div class="buttons">{_button("share", lang, main=True)}'
        f"{_button('close', lang)}</div></div>"
        f"<details><summary>{_t('table', lang)}</summary><table><thead><tr>{heads}</tr></thead>"
        f"<tbody></tbody></table></details>{_button('forget', lang)}</section>"
    )


def _button(action: str, lang: Language, main: bool = False) -> str:
    style = "yz-button main" if main else "yz-button"
    return (
        f'<button type="button" class="{style}" data-ribbon="{action}">{_t(action, lang)}</button>'
    )


def _t(word: str, lang: Language) -> str:
    return escape(text(f"ribbon.{word}", lang))

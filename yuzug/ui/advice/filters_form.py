"""The bar of filters: four choices in view, the rest unfolds; it acts at once."""

from __future__ import annotations

from html import escape
from typing import Any

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.advice.filters import ONE_OF, SOME_OF, Wishes

_IN_VIEW = ("minutes", "energy", "place", "company")


def bar(wishes: Wishes, lang: Language) -> str:
    """The filters as a form; its script tells each change."""
    in_view = "".join(_select(name, wishes, lang) for name in _IN_VIEW)
    folded = "".join(_select(name, wishes, lang) for name in ONE_OF if name not in _IN_VIEW)
    sets = "".join(_set(name, wishes, lang) for name in SOME_OF)
    some = "" if wishes == Wishes() else " some"
    return (
        f'<form class="yz-filters{some}" aria-label="{_t("filters", lang)}">{in_view}'
        f'<button type="button" class="yz-link reset" data-act="reset">'
        f"{_t('filters_reset', lang)}</button>"
        f'<details data-key="filters"><summary>{_t("filters_more", lang)}</summary>'
        f'<div class="more"><div class="selects">{folded}</div>{sets}</div></details></form>'
    )


def _select(name: str, wishes: Wishes, lang: Language) -> str:
    chosen = getattr(wishes, name)
    is_set = "" if chosen is None else "set"
    options = "".join(
        f'<option value="{choice}"{" selected" if choice == chosen else ""}>'
        f"{_choice(name, choice, lang)}</option>"
        for choice in ONE_OF[name]
    )
    return (
        f'<select name="{name}" class="{is_set}" aria-label="{_t(name, lang)}">'
        f'<option value="">{_t(f"any_{name}", lang)}</option>{options}</select>'
    )


def _choice(name: str, choice: Any, lang: Language) -> str:
    if name == "minutes":
        return _t("choice_minutes", lang, minutes=choice)
    return _t(f"choice_{name}_{choice}", lang)


def _set(name: str, wishes: Wishes, lang: Language) -> str:
    chosen = getattr(wishes, name)
    boxes = "".join(
        f'<label class="yz-chip{" chosen" if choice in chosen else ""}">'
        f'<input type="checkbox" name="{name}" value="{choice}"'
        f"{' checked' if choice in chosen else ''} />{_t(f'choice_{name}_{choice}', lang)}</label>"
        for choice in SOME_OF[name]
    )
    hint = f" <small>{_t('equipment_hint', lang)}</small>" if name == "equipment" else ""
    return f"<fieldset><legend>{_t(name, lang)}{hint}</legend>{boxes}</fieldset>"


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"advice.{name}", lang, **values))

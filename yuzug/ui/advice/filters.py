"""The bar of filters: four choices in view, the rest unfolds; it acts at once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from yuzug.emotions import Language
from yuzug.recommender.filters import Filters, all_filters, is_set
from yuzug.texts import text

NOTHING = "nothing"  # an empty set, which differs from not saying what there is


def offered() -> dict[str, Sequence[Any]]:
    """The filters that the page shows with the values to choose from, in their order."""
    return {
        name: (NOTHING, *one.choices) if _may_be_empty(name) else one.choices
        for name, one in all_filters().items()
        if one.shown != "never"
    }


def filters_of(form: object) -> Filters:
    """Read the filters from a form or from the browser's memory, as far as the page offers them.

    >>> filters_of({"minutes": ["10"], "place": "moon", "accessible": ["seated", "x"]}).given()
    {'minutes': 10, 'accessible': frozenset({'seated'})}
    """
    known = form if isinstance(form, dict) else {}
    values: dict[str, Any] = {}
    for name, choices in offered().items():
        value = known.get(name)
        given = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
        found = [choice for choice in choices if str(choice) in given]
        if found:
            values[name] = {one for one in found if one != NOTHING} if is_set(name) else found[0]
    return Filters(**values)


def form_of(filters: Filters) -> dict[str, list[str]]:
    """The values that are chosen in the form, as :func:`filters_of` reads them."""
    return {
        name: [str(choice) for choice in choices if _is_chosen(name, choice, filters)]
        for name, choices in offered().items()
        if name in filters.given()
    }


def bar(filters: Filters, lang: Language, emotion: str | None = None, key: str = "filters") -> str:
    """Draw the filters as a form; its script reports each change.

    ``emotion`` is the mood that the activities are for, where there is one: to stay with it is
    called differently for each. ``key`` names the bar, and tells it from another one of its tab.
    """
    shown = all_filters()
    drawn = {name: _draw(name, filters, lang, emotion) for name in offered()}
    in_view = "".join(html for name, html in drawn.items() if shown[name].shown == "in view")
    folded = [name for name in drawn if shown[name].shown == "folded"]
    selects = "".join(drawn[name] for name in folded if not is_set(name))
    sets = "".join(drawn[name] for name in folded if is_set(name))
    some = " some" if filters.given() else ""
    return (
        f'<form class="yz-filters{some}" aria-label="{_t(key, lang)}">{in_view}'
        f'<button type="button" class="yz-link reset" data-act="reset">'
        f"{_t('filters_reset', lang)}</button>"
        f'<details data-key="{key}"><summary>{_t("filters_more", lang)}</summary>'
        f'<div class="more"><div class="selects">{selects}</div>{sets}</div></details></form>'
    )


def _may_be_empty(name: str) -> bool:
    return is_set(name) and Filters.model_fields[name].default is None


def _is_chosen(name: str, choice: Any, filters: Filters) -> bool:
    value = getattr(filters, name)
    if choice == NOTHING:
        return isinstance(value, frozenset) and not value
    return bool(choice in (value or ()) if is_set(name) else choice == value)


def _draw(name: str, filters: Filters, lang: Language, emotion: str | None) -> str:
    draw = _set if is_set(name) else _select
    return draw(name, filters, lang, emotion)


def _select(name: str, filters: Filters, lang: Language, emotion: str | None) -> str:
    is_given = "set" if name in filters.given() else ""
    options = "".join(
        f'<option value="{choice}"{" selected" if _is_chosen(name, choice, filters) else ""}>'
        f"{_choice(name, choice, lang, emotion)}</option>"
        for choice in offered()[name]
    )
    return (
        f'<select name="{name}" class="{is_given}" aria-label="{_t(name, lang)}">'
        f'<option value="">{_t(f"any_{name}", lang)}</option>{options}</select>'
    )


def _set(name: str, filters: Filters, lang: Language, emotion: str | None) -> str:
    boxes = ""
    for choice in offered()[name]:
        chosen = _is_chosen(name, choice, filters)
        boxes += (
            f'<label class="yz-chip{" chosen" if chosen else ""}">'
            f'<input type="checkbox" name="{name}" value="{choice}"'
            f"{' checked' if chosen else ''} />{_choice(name, choice, lang, emotion)}</label>"
        )
    hint = f" <small>{_t('equipment_hint', lang)}</small>" if name == "equipment" else ""
    return f"<fieldset><legend>{_t(name, lang)}{hint}</legend>{boxes}</fieldset>"


def _choice(name: str, choice: Any, lang: Language, emotion: str | None) -> str:
    if isinstance(choice, int):
        return _t(f"choice_{name}", lang, **{name: choice})
    if (name, choice) == ("goal", "match") and emotion is not None:
        return _t(f"choice_goal_match_{emotion}", lang)
    return _t(f"choice_{name}_{choice}", lang)


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"advice.{name}", lang, **values))

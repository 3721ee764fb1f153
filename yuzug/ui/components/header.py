"""What stands around the panels: brand, notice, the photo's buttons, footer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape

from yuzug._resources import PORTRAIT
from yuzug.emotions import Language
from yuzug.images import fit_within, load_image
from yuzug.texts import text
from yuzug.ui.components.data_urls import data_url
from yuzug.ui.components.reading import RING_FACE

_PHOTO_CAMERA = {
    "refused": "camera_refused",
    "missing": "photo_camera_missing",
    "unavailable": "camera_unavailable",
}
_TOUR = ("show", "why", "choose")
_NOTICE_POINTS = ("read", "kept", "diagnosis", "work")


def brand(lang: Language) -> str:
    """The mark, the name and what this is for."""
    return (
        f'<a class="yz-skip" href="#yz-tabs">{_t("skip", lang)}</a>'
        f'<div class="yz-brand">{RING_FACE}<div><h1>{_t("title", lang)}</h1>'
        f"<p>{_t('tagline', lang)}</p></div></div>"
        f'<p role="status"><span class="yz-taken-up" hidden>{_t("taken_up", lang)}</span></p>'
    )


def footer(lang: Language) -> str:
    """One line to keep in mind."""
    return f"<p>{_t('footer', lang)}</p>"


def notice(lang: Language, minutes: int) -> str:
    """What must be read before the first picture; ``minutes`` is how long a video stays at most."""
    points = "".join(
        f"<li><h3>{_t(f'notice_{point}_title', lang)}</h3>"
        f"<p>{_t(f'notice_{point}', lang, minutes=minutes)}</p></li>"
        for point in _NOTICE_POINTS
    )
    return (
        f'<div class="yz-notice-words">{RING_FACE}<h2>{_t("notice_title", lang)}</h2>'
        f'<p class="intro">{_t("notice_intro", lang)}</p><ul>{points}</ul></div>'
    )


def tour(lang: Language) -> str:
    """Three steps to begin with; the script ``tour`` shows one of them at a time."""
    count = len(_TOUR)
    steps = "".join(
        f"<li><h3>{number}/{count} · {_t(f'tour_{step}_title', lang)}</h3>"
        f"<p>{_t(f'tour_{step}', lang)}</p></li>"
        for number, step in enumerate(_TOUR, 1)
    )
    buttons = "".join(
        f'<button type="button" class="yz-button {name}" data-tour="{press}">'
        f"{_t(f'tour_{name}', lang)}</button>"
        for name, press in (("next", "next"), ("done", "end"), ("skip", "end"))
    )
    return (
        f'<section class="yz-tour" aria-labelledby="yz-tour-title">'
        f'<h2 id="yz-tour-title" tabindex="-1">{_t("tour_title", lang)}</h2>'
        f'<ol aria-live="polite">{steps}</ol><div class="buttons">{buttons}</div></section>'
    )


def photo_bar(lang: Language) -> str:
    """An example to click, and the way back to none."""
    return (
        f'<button type="button" class="yz-example" data-press="example">'
        f'<img src="{_thumbnail()}" alt="{_t("photo_example_alt", lang)}" />'
        f"<span><strong>{_t('photo_example', lang)}</strong>"
        f"<small>{_t('photo_example_source', lang)}</small></span></button>"
        f'<button type="button" class="yz-button clear" data-press="clear">'
        f"{_t('photo_clear', lang)}</button>"
    )


def gallery(lang: Language, names: Sequence[str]) -> str:
    """More pictures to try; what they show is made by the page (``photo/examples.py``)."""
    buttons = "".join(
        f'<button type="button" data-press="gallery" data-example="{name}">'
        f'<img src="examples/{name}.jpg" alt="" loading="lazy" width="72" height="72" />'
        f"<span>{_t(f'example_{name}', lang)}</span></button>"
        for name in names
    )
    title = _t("examples_title", lang)
    group = f'<div class="yz-gallery" role="group" aria-label="{title}">{buttons}</div>'
    return f"<h2>{title}</h2>{group}"


def photo_busy(lang: Language) -> str:
    """Messages shown and announced while a photo is read, and where the camera fails."""
    troubles = "".join(
        f'<strong hidden data-trouble="{name}">{_t(key, lang)}</strong>'
        for name, key in _PHOTO_CAMERA.items()
    )
    return (
        f'<p role="status"><span hidden>{_t("photo_busy", lang)}</span></p>'
        f'<p role="alert">{troubles}</p>'
    )


@cache
def _thumbnail() -> str:
    portrait = load_image(PORTRAIT)[20:220, 124:324]
    small, _ = fit_within(portrait, 112)
    return data_url(small)


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"ui.{name}", lang, **values))

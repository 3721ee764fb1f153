"""A closer look at the heat map as HTML: what can be asked of it, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from yuzug.emotions import Language, looks
from yuzug.explain import METHODS, OUTSIDE, REGIONS, RegionShares, regions_sentence
from yuzug.texts import percent, text
from yuzug.ui.components import evidence
from yuzug.ui.components.heatmap import OPACITY
from yuzug.ui.components.readings import FaceReading, MapReading, PictureReading
from yuzug.ui.models import model_title

FAST = tuple(name for name, method in METHODS.items() if method.speed == "fast")


def controls(reading: PictureReading | None, comparing: bool, lang: Language) -> str:
    """What can be asked of a map, and how it can be seen and kept."""
    face = reading.face if reading else None
    if face is None or face.map is None:
        return ""
    return (
        f'<div class="yz-ask">{_against(face, face.map, lang)}{_methods(face.map, lang)}'
        f"{_view(comparing, lang)}{_keep(lang)}</div>"
    )


def _against(face: FaceReading, map: MapReading, lang: Language) -> str:
    target = looks(map.target, lang)
    chips = [_chip("against", "", text("closer.alone", lang, looks=target), map.against is None)]
    chips += [
        _chip("against", label, looks(label, lang), label == map.against)
        for label in face.probabilities
        if label != map.target
    ]
    return _group(text("closer.against", lang, looks=target), chips)


def _methods(map: MapReading, lang: Language) -> str:
    alone = map.against is None
    chips = [
        _chip("method", name, METHODS[name].title, alone and name == map.method) for name in FAST
    ]
    line = METHODS[map.method].line(lang) if alone else evidence.contrast_line(lang)
    return _group(
        text("closer.method", lang), chips, f'<p class="yz-fine yz-line">{escape(line)}</p>'
    )


def _view(comparing: bool, lang: Language) -> str:
    # What the page does alone: native controls, so that it keeps their state over a redraw.
    choices = "".join(
        f'<label><input type="radio" name="yz-scope" value="{scope}"'
        f"{' checked' if scope == 'face' else ''} />"
        f"<span>{_t(f'view_{scope}', lang)}</span></label>"
        for scope in ("face", "photo")
    )
    return _group(
        text("closer.view", lang),
        [
            f'<span class="yz-scope" role="radiogroup" aria-label="{_t("scope", lang)}">'
            f"{choices}</span>",
            f'<label class="yz-opacity"><span>{_t("opacity", lang)}</span><input type="range" '
            f'name="yz-opacity" min="10" max="100" step="5" value="{100 * OPACITY:.0f}" /></label>',
            _chip("beside", "", text("closer.beside", lang), comparing),
        ],
    )


def _keep(lang: Language) -> str:
    buttons = [
        f'<button type="button" class="yz-chip" data-save="{what}" '
        f'data-file="{_t(f"file_{what}", lang)}">{_t(f"save_{what}", lang)}</button>'
        for what in ("map", "report")
    ]
    return _group(text("closer.save", lang), buttons)


def _chip(question: str, answer: str, words: str, pressed: bool) -> str:
    return (
        f'<button type="button" class="yz-chip{" chosen" if pressed else ""}" '
        f'data-ask="{question}" data-answer="{escape(answer)}" '
        f'aria-pressed="{"true" if pressed else "false"}">{escape(words)}</button>'
    )


def _group(title: str, parts: Sequence[str], after: str = "") -> str:
    name = escape(title)
    return (
        f'<section role="group" aria-label="{name}"><h3>{name}</h3>'
        f'<div class="row">{"".join(parts)}</div>{after}</section>'
    )


def findings(reading: PictureReading | None, lang: Language) -> str:
    """What came out: the shares of the face's parts, and how far the map can be trusted."""
    map = reading.map if reading else None
    if map is None:
        return ""
    title = text("closer.shares", lang)
    shares = _shares(title if map.against is None else None, map.target, map.regions, lang)
    if map.against is not None:
        shares += _shares(None, map.against, map.regions_against, lang)
    return f'<div class="yz-found">{shares}{_trust(map, lang)}</div>'


def _shares(title: str | None, label: str, regions: RegionShares | None, lang: Language) -> str:
    name = title or text("closer.shares_for", lang, looks=looks(label, lang))
    if regions is None or regions.nothing_on_face:
        rows = f'<p class="yz-fine">{escape(regions_sentence(None, lang))}</p>'
        return f"<section><h3>{escape(name)}</h3>{rows}</section>"
    order = sorted(REGIONS, key=lambda part: (part == OUTSIDE, -regions.shares[part]))
    rows = "".join(
        f'<li style="--p:{regions.shares[part]:.3f}"><span class="name">{_t(f"part_{part}", lang)}'
        f'</span><span class="bar" aria-hidden="true"></span>'
        f'<span class="share">{percent(regions.shares[part], lang)}</span></li>'
        for part in order
    )
    return f'<section><h3>{escape(name)}</h3><ul class="yz-bars">{rows}</ul></section>'


def _trust(map: MapReading, lang: Language) -> str:
    if map.against is not None:
        words = [text("closer.trust_contrast", lang, looks=looks(map.target, lang))]
    elif map.trust is None:
        words = [text("closer.checking", lang)]
    else:
        numbers = {
            "score": percent(map.trust.score, lang),
            "centre": percent(map.trust.centre, lang),
            "random": percent(map.trust.random, lang),
        }
        words = [map.trust.sentence(lang), text("closer.trust_numbers", lang, **numbers)]
    sentences = "".join(
        f'<p class="{"yz-fine" if later else ""}">{escape(one)}</p>'
        for later, one in enumerate(words)
    )
    return f"<section><h3>{_t('trust', lang)}</h3>{sentences}</section>"


def pair_words(pair: Sequence[tuple[str, FaceReading]], lang: Language) -> str:
    """A sentence for each model under its picture; ``pair`` is the models' names and readings."""
    captions = "".join(
        f'<p id="yz-pair-{index}">{escape(_pair_sentence(model, face, lang))}</p>'
        for index, (model, face) in enumerate(pair)
    )
    return f'<div class="yz-pair" style="--n:{len(pair)}">{captions}</div>' if captions else ""


def _pair_sentence(model: str, face: FaceReading, lang: Language) -> str:
    if face.map is None:
        return ""
    return text(
        "closer.pair_sentence",
        lang,
        model=model_title(model),
        looks=looks(face.map.target, lang),
        percent=percent(face.probabilities[face.map.target], lang),
        regions=regions_sentence(face.map.regions, lang),
    )


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"closer.{name}", lang, **values))

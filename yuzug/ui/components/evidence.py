"""The words under a heat map as HTML: its legend, its sentence, its check."""

from __future__ import annotations

from html import escape

from yuzug.emotions import Language, looks
from yuzug.explain import METHODS, RegionShares, regions_sentence
from yuzug.texts import text
from yuzug.ui.components.heatmap import MAX_FACES
from yuzug.ui.components.readings import MapReading, PictureReading
from yuzug.ui.models import model_title


def sentence(map: MapReading, lang: Language) -> str:
    """One sentence on where the evidence lies, which also describes the map to a screen reader."""
    words = [_evidence(map.target, map.regions, lang)]
    if map.against is not None:
        words.insert(0, _why_not(map.target, map.against, lang))
        words.append(_evidence(map.against, map.regions_against, lang))
    if map.faint:
        words.append(text("closer.faint", lang))
    return " ".join(words)


def _evidence(label: str, regions: RegionShares | None, lang: Language) -> str:
    where = regions_sentence(regions, lang)
    return text("closer.evidence", lang, looks=looks(label, lang), regions=where)


def _why_not(target: str, against: str, lang: Language) -> str:
    first, other = looks(target, lang), looks(against, lang)
    return text("closer.contrast", lang, looks=first, other=other)


def under_map(reading: PictureReading, lang: Language, tab: str) -> str:
    """The legend, the sentence, and how the map did when it was checked."""
    if reading.map is None:
        return _not_drawn(lang) if tab == "photo" and reading.face else ""
    made = f"{METHODS[reading.map.made_by].title} · {model_title(reading.model)}"
    return (
        f"{_legend(reading.map, lang)}"
        f'<p class="yz-heat-words">{escape(sentence(reading.map, lang))}</p>'
        f'<p class="yz-fine yz-made"><span>{escape(made)}</span>'
        f"{_held(reading.map, lang) if tab == 'photo' else ''}</p>"
    )


def _not_drawn(lang: Language) -> str:
    words = text("closer.not_drawn", lang, count=MAX_FACES)
    return f'<p class="yz-heat-words">{escape(words)}</p>'


def _legend(map: MapReading, lang: Language) -> str:
    if map.against is None:
        left, right, kind = text("closer.less", lang), text("closer.more", lang), ""
    else:
        left, right, kind = looks(map.against, lang), looks(map.target, lang), " contrast"
    return (
        f'<div class="yz-legend{kind}"><span>{escape(left)}</span><i></i>'
        f"<span>{escape(right)}</span></div>"
    )


def _held(map: MapReading, lang: Language) -> str:
    if map.against is not None:
        return ""
    level = map.trust.level if map.trust else "checking"
    key = f"closer.held_{level}" if map.trust else "closer.checking"
    return f'<span class="yz-trust {level}">{escape(text(key, lang))}</span>'


def slider(lang: Language) -> str:
    """The slider between the photo and the map."""
    return (
        '<div class="yz-slide"><input class="yz-cut" type="range" min="0" max="100" step="2" '
        f'value="100" aria-label="{escape(text("closer.slider", lang))}" /><i></i><b></b></div>'
    )


def contrast_line(lang: Language) -> str:
    """What a map of two colours shows, in one line."""
    return text("closer.contrast_line", lang)

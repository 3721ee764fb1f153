"""The words on the page as HTML: readings, probabilities, activities, notices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from yuzug.emotions import Language, looks
from yuzug.errors import YuzugError
from yuzug.models.confidence_threshold import NONE_OF_THESE, UNSURE
from yuzug.texts import percent, text
from yuzug.ui.components import evidence
from yuzug.ui.components.readings import FaceReading, PictureReading

_RING_R = 32.0
_RING_LENGTH = 2 * math.pi * _RING_R


def sentence(reading: PictureReading, lang: Language) -> str:
    """What the chosen face looks like, in one sentence."""
    face = reading.face
    if face is None:
        return text("ui.no_face", lang)
    if NONE_OF_THESE in face.doubts:
        return text("ui.none_of_these", lang)
    key = "looks" if face.sure else "unsure" if UNSURE in face.doubts else "unsure_picture"
    return text(
        f"ui.{key}",
        lang,
        emotion=looks(face.emotion, lang),
        percent=percent(face.confidence, lang),
    )


def picture_alt(reading: PictureReading, lang: Language) -> str:
    """Text alternative of the picture: how many faces, and the chosen one's prediction."""
    count = len(reading.faces)
    key = ("none", "one", "many")[min(count, 2)]
    return text(f"ui.picture_alt_{key}", lang, count=count, sentence=sentence(reading, lang))


def reading_panel(
    reading: PictureReading, lang: Language, tab: str, shows: str | None = None
) -> str:
    """The reading of a picture: faces to choose from, sentence, doubts and probabilities.

    ``shows`` is which reading a visitor who taught their face wants to see, "adapted", "plain" or
    "both"; None where nothing was taught: then there is no badge.
    """
    face = reading.face
    if face is None:
        return notice(text("ui.no_face", lang), text("ui.no_face_hint", lang)) + _alts(
            reading, lang, tab
        )
    doubts = "".join(f"<li>{_t(f'doubt_{doubt}', lang)}</li>" for doubt in _picture_flags(face))
    return (
        f'<div class="yz-reading{"" if face.sure else " unsure"}">'
        f'<div class="yz-verdict">{_ring(face)}<p class="yz-sentence">'
        f"{escape(sentence(reading, lang))}</p></div>"
        + (_whose(face, shows, lang) if shows else "")
        + _chips(reading, lang)
        + _bars(face, lang, beside=shows == "both")
        + (f'<ul class="yz-doubts">{doubts}</ul>' if doubts else "")
        + f'<p class="yz-fine">{escape(text("closer.why_each", lang))}</p>'
        + (_read_in(reading, lang) if tab == "photo" else "")
        + "</div>"
        + _alts(reading, lang, tab)
    )


def _picture_flags(face: FaceReading) -> Sequence[str]:
    # What is wrong with the picture explains the rest, and can be mended.
    about_picture = [d for d in face.doubts if d not in (UNSURE, NONE_OF_THESE)]
    return about_picture or face.doubts


def _ring(face: FaceReading) -> str:
    # The mark itself: the ring closes with the confidence.
    share = 0.0 if NONE_OF_THESE in face.doubts else face.confidence
    return (
        '<svg class="yz-ring" viewBox="0 0 76 76" aria-hidden="true">'
        f'<circle class="band" cx="38" cy="38" r="{_RING_R}" />'
        f'<circle class="share" cx="38" cy="38" r="{_RING_R}" '
        f'stroke-dasharray="{share * _RING_LENGTH:.1f} {_RING_LENGTH:.1f}" />'
        '<circle class="dot" cx="28" cy="35" r="4" /><circle class="dot" cx="48" cy="35" r="4" />'
        "</svg>"
    )


def _chips(reading: PictureReading, lang: Language) -> str:
    if len(reading.faces) < 2:
        return ""
    chips = "".join(
        f'<button type="button" class="yz-chip{" chosen" if index == reading.chosen else ""}" '
        f'data-pick="{index}" data-track="{face.track if face.track is not None else ""}" '
        f'aria-pressed="{"true" if index == reading.chosen else "false"}">'
        f"{escape(_chip_text(index, face, lang))}</button>"
        for index, face in enumerate(reading.faces)
    )
    title = escape(text("ui.faces_title", lang, count=len(reading.faces)))
    return f'<div class="yz-chips" role="group" aria-label="{title}"><p>{title}</p>{chips}</div>'


def _chip_text(index: int, face: FaceReading, lang: Language) -> str:
    if not face.sure:
        return text("ui.face_chip_unsure", lang, number=face.number or index + 1)
    return text(
        "ui.face_chip",
        lang,
        number=face.number or index + 1,
        emotion=looks(face.emotion, lang),
        percent=percent(face.confidence, lang),
    )


def _whose(face: FaceReading, shows: str, lang: Language) -> str:
    """The badge that names the reading shown, with the plain one beside it for "both"."""
    kind = "plain" if face.plain is None else "adapted"
    badge = f'<span class="yz-whose {kind}">{escape(text(f"teach.badge_{kind}", lang))}</span>'
    if face.plain is None or shows != "both":
        return f"<p>{badge}</p>"
    label = max(face.plain, key=face.plain.__getitem__)
    share = percent(face.plain[label], lang)
    general = text("teach.general", lang, looks=looks(label, lang), percent=share)
    return f'<p>{badge} <span class="yz-fine">{escape(general)}</span></p>'


def _bars(face: FaceReading, lang: Language, beside: bool = False) -> str:
    explained = face.map.target if face.map else None
    plain = face.plain if beside else None
    rows = "".join(
        f'<li class="{"top" if label == face.emotion else ""}" style="--p:{share:.3f}">'
        f'<button type="button" data-explain="{escape(label)}" '
        f'aria-pressed="{"true" if label == explained else "false"}">'
        f'<span class="name">{escape(looks(label, lang))}</span>'
        f'<span class="bar" aria-hidden="true"></span>'
        f'<span class="share">{percent(share, lang)}</span>'
        + (f'<span class="share plain">{percent(plain[label], lang)}</span>' if plain else "")
        + "</button></li>"
        for label, share in face.probabilities.items()
    )
    heads = "".join(
        f'<span class="share">{escape(text(f"teach.beside_{one}", lang))}</span>'
        for one in ("adapted", "plain")
    )
    head = f'<li class="heads">{heads}</li>' if plain else ""
    kind = "yz-bars asks beside" if plain else "yz-bars asks"
    return f'<ul class="{kind}" aria-label="{_t("probabilities", lang)}">{head}{rows}</ul>'


def _read_in(reading: PictureReading, lang: Language) -> str:
    return f'<p class="yz-fine">{_t("read_in", lang, ms=round(reading.ms))}</p>'


def _alts(reading: PictureReading, lang: Language, tab: str) -> str:
    # The pictures point here for their names, so that these change with the language.
    where = evidence.sentence(reading.map, lang) if reading.map else ""
    heat = text("ui.heat_alt", lang, sentence=where)
    return (
        f'<div hidden><p id="{tab}-picture-alt">{escape(picture_alt(reading, lang))}</p>'
        f'<p id="{tab}-heat-alt">{escape(heat)}</p></div>'
    )


def announcement(words: str) -> str:
    """A live region for screen readers; it stays in the page, only its text changes."""
    return f'<p class="yz-sr" aria-live="polite">{escape(words)}</p>'


def notice(title: str, hint: str = "", kind: str = "") -> str:
    """A friendly sentence where a reading would be."""
    more = f"<p>{escape(hint)}</p>" if hint else ""
    return f'<div class="yz-notice {kind}"><strong>{escape(title)}</strong>{more}</div>'


def error_notice(error: YuzugError, lang: Language) -> str:
    """The sentence for this kind of error, as an alert."""
    words = escape(text(f"errors.{error.kind}", lang))
    return f'<div class="yz-notice error" role="alert"><strong>{words}</strong></div>'


def heading(key: str, lang: Language) -> str:
    """The title of a panel."""
    return f'<h2 class="yz-heading">{_t(key, lang)}</h2>'


def empty(key: str, lang: Language) -> str:
    """What stands in a panel before there is anything to show."""
    return f'<div class="yz-empty">{RING_FACE}<p>{_t(key, lang)}</p></div>'


def _t(name: str, lang: Language, **values: object) -> str:
    return escape(text(f"ui.{name}", lang, **values))


# The mark: a ring (yüzük) with its stone, and in it a face (yüz) by the two dots of the ü.
RING_FACE = (
    '<svg class="yz-mark" viewBox="0 0 48 48" aria-hidden="true">'
    '<circle class="ring" cx="24" cy="27" r="17" />'
    '<path class="stone" d="M24 2.5 30 8.5 24 14.5 18 8.5Z" />'
    '<circle class="dot" cx="18" cy="25.5" r="2.6" />'
    '<circle class="dot" cx="30" cy="25.5" r="2.6" />'
    "</svg>"
)

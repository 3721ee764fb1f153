"""The Photo tab: one picture in, the panels out; only its words stay on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.ui import panels, pictures
from yuzug.ui.analyzers import Analyzers
from yuzug.ui.readings import Advice, PictureReading, advice_for, reading_of
from yuzug.ui.settings import Settings, require_consent
from yuzug.ui.shown import PhotoShown

EXAMPLE = Path(__file__).resolve().parent / "examples" / "astronaut.jpg"


@dataclass
class PhotoState:
    """What a visit to the Photo tab holds: no picture and no model."""

    seed: int = 0
    reading: PictureReading | None = None
    advice: Advice | None = None
    error: YuzugError | None = None

    def forget(self) -> None:
        """Start anew, without a photo."""
        self.reading = self.advice = self.error = None


def read(
    analyzers: Analyzers, source: bytes | Path | None, settings: Settings, photo: PhotoState
) -> PhotoShown:
    """Read one photo; one that cannot be read gives its sentence instead."""
    if source is None:
        return PhotoShown()
    photo.forget()
    try:
        require_consent(settings)
        analyzer = analyzers.get(settings.model, settings.classes)
        analysis = analyzer.analyze(source)
    except YuzugError as error:
        photo.error = error
        return redraw(photo, settings.lang).but(picture="", heat="")
    chosen = analysis.dominant_index
    photo.reading = reading_of(analysis, chosen)
    photo.advice = advice_for(photo.reading, photo.seed)
    return redraw(photo, settings.lang).but(
        picture=pictures.framed(analysis, chosen, pictures.PHOTO_LONG_SIDE_PX, "photo-picture-alt"),
        heat=pictures.heat_maps(analysis, chosen, "photo-heat-alt", all_faces=True),
    )


def pick(event: Mapping[str, Any], settings: Settings, photo: PhotoState) -> PhotoShown:
    """The visitor picks a face; the page itself moves the frame and the heat map to it."""
    index = str(event.get("index", ""))
    if photo.reading is None or not index.isdigit() or int(index) >= len(photo.reading.faces):
        return PhotoShown()
    photo.reading = photo.reading.choosing(int(index))
    photo.advice = advice_for(photo.reading, photo.seed)
    return redraw(photo, settings.lang)


def clear(settings: Settings, photo: PhotoState) -> PhotoShown:
    """Forget the photo and what was read in it."""
    photo.forget()
    return redraw(photo, settings.lang).but(picture="", heat="")


def redraw(photo: PhotoState, lang: Language) -> PhotoShown:
    """The words of the photo in this language; the pictures stay, and nothing is analysed."""
    shown = PhotoShown(
        heat_words="",
        reading=panels.empty("photo_idle", lang),
        advice=panels.empty("advice_idle", lang),
        said=panels.said(""),
    )
    if photo.error is not None:
        return shown.but(reading=panels.error_notice(photo.error, lang))
    if photo.reading is None:
        return shown
    shown = shown.but(
        heat_words=panels.heat_line(photo.reading, lang),
        reading=panels.reading_panel(photo.reading, lang, "photo"),
        said=panels.said(panels.sentence(photo.reading, lang)),
    )
    if photo.advice is None:
        return shown
    ideas = photo.advice.suggestions(lang)
    return shown.but(advice=panels.advice_panel(ideas, photo.advice.sure, lang))

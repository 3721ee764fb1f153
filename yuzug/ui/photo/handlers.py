"""The Photo tab: one picture in, the panels out; only its words stay on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.actions import hear
from yuzug.ui.advice.board import Board, mood_read
from yuzug.ui.components import evidence
from yuzug.ui.components import heatmap as layers
from yuzug.ui.components import images as pictures
from yuzug.ui.components import reading as panels
from yuzug.ui.components.readings import FaceReading, PictureReading, reading_of
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import explain_view as closer
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.session import Settings, require_consent


@dataclass
class PhotoState:
    """What a visit to the Photo tab holds: no picture and no model.

    ``first`` is the reading before other maps were asked for. ``comparing`` is whether the models
    are shown beside one another, ``pair`` their names and what each read.
    """

    first: PictureReading | None = None
    reading: PictureReading | None = None
    board: Board = field(default_factory=Board)
    error: YuzugError | None = None
    comparing: bool = False
    pair: tuple[tuple[str, FaceReading], ...] = ()

    def forget(self) -> None:
        """Start anew, without a photo."""
        self.first = self.reading = self.error = None
        self.board.follow(None)
        self.comparing, self.pair = False, ()


def read(
    analyzers: Analyzers,
    source: bytes | Path | None,
    settings: Settings,
    photo: PhotoState,
    again: bool = False,
) -> PhotoShown:
    """Read one photo; one that cannot be read gives its sentence instead.

    ``again`` is for the photo that is shown already: it counts once.
    """
    if source is None:
        return PhotoShown()
    photo.forget()
    try:
        require_consent(settings)
        analyzer = analyzers.get(settings.model, settings.classes)
        analysis = analyzer.analyze(source)
    except YuzugError as error:
        photo.error = error
        return redraw(photo, settings.lang).but(picture="", heat="", asked="", pair="")
    chosen = analysis.dominant_index
    photo.first = photo.reading = reading_of(analysis, chosen)
    hear(photo.board, mood_read(photo.reading.face), instead=again)
    return redraw(photo, settings.lang).but(
        asked="",
        pair="",
        picture=pictures.framed(analysis, chosen, pictures.PHOTO_LONG_SIDE_PX, "photo-picture-alt"),
        heat=layers.views(analysis, chosen, "photo-heat-alt"),
    )


def pick(event: Mapping[str, Any], settings: Settings, photo: PhotoState) -> PhotoShown:
    """The visitor picks a face; the page itself moves the frame and the heat map to it."""
    index = str(event.get("index", ""))
    if photo.first is None or index not in map(str, range(len(photo.first.faces))):
        return PhotoShown()
    photo.reading = photo.first.choosing(int(index))
    hear(photo.board, mood_read(photo.reading.face), instead=True)
    photo.comparing, photo.pair = False, ()
    return redraw(photo, settings.lang).but(asked="", pair="")


def clear(settings: Settings, photo: PhotoState) -> PhotoShown:
    """Forget the photo and what was read in it."""
    photo.forget()
    return redraw(photo, settings.lang).but(picture="", heat="", asked="", pair="")


def redraw(photo: PhotoState, lang: Language) -> PhotoShown:
    """The words of the photo in this language; the pictures stay, and nothing is analysed."""
    shown = PhotoShown(
        heat_words="",
        controls="",
        findings="",
        pair_words="",
        reading=panels.empty("photo_idle", lang),
        advice=panels.empty("advice_idle", lang),
        said=panels.said(""),
    )
    if photo.error is not None:
        return shown.but(reading=panels.error_notice(photo.error, lang))
    if photo.reading is None:
        return shown
    return map_words(photo, lang).but(
        advice=advice.area(photo.board, lang, savable=True),
        said=panels.said(panels.sentence(photo.reading, lang)),
    )


def map_words(photo: PhotoState, lang: Language) -> PhotoShown:
    """All that is said of the chosen face's map, and the bars that ask for another one."""
    assert photo.reading is not None
    return PhotoShown(
        heat_words=evidence.under_map(photo.reading, lang, "photo"),
        reading=panels.reading_panel(photo.reading, lang, "photo"),
        controls=closer.controls(photo.reading, photo.comparing, lang),
        findings=closer.findings(photo.reading, lang),
        pair_words=closer.pair_words(photo.pair, lang),
    )

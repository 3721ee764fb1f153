"""The Photo tab: one picture in, the panels out; only its words stay on the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from math import hypot
from typing import TYPE_CHECKING, Any

from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.images import ImageSource
from yuzug.ui.advice import view as advice
from yuzug.ui.advice.actions import advise_again, advise_on, restore_advice
from yuzug.ui.advice.state import AdviceState, mood_read
from yuzug.ui.components import evidence, heatmap
from yuzug.ui.components import reading as panels
from yuzug.ui.components.bounding_boxes import PHOTO_LONG_SIDE_PX, boxes_over_photo
from yuzug.ui.components.readings import FaceReading, PictureReading, Question, reading_of
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import explain_view as closer
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.session import Settings, require_consent
from yuzug.ui.teaching import view as teaching
from yuzug.ui.teaching.lesson import Sent, Shows

if TYPE_CHECKING:
    from yuzug.analysis import Analysis


_NUMBERS = count(1)
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Restored:
    """The chosen face, and the expression that the visitor named, of a visit taken up again."""

    face: int | None = None
    emotion: str | None = None

    @classmethod
    def of(cls, sent: object) -> Restored | None:
        """What a page sent as JSON; None where it restores nothing.

        >>> Restored.of('{"face": 1, "emotion": null}')
        Restored(face=1, emotion=None)
        """
        if not isinstance(sent, str) or len(sent) > _MOST_CHARACTERS:
            return None
        try:
            values = json.loads(sent)
        except ValueError:
            return None
        if not isinstance(values, dict):
            return None
        face, emotion = values.get("face"), values.get("emotion")
        return cls(
            face if isinstance(face, int) and not isinstance(face, bool) else None,
            emotion if isinstance(emotion, str) else None,
        )


@dataclass
class PhotoState:
    """What a visit to the Photo tab holds: no picture and no model.

    ``first`` is the reading before other maps were asked for. ``comparing`` is whether the models
    are shown beside one another, ``pair`` their names and what each read.

    Handlers run side by side, so each takes a number when it begins (:meth:`next_number`,
    :meth:`ask`): ``picture`` and ``question`` are the last ones, and an answer to an earlier one
    changes nothing; ``newest`` is the last picture that was not read before. A new picture ends all
    questions about the one before; a question does not end the reading of a new picture. ``shown``
    is the number of the picture on the page, ``wanted`` the question that is being answered,
    ``checking`` the reading whose map is being checked, and ``by`` the model and classes chosen
    last. ``lang`` is the language of the page now: a slow answer is in it, not in that of
    the question. ``shows`` is which reading a visitor who taught their face wants to see.
    """

    first: PictureReading | None = None
    reading: PictureReading | None = None
    advice: AdviceState = field(default_factory=AdviceState)
    error: YuzugError | None = None
    comparing: bool = False
    pair: tuple[tuple[str, FaceReading], ...] = ()
    picture: int = 0
    question: int = 0
    shown: int = 0
    wanted: Question | None = None
    checking: PictureReading | None = None
    by: tuple[str, int] = ("", 0)
    lang: Language = "en"
    shows: Shows | None = None
    newest: int = 0

    def next_number(self) -> int:
        """The number of a picture that is about to be read."""
        self.picture = next(_NUMBERS)
        return self.picture

    def ask(self, wanted: Question | None = None) -> int:
        """The number of a question that is about to be answered."""
        self.wanted, self.question = wanted, next(_NUMBERS)
        return self.question

    def forget(self) -> None:
        """Reset the tab, without a photo."""
        self.ask()
        self.first = self.reading = self.error = self.checking = None
        self.advice.follow(None)
        self.comparing, self.pair = False, ()


def read(
    analyzers: Analyzers,
    source: ImageSource | None,
    settings: Settings,
    photo: PhotoState,
    again: bool = False,
    sent: str | None = None,
    restored: Restored | None = None,
) -> PhotoShown:
    """Read one photo; one that cannot be read gives its sentence instead.

    ``sent`` is a :class:`yuzug.ui.teaching.lesson.Sent` as JSON: where the visitor says that the
    largest face is theirs, it is read as they taught it. The state does not hold it.

    ``again`` is for the photo that is shown already, by another model: it counts once, and the
    chosen face, its correction and what was done stay. A photo that was chosen later
    than this one is shown instead of it. With ``restored`` the photo was read in a visit that the
    server has forgotten: nothing of it is noted once more.
    """
    if source is None:
        return PhotoShown()
    photo.by, photo.lang = (settings.model, settings.classes), settings.lang
    if again and photo.shown < photo.newest:
        return PhotoShown()  # the photo that is being read now will be read by these
    mine = photo.next_number()
    photo.newest = photo.newest if again else mine
    try:
        require_consent(settings)
        asked = Sent.of(sent)
        analysis = _newest(analyzers, source, photo, mine, asked)
    except YuzugError as error:
        if photo.picture != mine:
            return PhotoShown()
        photo.forget()
        photo.error, photo.shown = error, mine
        return redraw(photo, photo.lang).but(picture="", heat="", asked="", pair="")
    if analysis is None:
        return PhotoShown()
    photo.shown = mine
    before = photo.reading if again else None
    chosen = analysis.dominant_index if before is None else _same_face(analysis, before)
    if restored and restored.face in range(len(analysis.faces)):
        chosen = restored.face
    reading = _with_drawn_maps(reading_of(analysis, chosen))
    if before is None and restored:
        photo.forget()
        restore_advice(photo.advice, mood_read(reading.face), restored.emotion)
    elif before is None:
        photo.forget()
        advise_on(photo.advice, mood_read(reading.face), instead=again)
    else:
        photo.ask()
        photo.comparing, photo.pair = False, ()
        advise_again(photo.advice, mood_read(reading.face))
    photo.first = photo.reading = reading
    photo.shows = asked.shows
    return redraw(photo, photo.lang).but(
        asked="",
        pair="",
        picture=boxes_over_photo(analysis, chosen, PHOTO_LONG_SIDE_PX, "photo-picture-alt"),
        heat=heatmap.views(analysis, chosen, "photo-heat-alt", mine),
    )


def _newest(
    analyzers: Analyzers, source: ImageSource, photo: PhotoState, mine: int, sent: Sent
) -> Analysis | None:
    """The analysis by the model that is chosen when it ends; None where a later picture came."""
    while True:
        by = photo.by
        analyzer = analyzers.get(*by)
        analysis = analyzer.analyze(source, person=sent.person_for(analyzer))
        if photo.picture != mine:
            return None
        if photo.by == by:
            return analysis


def _with_drawn_maps(reading: PictureReading) -> PictureReading:
    """The same without the maps that the page has no picture of: nothing can be asked of them."""
    faces = tuple(
        face if heatmap.is_drawn(index, reading.chosen) else replace(face, map=None)
        for index, face in enumerate(reading.faces)
    )
    return replace(reading, faces=faces)


def _same_face(analysis: Analysis, before: PictureReading) -> int | None:
    """The face that was chosen before, in a copy of that picture of any size."""
    if before.face is None or not analysis.faces:
        return analysis.dominant_index
    scale = analysis.image.shape[1] / before.size_hw[1]
    x, y = (scale * side for side in before.face.alignment.center_xy)
    distances = [
        hypot(face.alignment.center_xy[0] - x, face.alignment.center_xy[1] - y)
        for face in analysis.faces
    ]
    return distances.index(min(distances))


def pick(event: Mapping[str, Any], settings: Settings, photo: PhotoState) -> PhotoShown:
    """The visitor picks a face; the page itself moves the frame and the heat map to it."""
    index = str(event.get("index", ""))
    if photo.first is None or index not in map(str, range(len(photo.first.faces))):
        return PhotoShown()
    photo.ask()
    photo.reading = photo.first.choosing(int(index))
    advise_on(photo.advice, mood_read(photo.reading.face), instead=True)
    photo.comparing, photo.pair = False, ()
    return redraw(photo, settings.lang).but(asked="", pair="")


def clear(settings: Settings, photo: PhotoState) -> PhotoShown:
    """Forget the photo and what was read in it."""
    photo.shown = photo.next_number()
    photo.forget()
    return redraw(photo, settings.lang).but(picture="", heat="", asked="", pair="")


def redraw(photo: PhotoState, lang: Language) -> PhotoShown:
    """The words of the photo in this language; the pictures stay, and nothing is analysed."""
    photo.lang = lang
    shown = PhotoShown(
        heat_words="",
        controls="",
        findings="",
        pair_words="",
        reading=panels.empty("photo_idle", lang),
        advice=panels.empty("advice_idle", lang),
        announcement=panels.announcement(""),
        shows=teaching.photo_choice(lang),
    )
    if photo.error is not None:
        return shown.but(reading=panels.error_notice(photo.error, lang))
    if photo.reading is None:
        return shown
    return map_words(photo, lang).but(
        shows=shown.shows,
        advice=advice.area(photo.advice, lang, savable=True),
        announcement=panels.announcement(panels.sentence(photo.reading, lang)),
    )


def map_words(photo: PhotoState, lang: Language) -> PhotoShown:
    """Texts about the chosen face's map, and the bars that ask for another one."""
    if photo.reading is None:
        return PhotoShown()
    return PhotoShown(
        heat_words=evidence.under_map(photo.reading, lang, "photo"),
        reading=panels.reading_panel(photo.reading, lang, "photo", photo.shows),
        controls=closer.controls(photo.reading, photo.comparing, lang),
        findings=closer.findings(photo.reading, lang),
        pair_words=closer.pair_words(photo.pair, lang),
    )

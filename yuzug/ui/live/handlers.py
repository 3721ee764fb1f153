"""The Live tab: a frame in; boxes, words and a small map layer out, all of that very frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yuzug.analysis import Analysis
from yuzug.emotions import Language, looks
from yuzug.errors import PersonError, YuzugError
from yuzug.images import load_image
from yuzug.models import Person
from yuzug.pipeline import Analyzer
from yuzug.stream import StreamSession
from yuzug.texts import percent
from yuzug.ui.advice import view as advice
from yuzug.ui.components import evidence, heatmap
from yuzug.ui.components import reading as panels
from yuzug.ui.components.readings import FaceReading, PictureReading, reading_of
from yuzug.ui.live.advice_pacing import Following
from yuzug.ui.live.view import LiveShown, camera_bar
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings, require_consent
from yuzug.ui.teaching import lesson
from yuzug.ui.teaching import view as teaching

MAP_PX = 56  # a map is smooth, so that the browser may enlarge it
# Somebody new is seen within half a second, whatever the line adds.
SEARCH_EVERY_S = 0.4
# Of four faces, each of those that no advice is for is then read four times a second.
READINGS_A_FRAME = 2


def _new_stream() -> StreamSession:
    return StreamSession(search_every_s=SEARCH_EVERY_S, readings_a_frame=READINGS_A_FRAME)


class FrameOptions(BaseModel):
    """What the script asks of a frame.

    ``track`` is the person that the visitor picked, ``target`` the label to explain instead of the
    predicted one, ``still`` whether the frame is frozen and was read before.

    ``person`` is what the visitor taught of their face, ``person_track`` which face is theirs: no
    other one is read so. ``shows`` is which reading they want to see, ``teach`` whether the frame
    is looked at, or taken, as an example.
    """

    model_config = ConfigDict(strict=True)

    track: int | None = Field(default=None, ge=0, lt=10**9)
    target: str | None = Field(default=None, max_length=60)
    still: bool = False
    person: dict[str, Any] | None = None
    person_track: int | None = Field(default=None, ge=0, lt=10**9)
    shows: lesson.Shows | None = None
    teach: Literal["look", "take"] | None = None

    @classmethod
    def of(cls, sent: str | None) -> FrameOptions:
        """Read what the script sent; what is malformed asks for nothing.

        >>> FrameOptions.of('{"track": 3}').track, FrameOptions.of("[").track
        (3, None)
        """
        try:
            return cls.model_validate_json(sent or "{}")
        except ValidationError:
            return cls()


@dataclass
class LiveState:
    """What a visit to the Live tab holds: no frame and no model.

    ``explained`` is the label that the map is asked for, None for the predicted one. ``read_s`` is
    when the last frame that was not frozen was read. ``numbers`` are what each track is called on
    the page, so that a person keeps their number. ``shows`` is which reading a visitor who taught
    their face sees; what they taught is not held.
    """

    stream: StreamSession = field(default_factory=_new_stream)
    read_with: tuple[str, int] | None = None
    explained: str | None = None
    reading: PictureReading | None = None
    read_s: float = 0.0
    following: Following = field(default_factory=Following)
    numbers: dict[int, int] = field(default_factory=dict)
    shows: lesson.Shows | None = None

    def stop(self) -> None:
        """Forget who was in the picture; the last result and its advice stay to be looked at."""
        self.stream = _new_stream()
        self.explained = None
        self.numbers = {}


def step(
    analyzers: Analyzers,
    source: bytes | None,
    options: FrameOptions,
    settings: Settings,
    live: LiveState,
    now_s: float,
) -> dict[str, Any]:
    """Analyse one encoded frame, as it is shown (mirrored or not); answer what the script draws.

    Returns:
        ``size`` (width, height) of the frame, ``faces`` with ``box`` (x, y, w, h) in its pixels,
        ``map`` (a PNG over the square ``center`` and ``side``, or None), ``html`` by part, and
        ``advised``: whether the advice changed. ``teach``, where it was asked for, is what the
        frame is worth as an example; ``refused_person`` a sentence by language where what the
        visitor taught cannot be used. ``notice`` alone where the frame cannot be analysed.
    """
    try:
        require_consent(settings)
        analyzer = analyzers.live(settings.model, settings.classes)
        stream = _stream_for(settings, live)
        labels = analyzer.labels
        live.explained = options.target if options.target in labels else None
        picked = options.track is not None and options.track != stream.picked
        if options.track in live.numbers:
            stream.pick(options.track)
        frame = load_image(source or b"")
        person, refused = _person_of(options, analyzer)
        # A frozen frame is of when it was shown first, and is not mixed with those before it.
        reader = stream.without_readings(smooth=False) if options.still else stream
        live.read_s = live.read_s if options.still else now_s
        analysis = reader.step(
            analyzer,
            frame,
            live.read_s,
            target=live.explained,
            person=person,
            person_track=options.person_track,
        )
    except YuzugError as error:
        return {"notice": panels.error_notice(error, settings.lang)}
    if live.stream is not stream:  # stopped in the meantime
        return {}
    chosen = analysis.dominant_index
    live.reading = _numbered(reading_of(analysis, chosen), live.numbers)
    if picked:
        live.following.forget()
    live.shows = options.shows
    advised = not options.still and live.following.see(live.reading.face, now_s)
    answer = _answer(analysis, live.reading, settings.lang, live.shows)
    answer["advised"] = advised or picked
    if refused is not None:
        answer["refused_person"] = lesson.in_each_language(f"errors.{refused.kind}")
    if options.teach is not None:
        take = options.teach == "take"
        answer["teach"] = lesson.frame_seen(analyzer, analysis, settings.lang, take)
    return answer


def _person_of(
    options: FrameOptions, analyzer: Analyzer
) -> tuple[Person | None, PersonError | None]:
    """The person whose face is in the picture; None, with the reason, where they cannot be used.

    The picture is read plainly then: Live goes on.
    """
    if options.person_track is None:  # whose face it is, only the visitor knows
        return None, None
    try:
        return lesson.read_person(options.person, analyzer), None
    except PersonError as error:
        return None, error


def _stream_for(settings: Settings, live: LiveState) -> StreamSession:
    """The stream so far; without its readings where they are of another model or label set."""
    if live.read_with != (settings.model, settings.classes):
        live.read_with = (settings.model, settings.classes)
        live.stream = live.stream.without_readings()
    return live.stream


def _numbered(reading: PictureReading, numbers: dict[int, int]) -> PictureReading:
    """The same reading with each person's number; a new person gets the next free one."""
    tracks = [face.track for face in reading.faces if face.track is not None]
    for track in tracks:
        if track not in numbers:
            taken = {numbers[known] for known in tracks if known in numbers}
            numbers[track] = next(n for n in range(1, len(tracks) + 1) if n not in taken)
    faces = tuple(
        face if face.track is None else replace(face, number=numbers[face.track])
        for face in reading.faces
    )
    return replace(reading, faces=faces)


def _answer(
    analysis: Analysis, reading: PictureReading, lang: Language, shows: lesson.Shows | None
) -> dict[str, Any]:
    height, width = analysis.image.shape[:2]
    faces: list[dict[str, Any]] = [
        {
            "box": [round(value, 1) for value in face.box_xywh],
            "track": face.track,
            "number": read.number,
            "label": _label(read, lang),
            "emotion": read.emotion,
            "confidence": round(read.confidence, 3),
            "sure": face.sure,
            "chosen": index == reading.chosen,
            "adapted": read.plain is not None,
        }
        for index, (face, read) in enumerate(zip(analysis.faces, reading.faces, strict=True))
    ]
    chosen = None if reading.chosen is None else analysis.faces[reading.chosen]
    if reading.chosen is not None:
        shares = reading.faces[reading.chosen].probabilities
        faces[reading.chosen]["shares"] = {name: round(p, 3) for name, p in shares.items()}
    return {
        "size": [width, height],
        "faces": faces,
        "map": heatmap.on_frame(chosen, MAP_PX),
        "html": {
            "reading": panels.reading_panel(reading, lang, "live", shows),
            "heat_words": evidence.under_map(reading, lang, "live"),
        },
    }


def _label(face: FaceReading, lang: Language) -> str:
    name = looks(face.emotion, lang)
    return f"{name} {percent(face.confidence, lang)}" if face.sure else "?"


def camera(event: Mapping[str, Any], live: LiveState) -> None:
    """The browser says that its camera went off."""
    if event.get("state") == "off":
        live.stop()


def advice_shown(live: LiveState, lang: Language) -> LiveShown:
    """The advice area and what a screen reader says, once the advice changed."""
    if live.reading is None:
        return LiveShown()
    return LiveShown(
        advice=advice.area(live.following.advice, lang),
        announcement=panels.announcement(panels.sentence(live.reading, lang)),
    )


def redraw(live: LiveState, lang: Language) -> LiveShown:
    """The same words in another language; the pictures stay, and nothing is analysed."""
    if live.reading is None:
        return idle(lang)
    return idle(lang).but(
        heat_words=evidence.under_map(live.reading, lang, "live"),
        reading=panels.reading_panel(live.reading, lang, "live", live.shows),
        advice=advice.area(live.following.advice, lang),
        announcement=panels.announcement(panels.sentence(live.reading, lang)),
    )


def idle(lang: Language) -> LiveShown:
    """The panels before there is a picture."""
    return LiveShown(
        camera=camera_bar(lang),
        teach=teaching.lesson(lang),
        picture=panels.empty("camera_idle", lang),
        heat=panels.empty("heat_idle", lang),
        heat_words="",
        reading=panels.empty("reading_idle", lang),
        advice=panels.empty("advice_idle", lang),
        announcement=panels.announcement(""),
    )

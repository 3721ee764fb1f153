"""What is asked of a map in the Photo tab: another expression, two of them, another method.

The server has no picture to explain; the page sends the crop of the face that it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from threading import Thread
from typing import Any

from yuzug.analysis import Face
from yuzug.errors import YuzugError
from yuzug.explain import Contrast, Heatmap
from yuzug.images import fit_within, load_image, png_bytes
from yuzug.pipeline import Analyzer
from yuzug.texts import text
from yuzug.ui.components import evidence, heatmap
from yuzug.ui.components import reading as panels
from yuzug.ui.components.bounding_boxes import PHOTO_LONG_SIDE_PX
from yuzug.ui.components.data_urls import Picture, data_url
from yuzug.ui.components.readings import (
    FaceReading,
    PictureReading,
    Question,
    face_reading,
    map_reading,
)
from yuzug.ui.models import Analyzers
from yuzug.ui.photo import explain_view as closer
from yuzug.ui.photo import handlers as photo
from yuzug.ui.photo import report as sheet
from yuzug.ui.photo.handlers import PhotoState
from yuzug.ui.photo.view import PhotoShown
from yuzug.ui.server.uploads import bytes_of_data_url
from yuzug.ui.session import Settings, require_consent
from yuzug.ui.teaching.lesson import Sent


def ask(
    analyzers: Analyzers,
    crop: bytes | None,
    event: Mapping[str, Any],
    settings: Settings,
    state: PhotoState,
    sent: str | None = None,
) -> PhotoShown:
    """Draw the map that answers what the visitor asks of the chosen face.

    ``event`` names a ``label`` to explain, or one of the questions "against" (a label, or none),
    "method" and "beside" (turn the comparison of the models on or off) with its ``answer``.
    """
    reading = state.reading
    if reading is None or reading.face is None or reading.map is None or crop is None:
        return PhotoShown()
    question = _asked(event, reading.face, state.wanted or reading.map.question)
    mine = state.ask(question)
    state.lang = settings.lang
    state.comparing = comparing = state.comparing != (event.get("ask") == "beside")
    try:
        require_consent(settings)
        face, analyzer = _read_again(analyzers, crop, reading, reading.face, question, sent)
        explanation = explain(analyzer, face, question)
        pair = _pair(analyzers, crop, reading, reading.face, question, sent) if comparing else []
    except YuzugError as error:
        state.wanted, state.comparing = None, bool(state.pair)
        return PhotoShown(heat_words=panels.error_notice(error, settings.lang))
    if state.question != mine:
        return PhotoShown()
    state.pair = tuple((model, read) for model, read, _ in pair)
    made = map_reading(face, explanation, question.method)
    if question != reading.map.question:
        state.reading = reading.explained(made)
    return photo.map_words(state, state.lang).but(
        announcement=panels.announcement(evidence.sentence(made, state.lang)),
        asked=heatmap.asked(explanation, reading.face.alignment, reading),
        pair=_pair_pictures([picture for _, _, picture in pair]),
    )


def _asked(event: Mapping[str, Any], face: FaceReading, now: Question) -> Question:
    """The question after what was pressed; anything else leaves it as it is."""
    label, ask, answer = (str(event.get(name, "")) for name in ("label", "ask", "answer"))
    if label in face.probabilities:
        return replace(now, target=label, against=None)
    if ask == "against":
        known = answer in face.probabilities and answer != now.target
        return replace(now, against=answer if known else None)
    if ask == "method" and answer in closer.FAST:
        return replace(now, method=answer, against=None)
    return now


def _read_again(
    analyzers: Analyzers,
    crop: bytes,
    reading: PictureReading,
    shown: FaceReading,
    question: Question,
    sent: str | None = None,
    model: str | None = None,
) -> tuple[Face, Analyzer]:
    """The face that is ``shown``, read from its crop by the labels that it was read by first.

    Its place and landmarks in the photo are those found then. It comes with the heat map that
    answers the question, made in the same forward pass, unless that is of two labels.
    """
    analyzer = analyzers.get(model or reading.model, reading.classes)
    asked = {"method": question.method, "target": question.target}
    wanted = {"heatmaps": False} if question.against is not None else asked
    # Only the face that was read as the visitor taught theirs is explained so.
    person = None if shown.plain is None else Sent.of(sent).person_for(analyzer)
    face = analyzer.analyze(crop, crops=True, person=person, **wanted).faces[0]
    return replace(face, alignment=shown.alignment, landmarks=shown.landmarks), analyzer


def explain(analyzer: Analyzer, face: Face, question: Question) -> Heatmap | Contrast:
    """The map that answers a question.

    Raises:
        ModelError: ``model.target`` where this label set has no such label.
    """
    if question.against is not None:
        return analyzer.contrast(face, question.target, question.against)
    made = face.explanation
    if made is not None and (made.target, made.method) == (question.target, question.method):
        return made
    return analyzer.explain(face, question.target, question.method)


def _pair(
    analyzers: Analyzers,
    crop: bytes,
    reading: PictureReading,
    shown: FaceReading,
    question: Question,
    sent: str | None,
) -> list[tuple[str, FaceReading, str]]:
    """The same question to each model that has its labels: its name, what it read, and its map."""
    answers = []
    for model in analyzers.models:
        if not _has_labels(analyzers, model, reading.classes, question):
            continue
        face, analyzer = _read_again(analyzers, crop, reading, shown, question, sent, model)
        explanation = explain(analyzer, face, question)
        read = replace(face_reading(face), map=map_reading(face, explanation))
        answers.append((model, read, data_url(heatmap.painted(face.crop, explanation))))
    return answers


def _has_labels(analyzers: Analyzers, model: str, classes: int, question: Question) -> bool:
    """Whether a model has this label set, or one of its own, with what the question is about."""
    heads = analyzers.card(model).heads
    head = next(iter(heads.values())) if len(heads) == 1 else heads.get(str(classes))
    return head is not None and {question.target, question.against} - {None} <= set(head.labels)


def _pair_pictures(urls: list[str]) -> str:
    pictures = "".join(
        f'<img src="{url}" aria-labelledby="yz-pair-{index}" />' for index, url in enumerate(urls)
    )
    return f'<div class="yz-pair" style="--n:{len(urls)}">{pictures}</div>' if urls else ""


@cache
def load_methods() -> None:
    """Load in the background, once, what the other heat maps need: seconds and 250 MB.

    Asked for with the first photo, so that nobody waits for it and Live goes without it.
    """
    Thread(target=import_module, args=("pytorch_grad_cam",), daemon=True).start()


def check(
    analyzers: Analyzers,
    crop: bytes | None,
    settings: Settings,
    state: PhotoState,
    sent: str | None = None,
) -> PhotoShown:
    """Measure how far the chosen face's map can be trusted, and say it."""
    reading = state.reading
    if reading is None or reading.face is None or reading.map is None or crop is None:
        return PhotoShown()
    now = reading.map
    if now.trust is not None or now.against is not None:
        return PhotoShown()
    if state.checking is reading or state.wanted not in (None, now.question):
        return PhotoShown()  # it is being checked, or another map is on its way
    state.checking, state.lang = reading, settings.lang
    try:
        require_consent(settings)
        face, analyzer = _read_again(analyzers, crop, reading, reading.face, now, sent)
        trust = analyzer.trust(face)  # its explanation answers this question
    except YuzugError as error:
        state.checking = None
        return PhotoShown(heat_words=panels.error_notice(error, settings.lang))
    if state.reading is not reading:  # something else was asked meanwhile
        return PhotoShown()
    state.reading = reading.explained(replace(now, trust=trust))
    verdict = text(f"closer.held_{trust.level}", state.lang)
    return photo.map_words(state, state.lang).but(announcement=panels.announcement(verdict))


def report(
    analyzers: Analyzers,
    event: Mapping[str, Any],
    settings: Settings,
    state: PhotoState,
    sent: str | None = None,
) -> bytes | None:
    """The one-page report on the chosen face as PNG, from the pictures that the page shows.

    ``event`` holds them as data URLs: the ``photo``, the ``face`` around which it is drawn, and
    its ``crop``. None where there is nothing to report.

    Raises:
        YuzugError: where a picture cannot be read, or before the notice is accepted.
    """
    require_consent(settings)
    reading = state.reading
    if reading is None or reading.face is None or reading.map is None:
        return None
    photo, square, crop = (
        bytes_of_data_url(str(event.get(name, ""))) for name in ("photo", "face", "crop")
    )
    face, analyzer = _read_again(analyzers, crop, reading, reading.face, reading.map, sent)
    around = _bounded(square)
    trusted = reading.map.trust is None or reading.map.trust.holds
    explanation = explain(analyzer, face, reading.map)
    map = heatmap.over(around, explanation, reading.face.alignment, trusted)
    shown = sheet.Pictures(_bounded(photo), around, map)
    card = analyzers.card(reading.model)
    return png_bytes(sheet.page(reading, reading.face, reading.map, shown, card, settings.lang))


def _bounded(source: bytes) -> Picture:
    # Whatever comes, the page holds nothing larger.
    return fit_within(load_image(source), PHOTO_LONG_SIDE_PX)[0]

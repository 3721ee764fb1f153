"""What a person teaches on the page, as plain functions: each forgets what it was given.

The browser holds the numbers (``teaching/store.js``) and sends them along; the server reads them,
answers, and keeps none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yuzug.analysis import Analysis, Face
from yuzug.emotions import LANGUAGES, Language, looks
from yuzug.errors import PersonError, YuzugError
from yuzug.images import load_image
from yuzug.models import Example, Person, teach_example
from yuzug.pipeline import Analyzer
from yuzug.teaching import is_alone, label_named
from yuzug.texts import text
from yuzug.ui.models import Analyzers
from yuzug.ui.session import Settings, require_consent

MOST_CHARACTERS = 131_072
"""Of what the page sends in one call: a person, or the examples of a held expression."""
MOST_EXAMPLES = 24

Shows = Literal["adapted", "plain", "both"]
"""Which reading a visitor who taught their face wants to see."""
Json = dict[str, Any]


class Lesson(BaseModel):
    """What the page asks to be learned: the person so far, and the frames of a held expression.

    ``label`` is None where a person is only to be checked, such as one from a file. ``model`` is
    the one that the page shows as chosen: the settings may come to that a moment later.
    """

    model_config = ConfigDict(strict=True)

    model: str | None = Field(default=None, max_length=300)
    person: Json | None = None
    label: str | None = Field(default=None, min_length=1, max_length=60)
    examples: list[Json] = Field(default=[], max_length=MOST_EXAMPLES)

    @classmethod
    def of(cls, sent: str | None) -> Lesson:
        """Read what the script sent.

        Raises:
            PersonError: ``person.invalid``.
        """
        try:
            return cls.model_validate_json(sent or "{}")
        except ValidationError as error:
            raise PersonError(
                "person.invalid",
                must="a lesson must hold a person, a label and examples",
                got=f"{error.error_count()} faults in it",
                do="load the page again",
            ) from error


class Sent(BaseModel):
    """What travels with a photo: a person, and which reading the visitor wants to see."""

    model_config = ConfigDict(strict=True)

    person: Json | None = None
    shows: Shows | None = None

    @classmethod
    def of(cls, sent: str | None) -> Sent:
        """Read what the script sent; what is malformed asks for nothing.

        >>> Sent.of('{"shows": "both"}').shows, Sent.of("[").shows
        ('both', None)
        """
        try:
            return cls.model_validate_json(sent or "{}")
        except ValidationError:
            return cls()

    def person_for(self, analyzer: Analyzer) -> Person | None:
        """The person, where these weights can read them; the badge tells which reading is shown."""
        try:
            return read_person(self.person, analyzer)
        except PersonError:
            return None


def learn(
    analyzers: Analyzers, sent: str | None, picture: bytes | None, settings: Settings
) -> Json:
    """The ``person`` after a lesson, or ``refused`` with one sentence by language.

    ``picture`` is the cropped face of a photo, in place of examples.
    """
    try:
        require_consent(settings)
        lesson = Lesson.of(sent)
        chosen = replace(settings, model=lesson.model or settings.model)
        chosen = analyzers.fitting(chosen)
        analyzer = analyzers.live(chosen.model, chosen.classes)
        checkpoint = analyzer.classifier.checkpoint
        person = read_person(lesson.person, analyzer) or analyzer.new_person()
        if lesson.label is not None:
            label = label_named(lesson.label, analyzer.labels)
            person = person.with_example(label, _example(analyzer, lesson, picture))
            person.require(checkpoint)
    except YuzugError as error:
        return {"refused": in_each_language(f"errors.{error.kind}")}
    return {"person": person.model_dump(mode="json", by_alias=True)}


def _example(analyzer: Analyzer, lesson: Lesson, picture: bytes | None) -> Example:
    if picture is not None:
        return analyzer.example(load_image(picture), crops=True)
    return Example.mean_of([Example.from_json(one) for one in lesson.examples])


def in_each_language(key: str) -> dict[str, str]:
    """A sentence by language: the page may change it while the sentence stands."""
    return {lang: text(key, lang) for lang in LANGUAGES}


def read_person(description: Json | None, analyzer: Analyzer) -> Person | None:
    """The person in the JSON that came with an image, checked against the analyzer's weights.

    Raises:
        PersonError: ``person.weights`` or ``person.invalid``.
    """
    if description is None:
        return None
    person = Person.from_json(description)
    person.require(analyzer.classifier.checkpoint)
    return person


def frame_seen(analyzer: Analyzer, analysis: Analysis, lang: Language, take: bool) -> Json:
    """What a frame is worth as an example.

    Returns:
        ``neutral`` and ``labels`` (pairs of a label and its name) that can be taught, and
        ``problem``, one sentence by language, or else the ``track`` of the face and, with
        ``take``, its ``example``.
    """
    neutral = analyzer.new_person().neutral
    names = dict.fromkeys([*analyzer.labels, neutral])
    answer: Json = {
        "neutral": neutral,
        "labels": [[name, looks(name, lang)] for name in names],
        "problem": None,
    }
    if problem := _problem(analysis):
        return {**answer, "problem": in_each_language(problem)}
    face = analysis.faces[0]
    answer["track"] = face.track
    if take:
        example = teach_example(analyzer.classifier.checkpoint, face.crop)
        answer["example"] = example.model_dump(mode="json", by_alias=True)
    return answer


def _problem(analysis: Analysis) -> str | None:
    """The text that says why a frame does not count.

    Only one face that is sure, sharp, lit and frontal does.
    The Haar cascade tells neither how sure a face is nor whether it is turned.
    """
    if not analysis.faces:
        return "ui.no_face"
    if not is_alone([_area(face) for face in analysis.faces]):
        return "teach.several"
    quality = analysis.faces[0].quality
    problems = quality.problems if quality else ()
    return f"ui.doubt_{problems[0]}" if problems else None


def _area(face: Face) -> float:
    return face.box_xywh[2] * face.box_xywh[3]

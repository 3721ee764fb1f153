"""The public endpoints: what programs and agents may ask for, as docs/api.md tells.

Each method of :class:`Endpoints` is an HTTP endpoint and an MCP tool of its name; its docstring is
what an agent reads. Everything else that the page calls is private.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from yuzug.emotions import Language
from yuzug.errors import ImageError, OptionError
from yuzug.explain import method_named
from yuzug.models import DEFAULT_MODEL
from yuzug.recommender import Filters, advise
from yuzug.recommender.catalogue.policy import HelpSource
from yuzug.records import (
    AnalysisRecord,
    ErrorRecord,
    ExplanationRecord,
    FaceExplanation,
    ModelsRecord,
    RecommendationsRecord,
    Record,
)
from yuzug.ui.api.filters import filters_by_name
from yuzug.ui.api.publish import Json, answered, publish
from yuzug.ui.components.data_urls import data_url
from yuzug.ui.components.heatmap import heat_over_face
from yuzug.ui.models import Analyzers
from yuzug.ui.server import call_limits
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.server.uploads import Uploads
from yuzug.ui.teaching.lesson import read_person

MAX_IMAGES = 32
NO_FILTERS = Filters()
MAX_EXPLAINED = 8  # faces, the largest: how far a map can be trusted takes a while to find out


class Upload(TypedDict, total=False):
    """A file that was sent to ``/gradio_api/upload``, as Gradio's clients name it."""

    path: str
    orig_name: str | None
    meta: dict[str, str]


Picture = Upload | str


def offer(demo: GuardedBlocks, analyzers: Analyzers) -> None:
    """Make the endpoints public in this app."""
    ours = Endpoints(analyzers, demo.uploads)
    publish(demo, ours.analyze, list[AnalysisRecord | ErrorRecord])
    publish(demo, ours.recommend, RecommendationsRecord)
    publish(demo, ours.models, ModelsRecord)
    publish(demo, ours.explain, ExplanationRecord)


class Endpoints:
    """What may be asked for; holds no state of a caller."""

    def __init__(self, analyzers: Analyzers, uploads: Uploads | None = None) -> None:
        self._analyzers = analyzers
        self._uploads = uploads or Uploads()
        self._catalogue = analyzers.activities.catalogue

    @answered
    def analyze(
        self,
        images: list[Picture],
        model: str | None = None,
        classes: int = 7,
        crops: bool = False,
        recommend: bool = False,
        lang: Language = "en",
        person: Json | None = None,
    ) -> list[Json]:
        """Tell what the expression of every face in some pictures looks like, with probabilities.

        It reads expressions, which are weak signs of feelings: say "the expression looks happy",
        never "this person is happy", and where "sure" is false, say that it is not certain. Send
        only faces of people who agreed. Not for judging anybody at work, in education or in
        health. Pictures are read and forgotten.

        Args:
            images: 1 to 32 pictures, each an upload, a data URL ("data:image/...") or base64
            model: which network reads, the one of this page unless given; the tool "models" lists
                the bundled ones
            classes: how many expressions to tell apart, 3 to 8; a model of other labels has its own
            crops: whether each picture already is one cropped face
            recommend: whether to add activities that fit the main face
            lang: language of sentences, "en" or "tr"
            person: what `yuzug teach` or the page learned of one face; the largest face of each
                picture is read by it, nobody is recognised, and it is forgotten with the pictures

        Returns:
            one object a picture: its faces with box, emotion, confidence, probabilities and regions
        """
        analyzer = self._analyzers.get(model or self._analyzers.models[0], classes)
        theirs = read_person(person, analyzer)
        answers: list[Json] = []
        for number, picture in enumerate(_few(images), 1):
            name = _name(picture, number)
            call_limits.check()
            try:
                analysis = analyzer.analyze(
                    self._uploads.received(picture), crops=crops, person=theirs
                )
            except ImageError as error:
                answers.append(_json(ErrorRecord.of(name, error, lang)))
                continue
            suggestions = analysis.suggestions(lang, self._catalogue) if recommend else []
            answers.append(_json(AnalysisRecord.of(name, analysis, suggestions)))
        return answers

    @answered
    @filters_by_name
    def recommend(
        self,
        emotion: str | None = None,
        filters: Filters = NO_FILTERS,
        lang: Language = "en",
        count: int = 3,
        seed: int = 0,
        recent: list[str] | None = None,
        rejected: list[str] | None = None,
        helped: list[str] | None = None,
        did: list[str] | None = None,
        before: list[str] | None = None,
        source: HelpSource | None = None,
        unsure: bool = False,
        mood: str | None = None,
        favourites: list[str] | None = None,
    ) -> Json:
        """Suggest small activities that fit a mood, each with steps, reasons and evidence.

        Activities come from a curated catalogue with citations. They are no treatment: to
        somebody in serious distress, point out professional help instead. Where the answer has
        "help", give its sentences and contacts first; where it has "ask", ask that.

        Args:
            emotion: what an expression shows: angry, disgust, fear, happy, sad, surprise, neutral
                or contempt; null where "mood" is given
            lang: language of the activities, "en" or "tr"
            count: how many activities
            seed: the same number gives the same answer
            recent: ids suggested before, the oldest first; the last 20 do not come again
            rejected: ids turned down; these never come
            helped: ids found helpful; these come back sooner
            did: ids done before
            before: the emotions or moods before this one, the oldest first
            source: where these came from: faces (expressions), named by the person, or a journal;
                as the emotion or the mood says, unless given
            unsure: whether the reading is not sure
            mood: instead of an emotion, what a person says: happy, grateful, calm, neutral, bored,
                tired, restless, stressed, overwhelmed, fear, lonely, sad, angry or contempt
            favourites: ids that the person marked; these come a little sooner

        Returns:
            activities with title, steps, minutes, reasons and evidence
        """
        advice = advise(
            emotion,
            filters,
            mood=mood,
            before=before or (),
            source=source,
            lang=lang,
            count=count,
            seed=seed,
            recent=recent or (),
            rejected=rejected or (),
            helped=helped or (),
            did=did or (),
            favourites=favourites or (),
            sure=not unsure,
            catalogue=self._catalogue,
        )
        return _json(RecommendationsRecord.of(emotion, lang, advice, mood))

    @answered
    def models(self) -> Json:
        """List the bundled networks that read faces, with their measured accuracy and limits.

        A page that serves weights from a hub takes their address as "model", too.

        Returns:
            each model's name, size and card: label sets, metrics, data, licence and limits
        """
        return _json(ModelsRecord.of(self._analyzers.bundled, DEFAULT_MODEL))

    @answered
    def explain(
        self,
        image: Picture,
        model: str | None = None,
        classes: int = 7,
        crops: bool = False,
        target: str | None = None,
        method: str | None = None,
        lang: Language = "en",
        person: Json | None = None,
    ) -> Json:
        """Show why the expression of each face in one picture was read as it was.

        Where there are more than eight faces, only the eight largest are explained.

        The heat map shows where in the face the evidence for an emotion lies, "regions" how much
        of it lies on brows, eyes, nose, cheeks and mouth, "trust" whether the network's answer
        really depends on these places. It explains the network, not the person.

        Args:
            image: one picture: an upload, a data URL ("data:image/...") or base64
            model: which network reads, the one of this page unless given; the tool "models" lists
                the bundled ones
            classes: how many expressions to tell apart, 3 to 8; a model of other labels has its own
            crops: whether the picture already is one cropped face
            target: the emotion to explain, such as "sad"; what each face looks like, unless given
            method: how the heat map is made, such as gradcam or hirescam; the best, unless given
            lang: language of sentences, "en" or "tr"
            person: what `yuzug teach` or the page learned of one face: as for "analyze"; the map
                and the trust are then of the reading that it leads to

        Returns:
            a heat map for each of these faces, as a data URL, with the shares of a face's parts
        """
        analyzer = self._analyzers.get(model or self._analyzers.models[0], classes)
        analysis = analyzer.analyze(
            self._uploads.received(image),
            crops=crops,
            target=target,
            method=_fast(method),
            person=read_person(person, analyzer),
        )
        faces = []
        for face in analysis.faces[:MAX_EXPLAINED]:
            call_limits.check()
            trust = analyzer.explainer.trust(face)
            heat = data_url(heat_over_face(analysis.image, face))
            faces.append(FaceExplanation.of(face, trust=trust, heatmap=heat, lang=lang))
        return _json(ExplanationRecord.of(_name(image, 1), analysis, faces))


def _json(record: Record) -> Json:
    return record.model_dump(mode="json", by_alias=True)


def _name(picture: Picture, number: int) -> str:
    """What the answer calls a picture: the name of its file, else its number."""
    if isinstance(picture, str):
        return f"image-{number}"
    return picture.get("orig_name") or Path(picture.get("path", "")).name


def _fast(method: str | None) -> str | None:
    if method is not None and method_named(method).speed == "slow":
        raise OptionError(
            "option.invalid",
            must="the method must be one that answers at once",
            got=repr(method),
            do="choose another, or use the command line",
        )
    return method


def _few(images: Sequence[Picture]) -> Sequence[Picture]:
    if not 1 <= len(images) <= MAX_IMAGES:
        raise OptionError(
            "option.invalid",
            must=f"one call must contain 1 to {MAX_IMAGES} images",
            got=f"{len(images)}",
            do="send them in several calls" if images else "add one",
        )
    return images

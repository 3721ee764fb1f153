"""The steps of one analysis: find faces, read them, put the result together.

:class:`yuzug.pipeline.Analyzer` runs them for an image, :class:`yuzug.stream.StreamSession` for the
frames of a stream.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, Face
from yuzug.errors import OptionError
from yuzug.explain import Heatmap
from yuzug.explainer import Explainer
from yuzug.faces import (
    Detection,
    Detector,
    LocatedFace,
    align,
    assess,
    detect_turned,
    full_image,
    look_near,
)
from yuzug.faces.quality import MIN_SCORE
from yuzug.models import Batch, Classifier, Person, Prediction
from yuzug.models.confidence_threshold import not_sure_because

# Side of the colour crop that is shown and measured; the network reads a smaller one.
CROP_PX = 160


@dataclass(frozen=True)
class FacesRead:
    """Faces that were read: those of a taught person apart from the others.

    ``predictions`` are one a face, and so are ``plain``: those without what the person was
    taught, None for all faces that are read plainly anyhow. ``parts`` are batches with the places
    of their faces and who explains them.
    """

    predictions: tuple[Prediction, ...]
    plain: tuple[Prediction | None, ...]
    parts: tuple[tuple[Sequence[int], Explainer, Batch], ...]

    def maps(self, targets: Sequence[int], method: str | None = None) -> list[Heatmap]:
        """One heat map a face, each for its target class: :meth:`Explainer.maps`."""
        found: dict[int, Heatmap] = {}
        for places, explainer, batch in self.parts:
            maps = explainer.maps(batch, [targets[place] for place in places], method)
            found.update(zip(places, maps, strict=True))
        return [found[place] for place in range(len(self.predictions))]


class Stopwatch:
    """Milliseconds of the stages of one analysis."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """What passed since the last lap was this stage."""
        now = time.perf_counter()
        self.ms[stage] = round(1000 * (now - self._last), 2)
        self._last = now


@dataclass(frozen=True)
class Steps:
    """The steps, with what they run on: a classifier, its explainer, a detector or None."""

    classifier: Classifier
    explainer: Explainer
    detector: Detector | None

    def locate(
        self, photo: NDArray[np.uint8], *, thorough: bool, turned: bool = False
    ) -> tuple[LocatedFace, ...]:
        """The faces of an RGB uint8 photo (H, W, 3), the largest first, each with its crop.

        With ``turned``, a photo without a certain face is searched on its sides and upside down.

        Raises:
            OptionError: ``option.invalid`` where no detector was loaded.
        """
        if self.detector is None:
            raise OptionError(
                "option.invalid",
                must="photos are searched for faces by a detector, and this analyzer has none",
                got="a photo without crops=True",
                do="pass crops=True for a cropped face, or load the analyzer without crops_only",
            )
        found = self.detector.detect(photo, thorough=thorough)
        if turned and not any((face.score or 1.0) >= MIN_SCORE for face in found):
            found = detect_turned(self.detector, photo) or found
        return _cropped(photo, found)

    def locate_again(
        self, photo: NDArray[np.uint8], faces: Sequence[Detection]
    ) -> tuple[LocatedFace, ...] | None:
        """The same faces in the next frame of a stream, searched near where they were.

        None where the whole frame must be searched: :func:`yuzug.faces.look_near`.
        """
        found = look_near(self.detector, photo, faces) if self.detector else None
        return None if found is None else _cropped(photo, found)

    @staticmethod
    def full_crop(photo: NDArray[np.uint8]) -> LocatedFace:
        """A picture that already is one cropped face, RGB uint8 (H, W, 3)."""
        height, width = photo.shape[:2]
        alignment = full_image((height, width))
        detection = Detection((0.0, 0.0, float(width), float(height)), score=None)
        # Never blown up, so that a small crop reaches the network as it is.
        size_px = min(CROP_PX, max(height, width))
        return LocatedFace(detection, alignment, alignment.crop(photo, size_px))

    def classify(
        self,
        located: Sequence[LocatedFace],
        person: Person | None = None,
        whose: Sequence[int] = (0,),
    ) -> FacesRead:
        """One reading a face, in one batch; the faces at ``whose`` as this person was taught.

        Raises:
            PersonError: ``person.weights`` or ``person.invalid``.
        """
        adapted = self.classifier.adapted(person) if person else self.classifier
        crops = [place.crop for place in located]
        theirs = [place for place in whose if place < len(crops)] if person else []
        if not theirs:
            batch = self.classifier.classify(crops)
            part = (range(len(crops)), self.explainer, batch)
            return FacesRead(batch.predictions, (None,) * len(crops), (part,))
        if len(theirs) == len(crops):
            batch = adapted.classify(crops)
            part = (range(len(crops)), Explainer(adapted), batch)
            return FacesRead(batch.predictions, batch.plain, (part,))
        inputs, features = self.classifier.see(crops)
        others = [place for place in range(len(crops)) if place not in theirs]
        parts = []
        predictions: dict[int, Prediction] = {}
        plain: dict[int, Prediction] = {}
        for places, classifier in ((theirs, adapted), (others, self.classifier)):
            batch = classifier.read_features(inputs[places], features[places])
            parts.append((places, Explainer(classifier), batch))
            predictions.update(zip(places, batch.predictions, strict=True))
            plain.update(zip(places, batch.plain, strict=False))  # none of the others
        order = range(len(crops))
        return FacesRead(
            tuple(predictions[place] for place in order),
            tuple(plain.get(place) for place in order),
            tuple(parts),
        )

    def face(
        self,
        place: LocatedFace,
        reading: Prediction,
        shown: int,
        heatmap: Heatmap | None,
        track: int | None = None,
        person: Person | None = None,
        plain: Prediction | None = None,
    ) -> Face:
        """Everything about one face, with ``shown`` as the index of the label that is shown.

        ``person`` is who was taught, ``plain`` the reading without that; a face without the latter
        was read plainly, whoever was taught.
        """
        confidence = float(reading.probabilities[shown])
        threshold = self.classifier.head.sure_at
        quality = assess(place.crop, place.detection, place.alignment)
        return Face(
            box_xywh=place.detection.box_xywh,
            score=place.detection.score,
            landmarks=place.detection.landmarks,
            alignment=place.alignment,
            crop=place.crop,
            emotion=reading.labels[shown],
            confidence=confidence,
            probabilities=reading.by_label,
            doubts=(*not_sure_because(confidence, reading.outside, threshold), *quality.problems),
            explanation=heatmap,
            track=track,
            quality=quality,
            person=person if plain else None,
            plain=plain.by_label if plain else None,
        )

    def analysis(
        self,
        photo: NDArray[np.uint8],
        faces: tuple[Face, ...],
        dominant_index: int | None,
        clock: Stopwatch,
    ) -> Analysis:
        """The result of one picture with the names of what made it."""
        return Analysis(
            image=photo,
            faces=faces,
            dominant_index=dominant_index,
            model=self.classifier.checkpoint.card.name,
            classes=len(self.classifier.head.labels),
            detector=self.detector.name if self.detector else "none",
            ms=dict(clock.ms),
        )


def _cropped(photo: NDArray[np.uint8], found: Iterable[Detection]) -> tuple[LocatedFace, ...]:
    """The faces of a photo with their crops."""
    places = []
    for detection in found:
        alignment = align(detection)
        places.append(LocatedFace(detection, alignment, alignment.crop(photo, CROP_PX)))
    return tuple(places)

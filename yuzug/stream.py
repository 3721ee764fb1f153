"""Frames of one stream or film: tracking of faces and temporal smoothing of predictions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, Face, largest_sure
from yuzug.explain import Heatmap
from yuzug.faces import Detection, LocatedFace, Smoother, Tracker
from yuzug.faces.tracking import FORGET_S, colours_of
from yuzug.last_readings import LastReadings
from yuzug.models import Person, Prediction
from yuzug.pipeline import Analyzer
from yuzug.pipeline_steps import FacesRead, Stopwatch

# Looking for tilted heads triples the cost, so only every fifth empty frame does.
_THOROUGH_EVERY = 5
# To look near more faces than these takes as long as to search the whole frame.
_NEAR_FACES = 4


@dataclass(frozen=True, eq=False)
class TrackedFrame:
    """A frame whose faces were found but not read yet.

    Attributes:
        image: RGB uint8 (H, W, 3).
        at_s: when it was taken, in seconds after any start.
        located: its faces, the largest first.
        tracks: the number of the person, one a face.
        clock: what the search took; the rest is added when the frame is read.
    """

    image: NDArray[np.uint8]
    at_s: float
    located: tuple[LocatedFace, ...]
    tracks: tuple[int, ...]
    clock: Stopwatch


class StreamSession:
    """What is remembered between the frames of one visitor: no picture, no model and no person.

    Probabilities are smoothed over time unless ``smooth`` is false; heat maps never are, so
    everything in an :class:`Analysis` belongs to the very frame that it holds.

    :meth:`step` does one frame at once. :meth:`track` and :meth:`read` are its two halves and
    share no state: one thread may track frames while another reads those before them.

    Who is not seen for ``forget_s`` seconds comes back as another person.

    The whole frame is searched every ``search_every_s`` seconds, and whenever a face is lost or
    there are more than four; in between, the faces are looked for near where they were, which
    takes a fifth of the time. 0 searches every frame.

    With ``readings_a_frame``, no more faces than that are read in a frame: who is new, who the
    advice is for, and of the others those read longest ago. The rest keep their last reading at
    their new place, and have no heat map in this frame.
    """

    def __init__(
        self,
        *,
        smooth: bool = True,
        forget_s: float = FORGET_S,
        search_every_s: float = 0.0,
        readings_a_frame: int | None = None,
    ) -> None:
        self.picked: int | None = None
        self.smooth = smooth
        self._forget_s = forget_s
        self._tracker = Tracker(forget_s)
        self._inside = Smoother(forget_s=forget_s)
        self._outside = Smoother(forget_s=forget_s)
        self._plain = Smoother(forget_s=forget_s)
        self._last = LastReadings(readings_a_frame)
        self._empty_frames = 0
        self._search_every_s = search_every_s
        self._searched_s = -math.inf
        self._seen: tuple[Detection, ...] = ()
        self._seen_in: tuple[int, ...] = ()

    def without_readings(self, *, smooth: bool = True) -> StreamSession:
        """The same people, without their readings so far: by another model, or in a still frame.

        The two share their tracker, so they must be stepped one after another.
        """
        fresh = StreamSession(
            smooth=smooth,
            forget_s=self._forget_s,
            search_every_s=self._search_every_s,
            readings_a_frame=self._last.most,
        )
        fresh.picked, fresh._tracker = self.picked, self._tracker
        return fresh

    def pick(self, track: int | None) -> None:
        """Give the advice for this person from now on; None for the largest sure face."""
        self.picked = track
        self._last.shown = track

    def step(
        self,
        analyzer: Analyzer,
        frame: NDArray[np.uint8],
        at_s: float,
        *,
        heatmaps: bool = True,
        target: str | None = None,
        person: Person | None = None,
        person_track: int | None = None,
    ) -> Analysis:
        """Read one frame, RGB uint8 (H, W, 3), that was taken ``at_s`` seconds after any start.

        The heat maps explain the label ``target``, or the one that each face looks like. The face
        of the track ``person_track`` (the largest, unless given) is read as the ``person`` was
        taught; all others, and all while that track is not to be seen, keep the plain reading.

        Raises:
            ModelError: ``model.target`` where the model has no such label.
            PersonError: ``person.weights`` where the person was taught with other weights.
        """
        tracked = self.track(analyzer, frame, at_s)
        return self.read(
            analyzer,
            [tracked],
            heatmaps=heatmaps,
            target=target,
            person=person,
            person_track=person_track,
        )[0]

    def track(self, analyzer: Analyzer, frame: NDArray[np.uint8], at_s: float) -> TrackedFrame:
        """Find the faces of a frame and who they are; frames must come in order."""
        clock = Stopwatch()
        located = self._locate(analyzer, frame, at_s)
        self._seen = tuple(place.detection for place in located)
        self._seen_in = frame.shape
        tracks = self._tracker.update(
            self._seen,
            at_s,
            width_px=frame.shape[1],
            colours=[colours_of(place.crop) for place in located],
        )
        clock.lap("detect")
        return TrackedFrame(frame, at_s, located, tracks, clock)

    def _locate(
        self, analyzer: Analyzer, frame: NDArray[np.uint8], at_s: float
    ) -> tuple[LocatedFace, ...]:
        """The faces of a frame: near where they were, or in all of it."""
        known = 0 < len(self._seen) <= _NEAR_FACES and frame.shape == self._seen_in
        if known and at_s - self._searched_s < self._search_every_s:
            near = analyzer.steps.locate_again(frame, self._seen)
            if near is not None:
                return near
        self._searched_s = at_s
        self._empty_frames += 1
        located = analyzer.steps.locate(frame, thorough=self._empty_frames % _THOROUGH_EVERY == 0)
        if located:
            self._empty_frames = 0
        return located

    def read(
        self,
        analyzer: Analyzer,
        frames: Sequence[TrackedFrame],
        *,
        heatmaps: bool = True,
        target: str | None = None,
        person: Person | None = None,
        person_track: int | None = None,
    ) -> list[Analysis]:
        """Read the faces of these frames in one batch; frames must come in order.

        Raises:
            ModelError: ``model.target`` where the model has no such label.
            PersonError: ``person.weights`` where the person was taught with other weights.
        """
        clock = Stopwatch()
        # What is refused is refused before turns are taken.
        asked = None if target is None else analyzer.explainer.column(target)
        if person is not None:
            person.require(analyzer.classifier.checkpoint)
        due = [self._last.due(frame.tracks, frame.at_s) for frame in frames]
        faces_due = [
            (frame, place) for frame, those in zip(frames, due, strict=True) for place in those
        ]
        located = [frame.located[place] for frame, place in faces_due]
        tracks = [(frame.tracks[place], frame.at_s) for frame, place in faces_due]
        read = analyzer.steps.classify(located, person, _theirs(faces_due, person_track))
        smoothed = [
            self._smooth(track, reading, at_s)
            for (track, at_s), reading in zip(tracks, read.predictions, strict=True)
        ]
        clock.lap("classify")
        shown = [index for _, index in smoothed]
        targets = shown if asked is None else [asked] * len(shown)
        found = read.maps(targets) if heatmaps else []
        maps: Iterator[Heatmap | None] = chain(found, repeat(None))
        faces = (
            analyzer.steps.face(place, reading, index, heatmap, track, person=person, plain=plain)
            for place, (track, _), (reading, index), heatmap, plain in zip(
                located, tracks, smoothed, maps, self._smooth_plain(tracks, read), strict=False
            )
        )
        read_now = [{place: next(faces) for place in those} for those in due]
        clock.lap("explain")
        return [
            self._analysis(analyzer, frame, those, clock, len(frames), person)
            for frame, those in zip(frames, read_now, strict=True)
        ]

    def _analysis(
        self,
        analyzer: Analyzer,
        frame: TrackedFrame,
        read: Mapping[int, Face],
        clock: Stopwatch,
        frames: int,
        person: Person | None,
    ) -> Analysis:
        # The share of each frame in what the whole batch took.
        frame.clock.ms.update({stage: round(ms / frames, 2) for stage, ms in clock.ms.items()})
        faces = self._last.completed(frame.located, frame.tracks, read, person)
        dominant = self._dominant(faces, read)
        if dominant is not None:
            self._last.shown = faces[dominant].track
        analysis = analyzer.steps.analysis(frame.image, faces, dominant, frame.clock)
        return replace(analysis, time_s=frame.at_s)

    def _smooth(self, track: int, reading: Prediction, at_s: float) -> tuple[Prediction, int]:
        """The reading over time, and the index of the label to show."""
        if not self.smooth:
            return reading, reading.top
        smoothed = self._inside.update(track, reading.labels, reading.probabilities, at_s)
        shares = [1 - reading.outside, reading.outside]
        outside = self._outside.update(track, reading.labels, shares, at_s).values[1]
        values = smoothed.values.astype(np.float32)
        return Prediction(reading.labels, values, float(outside)), smoothed.dominant

    def _smooth_plain(
        self, tracks: Sequence[tuple[int, float]], read: FacesRead
    ) -> Iterator[Prediction | None]:
        """What each face would be read as without what its person was taught, over time."""
        for (track, at_s), plain in zip(tracks, read.plain, strict=True):
            if plain is None or not self.smooth:
                yield plain
            else:
                values = self._plain.update(track, plain.labels, plain.probabilities, at_s).values
                yield Prediction(plain.labels, values.astype(np.float32), plain.outside)

    def _dominant(self, faces: tuple[Face, ...], read: Mapping[int, Face]) -> int | None:
        for index, face in enumerate(faces):
            if face.track == self.picked and self.picked is not None:
                return index
        # Only a face that was read in this frame has a map of it.
        return next((place for place, face in read.items() if face.sure), largest_sure(faces))


def _theirs(faces_due: Sequence[tuple[TrackedFrame, int]], track: int | None) -> list[int]:
    """The places of one track among the faces that are read; of the largest faces without one."""
    return [
        index
        for index, (frame, place) in enumerate(faces_due)
        if frame.tracks[place] in (frame.tracks[:1] if track is None else (track,))
    ]

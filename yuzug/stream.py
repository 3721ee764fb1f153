"""Live pictures of one visitor: who is who over time, and readings that do not flicker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, Clock, Face, Located, largest_sure
from yuzug.faces import Smoother, Tracker
from yuzug.models import Reading
from yuzug.pipeline import Analyzer

# Looking for tilted heads triples the cost, so only every fifth empty frame does.
_THOROUGH_EVERY = 5


class StreamSession:
    """What is remembered between the frames of one visitor: no picture and no model.

    Probabilities are smoothed over time; heat maps never are, so everything in an
    :class:`Analysis` belongs to the very frame that it holds.
    """

    def __init__(self) -> None:
        self.picked: int | None = None
        self._tracker = Tracker()
        self._inside = Smoother()
        self._outside = Smoother()
        self._empty_frames = 0

    def pick(self, track: int | None) -> None:
        """Give the advice for this person from now on; None for the largest sure face."""
        self.picked = track

    def step(
        self,
        analyzer: Analyzer,
        frame: NDArray[np.uint8],
        at_s: float,
        *,
        heatmaps: bool = True,
        target: str | None = None,
    ) -> Analysis:
        """Read one frame, RGB uint8 (H, W, 3), that was taken ``at_s`` seconds after any start.

        The heat maps explain the label ``target``, or the one that each face looks like.

        Raises:
            ModelError: ``model.target`` where the model has no such label.
        """
        clock = Clock()
        located = self._locate(analyzer, frame)
        tracks = self._tracker.update([place.detection for place in located], at_s)
        clock.lap("detect")
        batch = analyzer.classify(located)
        smoothed = [
            self._smooth(track, reading, at_s)
            for track, reading in zip(tracks, batch.readings, strict=True)
        ]
        clock.lap("classify")
        shown = [index for _, index in smoothed]
        targets = shown if target is None else [analyzer.explainer.column(target)] * len(shown)
        maps = analyzer.explain(batch, targets) if heatmaps else [None] * len(located)
        faces = tuple(
            analyzer.face(place, reading, index, heatmap, track)
            for place, (reading, index), heatmap, track in zip(
                located, smoothed, maps, tracks, strict=True
            )
        )
        clock.lap("explain")
        return analyzer.analysis(frame, faces, self._dominant(faces), clock)

    def _locate(self, analyzer: Analyzer, frame: NDArray[np.uint8]) -> tuple[Located, ...]:
        self._empty_frames += 1
        located = analyzer.locate(frame, thorough=self._empty_frames % _THOROUGH_EVERY == 0)
        if located:
            self._empty_frames = 0
        return located

    def _smooth(self, track: int, reading: Reading, at_s: float) -> tuple[Reading, int]:
        """The reading over time, and the index of the label to show."""
        smoothed = self._inside.update(track, reading.labels, reading.probabilities, at_s)
        shares = [1 - reading.outside, reading.outside]
        outside = self._outside.update(track, reading.labels, shares, at_s).values[1]
        values = smoothed.values.astype(np.float32)
        return Reading(reading.labels, values, float(outside)), smoothed.dominant

    def _dominant(self, faces: tuple[Face, ...]) -> int | None:
        for index, face in enumerate(faces):
            if face.track == self.picked and self.picked is not None:
                return index
        return largest_sure(faces)

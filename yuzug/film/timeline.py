"""What is kept of a film for its summary and its picture: numbers for each person, few pictures."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, Face

# A run of one expression shorter than this is no episode: the smoothing alone takes 0.3 s.
MIN_EPISODE_S = 0.5
THUMBNAIL_PX = 72
# Kept for a person at most; beyond it every second one goes.
MAX_THUMBNAILS = 64


@dataclass(frozen=True)
class Episode:
    """An interval in which the prediction for one person is the same label, and sure.

    Attributes:
        confidence: mean over its frames, in [0, 1].
    """

    emotion: str
    start_s: float
    end_s: float
    confidence: float


@dataclass
class Track:
    """The readings of one track, a number for each frame in which it was seen.

    Attributes:
        rows: position of each frame among the frames that were read.
        emotions: index of the label that was shown, in the order of the model's labels.
        probabilities: one after another, as many for each frame as there are labels.
        thumbnails: (time in seconds, RGB uint8 (72, 72, 3)), spread over the time seen.
    """

    track: int
    rows: array[int] = field(default_factory=lambda: array("q"))
    emotions: array[int] = field(default_factory=lambda: array("b"))
    sure: array[int] = field(default_factory=lambda: array("b"))
    probabilities: array[float] = field(default_factory=lambda: array("f"))
    thumbnails: list[tuple[float, NDArray[np.uint8]]] = field(default_factory=list)
    _every: int = 1

    def add(self, row: int, time_s: float, face: Face, labels: tuple[str, ...]) -> None:
        """Note one frame."""
        if len(self.rows) % self._every == 0:
            size = (THUMBNAIL_PX, THUMBNAIL_PX)
            small = cv2.resize(face.crop, size, interpolation=cv2.INTER_AREA)
            self.thumbnails.append((time_s, np.asarray(small, dtype=np.uint8)))
            if len(self.thumbnails) > MAX_THUMBNAILS:
                self.thumbnails = self.thumbnails[::2]
                self._every *= 2
        self.rows.append(row)
        self.emotions.append(labels.index(face.emotion))
        self.sure.append(face.sure)
        self.probabilities.extend(face.probabilities[label] for label in labels)

    @property
    def changes(self) -> int:
        """How often the shown label became another one."""
        return int(np.count_nonzero(np.diff(np.array(self.emotions))))


class Timeline:
    """All that was read in a film, without its pictures: 50 bytes for each face and frame.

    Args:
        labels: of the model, in its order.
        duration_s: length of the film, where it is known.
    """

    def __init__(self, labels: tuple[str, ...], duration_s: float | None = None) -> None:
        self.labels = labels
        self.duration_s = duration_s
        self.times_s: array[float] = array("d")
        self._persons: dict[int, Track] = {}

    def add(self, analysis: Analysis) -> None:
        """Note the next frame."""
        if analysis.time_s is None:
            raise ValueError("a timeline takes frames of a film, which have a time")
        for face in analysis.faces:
            if face.track is None:
                raise ValueError("a timeline takes faces that were tracked")
            person = self._persons.setdefault(face.track, Track(face.track))
            person.add(len(self.times_s), analysis.time_s, face, self.labels)
        self.times_s.append(analysis.time_s)

    @property
    def held_s(self) -> NDArray[np.float64]:
        """How long each frame stands for: until the next one.

        The last one stands for as long as is usual, and no longer than the film is.
        """
        steps = np.diff(np.array(self.times_s))
        last_s = float(np.median(steps)) if len(steps) else 0.0
        if self.duration_s is not None and self.times_s:
            last_s = min(last_s, max(self.duration_s - self.times_s[-1], 0.0))
        return np.append(steps, last_s)[: len(self.times_s)]

    @property
    def persons(self) -> list[Track]:
        """The persons, the one seen longest first."""
        held = self.held_s
        return sorted(
            self._persons.values(), key=lambda one: (-held[np.array(one.rows)].sum(), one.track)
        )

    def episodes(self, person: Track) -> list[Episode]:
        """The episodes of a person in order: see :data:`MIN_EPISODE_S`.

        One ends where the expression changes, where a reading is not sure, and where the person
        is not seen.
        """
        held, times = self.held_s, np.array(self.times_s)
        rows, emotions = np.array(person.rows), np.array(person.emotions)
        sure = np.array(person.sure, dtype=bool)
        new = (np.diff(rows) > 1) | (np.diff(emotions) != 0) | (np.diff(sure.astype(int)) != 0)
        shares = self.probabilities(person)
        found = []
        for run in np.split(np.arange(len(rows)), np.flatnonzero(new) + 1):
            first, last = rows[run[0]], rows[run[-1]]
            start_s, end_s = float(times[first]), float(times[last] + held[last])
            if sure[run[0]] and end_s - start_s >= MIN_EPISODE_S - 1e-9:
                emotion = int(emotions[run[0]])
                confidence = float(shares[run, emotion].mean())
                found.append(Episode(self.labels[emotion], start_s, end_s, confidence))
        return found

    def probabilities(self, person: Track) -> NDArray[np.float32]:
        """The probabilities of a person: float32 (frames seen, labels)."""
        flat = np.array(person.probabilities, dtype=np.float32)
        return flat.reshape(-1, len(self.labels))

"""Who is who from frame to frame: the same person keeps a number, for a second after leaving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from yuzug.faces.detection import Box, Detection

FORGET_S = 1.0
# Nobody left between two frames that are further apart than that: the machine or the line is slow.
SLOW_FRAMES_S = 3.0
# How far a face may have gone between two frames, in its own sizes, and how much grown or shrunk.
MAX_STEP = 0.8
MAX_GROWTH = 1.6
# A difference of colours (of 1) counts as much as so many face sizes of way: of two who cross, the
# one in front is as near to either. One face differs from itself by 0.03 from frame to frame, two
# people by 0.1 and more.
COLOUR_STEPS = 3.0
MAX_APART = 0.95  # both together: far away and of other colours is somebody else
COLOUR_PARTS = 4  # a side
NEW_COLOURS = 0.2  # of the newest frame in what is remembered

Colours = npt.NDArray[np.float32]


def colours_of(crop: npt.NDArray[np.uint8]) -> Colours:
    """The mean colours of sixteen parts of a face's crop, RGB uint8 (S, S, 3): (48,) in [0, 1].

    >>> colours_of(np.full((160, 160, 3), 51, np.uint8))[:2].tolist()
    [0.20000000298023224, 0.20000000298023224]
    """
    parts = cv2.resize(crop, (COLOUR_PARTS, COLOUR_PARTS), interpolation=cv2.INTER_AREA)
    return np.asarray(parts.ravel() / 255, np.float32)


@dataclass(frozen=True)
class _Face:
    box: Box  # in widths of the frame, whose size may change
    colours: Colours | None


@dataclass(frozen=True)
class _Track(_Face):
    id: int
    at_s: float


class Tracker:
    """Gives each face of a frame the number of the same person in the frames before.

    The nearest pairs are matched first, by the distance of the centres in face sizes, which also
    joins boxes that a fast movement has pulled apart, and by how alike their colours are where
    those are given. One tracker for one stream.

    >>> tracker = Tracker()
    >>> tracker.update([Detection((0, 0, 40, 40), None), Detection((100, 0, 30, 30), None)], 0.0)
    (0, 1)
    >>> tracker.update([Detection((98, 0, 30, 30), None)], 0.1)
    (1,)
    """

    def __init__(self, forget_s: float = FORGET_S) -> None:
        self._forget_s = forget_s
        self._tracks: list[_Track] = []
        self._next_id = 0
        self._last_s = -math.inf

    def update(
        self,
        detections: Sequence[Detection],
        at_s: float,
        *,
        width_px: float = 1.0,
        colours: Sequence[Colours] | None = None,
    ) -> tuple[int, ...]:
        """The number of each detection of the frame taken at ``at_s`` seconds, in their order.

        ``width_px`` is the width of the frame, to be given where it may change; ``colours`` are
        those of each face: :func:`colours_of`.
        """
        # Who was in the frame before this one is not forgotten because this one came late.
        slow = at_s - self._last_s <= SLOW_FRAMES_S
        known = [
            track
            for track in self._tracks
            if at_s - track.at_s <= self._forget_s or (slow and track.at_s == self._last_s)
        ]
        self._last_s = at_s
        faces = [
            _Face(detection.scaled(1 / width_px).box_xywh, colours[index] if colours else None)
            for index, detection in enumerate(detections)
        ]
        matched = _matched(known, faces)
        ids: list[int] = []
        for index in range(len(detections)):
            if index in matched:
                ids.append(known[matched[index]].id)
            else:
                ids.append(self._next_id)
                self._next_id += 1
        gone = [track for index, track in enumerate(known) if index not in matched.values()]
        seen = [
            _Track(
                face.box,
                _mixed(known[matched[index]] if index in matched else None, face),
                id,
                at_s,
            )
            for index, (id, face) in enumerate(zip(ids, faces, strict=True))
        ]
        self._tracks = seen + gone
        return tuple(ids)


def _mixed(before: _Face | None, now: _Face) -> Colours | None:
    """The colours to remember: a face that passes behind another must not take on theirs."""
    if before is None or before.colours is None or now.colours is None:
        return now.colours
    return np.asarray(before.colours + NEW_COLOURS * (now.colours - before.colours), np.float32)


def _matched(old: Sequence[_Face], new: Sequence[_Face]) -> dict[int, int]:
    """Index of a new face → index of the old one that it continues."""
    pairs = sorted(
        (apart, i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (step := _step(before.box, after.box)) <= MAX_STEP
        and (apart := step + COLOUR_STEPS * _apart(before, after)) <= MAX_APART
    )
    matched: dict[int, int] = {}
    for _, i, j in pairs:
        if j not in matched and i not in matched.values():
            matched[j] = i
    return matched


def _apart(before: _Face, after: _Face) -> float:
    """How far their colours are apart, in [0, 1]; 0 where they are not known."""
    if before.colours is None or after.colours is None:
        return 0.0
    return float(np.abs(before.colours - after.colours).mean())


def _step(before: Box, after: Box) -> float:
    """Distance of the centres in face sizes; infinite where one is far larger than the other."""
    sizes = math.sqrt(before[2] * before[3]), math.sqrt(after[2] * after[3])
    if max(sizes) > MAX_GROWTH * min(sizes):
        return math.inf
    dx = (after[0] + after[2] / 2) - (before[0] + before[2] / 2)
    dy = (after[1] + after[3] / 2) - (before[1] + before[3] / 2)
    return math.hypot(dx, dy) / (sum(sizes) / 2)

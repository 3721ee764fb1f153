"""Who is who from frame to frame: the same person keeps a number, for a second after leaving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from yuzug.faces.detection import Box, Detection

FORGET_S = 1.0
# How far a face may have gone between two frames, in its own sizes, and how much grown or shrunk.
MAX_STEP = 0.8
MAX_GROWTH = 1.6


@dataclass(frozen=True)
class _Track:
    id: int
    box_xywh: Box
    at_s: float


class Tracker:
    """Gives each face of a frame the number of the same person in the frames before.

    The nearest pairs are matched first, by the distance of the centres in face sizes, which also
    joins boxes that a fast movement has pulled apart. One tracker for one stream.

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

    def update(self, detections: Sequence[Detection], at_s: float) -> tuple[int, ...]:
        """The number of each detection of the frame taken at ``at_s`` seconds, in their order."""
        known = [track for track in self._tracks if at_s - track.at_s <= self._forget_s]
        matched = _matched([track.box_xywh for track in known], [d.box_xywh for d in detections])
        ids: list[int] = []
        for index in range(len(detections)):
            if index in matched:
                ids.append(known[matched[index]].id)
            else:
                ids.append(self._next_id)
                self._next_id += 1
        gone = [track for index, track in enumerate(known) if index not in matched.values()]
        seen = [
            _Track(id, detection.box_xywh, at_s)
            for id, detection in zip(ids, detections, strict=True)
        ]
        self._tracks = seen + gone
        return tuple(ids)


def _matched(old: Sequence[Box], new: Sequence[Box]) -> dict[int, int]:
    """Index of a new box → index of the old one that it continues."""
    pairs = sorted(
        (step, i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (step := _step(before, after)) <= MAX_STEP
    )
    matched: dict[int, int] = {}
    for _, i, j in pairs:
        if j not in matched and i not in matched.values():
            matched[j] = i
    return matched


def _step(before: Box, after: Box) -> float:
    """Distance of the centres in face sizes; infinite where one is far larger than the other."""
    sizes = math.sqrt(before[2] * before[3]), math.sqrt(after[2] * after[3])
    if max(sizes) > MAX_GROWTH * min(sizes):
        return math.inf
    dx = (after[0] + after[2] / 2) - (before[0] + before[2] / 2)
    dy = (after[1] + after[3] / 2) - (before[1] + before[3] / 2)
    return math.hypot(dx, dy) / (sum(sizes) / 2)

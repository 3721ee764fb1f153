"""Which faces of a frame are read where there are many, and what is kept of the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from yuzug.analysis import Face
from yuzug.faces import LocatedFace
from yuzug.models import Person

_NO_CROP = np.zeros((0, 0, 3), np.uint8)


class LastReadings:
    """Takes turns among the faces of a stream, and keeps their readings.

    Of a face it keeps no picture, no map and nothing of what its person was taught.

    Args:
        most: faces to read in a frame; None for all.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        #: Track of the face that was shown last: it is read in every frame.
        self.shown: int | None = None
        self._read_s: dict[int, float] = {}
        self._faces: dict[int, Face] = {}

    def due(self, tracks: Sequence[int], at_s: float) -> list[int]:
        """The places of the faces to read in the frame taken at ``at_s`` seconds, in order.

        Who is new and who is shown are read in any case, then who was read longest ago.

        >>> turns = LastReadings(most=2)
        >>> turns.due([7, 8, 9], 0.0)
        [0, 1, 2]
        >>> turns.shown = 8
        >>> [turns.due([7, 8, 9], at_s) for at_s in (0.1, 0.2, 0.3)]
        [[0, 1], [1, 2], [0, 1]]
        """
        self._read_s = {track: self._read_s.get(track, -math.inf) for track in tracks}
        # Stable: of those read equally long ago, the largest first.
        places = sorted(range(len(tracks)), key=lambda place: self._read_s[tracks[place]])
        needed = [
            place
            for place in places
            if tracks[place] == self.shown or self._read_s[tracks[place]] == -math.inf
        ]
        others = [place for place in places if place not in needed]
        room = len(tracks) if self.most is None else max(self.most - len(needed), 0)
        read = sorted(needed + others[:room])
        self._read_s.update({tracks[place]: at_s for place in read})
        return read

    def completed(
        self,
        located: Sequence[LocatedFace],
        tracks: Sequence[int],
        read: Mapping[int, Face],
        person: Person | None = None,
    ) -> tuple[Face, ...]:
        """All faces of a frame: those that were read, by place, and the others as read last.

        ``person`` is who was given with this frame: an adapted reading is explained by it.
        """
        faces = tuple(
            read[place] if place in read else _moved(self._faces[tracks[place]], where, person)
            for place, where in enumerate(located)
        )
        self._faces = {
            track: replace(face, crop=_NO_CROP, explanation=None, person=None)
            for track, face in zip(tracks, faces, strict=True)
        }
        return faces


def _moved(face: Face, where: LocatedFace, person: Person | None) -> Face:
    """A face as it was read, at the place where it is now."""
    return replace(
        face,
        box_xywh=where.detection.box_xywh,
        score=where.detection.score,
        landmarks=where.detection.landmarks,
        alignment=where.alignment,
        crop=where.crop,
        person=None if face.plain is None else person,
    )

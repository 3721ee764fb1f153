"""Photos with their heat maps painted over the faces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, Face
from yuzug.explain import Contrast, Heatmap, paint, paint_contrast


def painted(analysis: Analysis, contrasts: Sequence[Contrast | None] = ()) -> NDArray[np.uint8]:
    """The photo with the map of each face over it: RGB uint8 (H, W, 3).

    Where there are ``contrasts``, one a face or None for it, they are painted in place of the heat
    maps.
    """
    photo = np.array(analysis.image)
    heatmaps = [face.explanation for face in analysis.faces]
    maps: Sequence[Contrast | Heatmap | None] = contrasts or heatmaps
    for face, map_of_face in zip(analysis.faces, maps, strict=True):
        if map_of_face is not None:
            _paint_face(photo, face, map_of_face)
    return photo


def _paint_face(photo: NDArray[np.uint8], face: Face, shown: Heatmap | Contrast) -> None:
    xs, ys = zip(*face.alignment.corners, strict=True)
    left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    around = photo[top : math.ceil(max(ys)), left : math.ceil(max(xs))]
    if not around.size:
        return
    x, y = face.alignment.center_xy
    # Only the surroundings of a face are touched: a crowd in a large photo would take minutes.
    inside = replace(face.alignment, center_xy=(x - left, y - top))
    values = inside.paint(shown.values, (around.shape[0], around.shape[1]))
    paint_it = paint_contrast if isinstance(shown, Contrast) else paint
    around[:] = paint_it(around, values, shown.strength)

"""Photos with their heat maps painted over the faces, as files: what ``--cam DIR`` writes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yuzug.analysis import Analysis, Face
from yuzug.errors import YuzugError
from yuzug.explain import Contrast, Heatmap, paint, paint_contrast
from yuzug.images import png_bytes


def painted(analysis: Analysis, contrasts: Sequence[Contrast] = ()) -> NDArray[np.uint8]:
    """The photo with the map of each face over it: RGB uint8 (H, W, 3).

    Where there are ``contrasts``, one a face, they are painted in place of the heat maps.
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


@dataclass
class Overlays:
    """A folder that painted photos are written to as ``<name of the photo>_cam.png``."""

    folder: Path
    _taken: set[str] = field(default_factory=set)

    @classmethod
    def into(cls, folder: Path) -> Overlays:
        """The folder, made where it is not there yet.

        Raises:
            YuzugError: ``option.invalid`` where it cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise YuzugError(
                "option.invalid",
                must="the folder for the heat maps must be one that can be written to",
                got=f"{folder} ({error.strerror})",
                do="name another folder",
            ) from error
        return cls(folder)

    def write(
        self, image: str, analysis: Analysis, contrasts: Sequence[Contrast] = ()
    ) -> Path | None:
        """Write one painted photo, see :func:`painted`; None where it has no face to paint on.

        Photos of one name from different folders are numbered in the order of their coming.
        """
        if not analysis.faces:
            return None
        path = self.folder / self._free_name(Path(image).stem)
        path.write_bytes(png_bytes(painted(analysis, contrasts)))
        return path

    def _free_name(self, stem: str) -> str:
        number, name = 1, f"{stem}_cam.png"
        while name in self._taken:
            number += 1
            name = f"{stem}_cam-{number}.png"
        self._taken.add(name)
        return name

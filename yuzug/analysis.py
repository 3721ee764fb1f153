"""The result of one picture: an ``Analysis`` of ``Face`` values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import deprecated

from yuzug.emotions import Language
from yuzug.explain import Heatmap, RegionShares, region_shares
from yuzug.faces import Alignment, Quality
from yuzug.models import Person

if TYPE_CHECKING:
    from yuzug.recommender import Catalogue, Suggestion


@dataclass(frozen=True, eq=False, repr=False)
class Face:
    """One face and what was read in it.

    ``box_xywh`` and ``landmarks`` (x, y) are in pixels of the photo; ``score`` is the detector's,
    None where it gives none. ``probabilities`` maps label to share in the model's order and sums
    to 1. ``doubts`` says why a reading is not ``sure``: "unsure", "none_of_these" and what
    :class:`yuzug.faces.Quality` finds. ``crop`` is RGB uint8 (S, S, 3), upright; ``alignment``
    leads from the photo to it and back. ``track`` names the person within a stream. ``quality`` is
    how well the face can be seen.

    Where the face was read as its ``person`` was taught, ``probabilities`` and the explanation
    are the adapted ones, and ``plain`` are the probabilities without what was taught. A stream
    keeps no ``person``: where it shows an earlier reading, that is the one given with the frame.
    """

    box_xywh: tuple[float, float, float, float]
    score: float | None
    landmarks: tuple[tuple[float, float], ...] | None
    alignment: Alignment
    crop: NDArray[np.uint8]
    emotion: str
    confidence: float
    probabilities: dict[str, float]
    doubts: tuple[str, ...]
    explanation: Heatmap | None = None
    track: int | None = None
    quality: Quality | None = None
    person: Person | None = None
    plain: dict[str, float] | None = None

    def __repr__(self) -> str:
        x, y, w, h = (round(value) for value in self.box_xywh)
        doubts = f", doubts={self.doubts}" if self.doubts else ""
        return f"Face({self.emotion} {self.confidence:.2f}, box_xywh=({x}, {y}, {w}, {h}){doubts})"

    def to_dict(self) -> dict[str, Any]:
        """The face as it stands in the JSON of ``yuzug analyze``."""
        from yuzug.records import FaceRecord  # pydantic, which few who read a face need

        return FaceRecord.of(self).model_dump(mode="json")

    @property
    def sure(self) -> bool:
        """Whether the prediction is certain enough and no quality flag is set."""
        return not self.doubts

    @property
    def heatmap(self) -> NDArray[np.float32] | None:
        """Where the evidence for ``emotion`` lies: float32 (h, w) in [0, 1] over the crop."""
        return self.explanation.values if self.explanation else None

    @property
    def regions(self) -> RegionShares | None:
        """Shares of the heat map on the parts of the face."""
        return self.regions_of(self.explanation) if self.explanation else None

    def regions_of(self, heatmap: Heatmap | NDArray[np.float32]) -> RegionShares | None:
        """Shares of any heat map of this face, or of its values (h, w), on the parts of the face.

        The parts stand where its landmarks are; without landmarks, where those of an average
        face are.
        """
        values = heatmap.values if isinstance(heatmap, Heatmap) else heatmap
        if self.landmarks is None:
            return region_shares(values)
        points = np.column_stack([np.array(self.landmarks), np.ones(len(self.landmarks))])
        unit = points @ self.alignment.unit_from_photo.T
        return region_shares(values, [(float(x), float(y)) for x, y in unit])


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """Everything that was read in one picture.

    ``image`` is RGB uint8 (H, W, 3), upright; ``faces`` come largest first; ``ms`` holds the
    milliseconds of each stage. ``time_s`` is when a frame of a stream or a film was taken, in
    seconds after its beginning, and ``frame`` its number in the film; None for a photo.
    """

    image: NDArray[np.uint8]
    faces: tuple[Face, ...]
    dominant_index: int | None
    model: str
    classes: int
    detector: str
    ms: dict[str, float]
    time_s: float | None = None
    frame: int | None = None

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return f"Analysis({width}x{height}, {self.model}, faces={list(self.faces)})"

    def _repr_html_(self) -> str:
        """The picture, each face with its heat map, and the probabilities, for a notebook."""
        from yuzug.notebook import html

        return html(self)

    def to_dict(self, image: str = "", lang: Language = "en") -> dict[str, Any]:
        """The JSON object that ``yuzug analyze`` prints for the picture named ``image``.

        >>> from yuzug import Analyzer
        >>> blank = Analyzer.load("cnn").analyze(np.zeros((64, 48, 3), np.uint8)).to_dict("a.png")
        >>> blank["schema"], blank["image"], blank["width"], blank["faces"], blank["dominant"]
        (1, 'a.png', 48, [], None)
        """
        from yuzug.records import AnalysisRecord

        record = AnalysisRecord.of(image, self, lang=lang)
        return record.model_dump(mode="json", by_alias=True)

    @property
    def main_face(self) -> Face | None:
        """The face that advice is for: the picked one, else the largest sure one, else the
        largest; None where there is no face."""
        return None if self.dominant_index is None else self.faces[self.dominant_index]

    def suggestions(
        self, lang: Language = "en", catalogue: Catalogue | None = None
    ) -> list[Suggestion]:
        """Activities for the expression of the main face: see :func:`yuzug.recommend`.

        Where the prediction is not sure they are neutral and short; without a face there are none.
        """
        from yuzug.recommender import recommend  # reads the catalogue

        face = self.main_face
        if face is None:
            return []
        return recommend(face.probabilities, lang=lang, sure=face.sure, catalogue=catalogue)

    @property
    @deprecated("use Analysis.main_face", category=None)
    def dominant(self) -> Face | None:
        """Deprecated: use :attr:`main_face`; this name goes with 1.0.

        Type checkers say so. There is no warning at run time, since programs that make errors of
        warnings rely on this name.
        """
        return self.main_face


def largest_sure(faces: Sequence[Face]) -> int | None:
    """Index of the first sure face, else of the first one; None where there is none."""
    if not faces:
        return None
    return next((index for index, face in enumerate(faces) if face.sure), 0)

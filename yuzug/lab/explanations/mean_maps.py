"""The mean map of each class as a picture, with the parts of the face drawn in."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from yuzug.explain import OUTSIDE, paint, region_masks
from yuzug.images import png_bytes
from yuzug.lab.explanations.faithfulness import Measured

_SIDE_PX = 128
_PAPER, _LINE = 96, 235


def write(measured: Measured, folder: Path) -> None:
    """Write ``explanations.json`` and a ``mean_map_<class>.png`` for each class into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    report = measured.report.model_dump_json(by_alias=True, indent=1)
    (folder / "explanations.json").write_text(report + "\n", encoding="utf-8")
    for label, values in measured.mean_maps.items():
        (folder / f"mean_map_{label}.png").write_bytes(png_bytes(picture(values)))


def picture(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A map (S, S) in [0, 1] over the outlines of the parts of a face, and over no face: RGB."""
    paper = np.full((_SIDE_PX, _SIDE_PX, 3), _PAPER, np.uint8)
    painted = paint(paper, values)
    for name, mask in region_masks((_SIDE_PX, _SIDE_PX)).items():
        if name != OUTSIDE:
            edges, _ = cv2.findContours(
                mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
            )
            cv2.drawContours(painted, edges, -1, (_LINE, _LINE, _LINE), 1, cv2.LINE_AA)
    return painted

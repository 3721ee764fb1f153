"""Bounding boxes of faces, drawn over their photo as HTML and SVG.

They hold no words, so that a change of language redraws nothing here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yuzug.images import fit_within
from yuzug.ui.components.data_urls import data_url

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face

PHOTO_LONG_SIDE_PX = 1280


def boxes_over_photo(analysis: Analysis, chosen: int | None, long_side_px: int, name: str) -> str:
    """HTML of the photo with the bounding box of each face; ``name`` is the id of its label.

    The frames are vector graphics in photo pixels over the JPEG: crisp at any size, and picking
    another face moves a class and no pixel.
    """
    height, width = analysis.image.shape[:2]
    small, _ = fit_within(analysis.image, long_side_px)
    url = data_url(small)
    many = len(analysis.faces) > 1
    # The chosen face is drawn last, so that no other frame lies over its number.
    order = sorted(range(len(analysis.faces)), key=lambda index: index == chosen)
    frames = "".join(
        _box(index, analysis.faces[index], chosen == index, many, max(width, height))
        for index in order
    )
    return (
        f'<div class="yz-shot" role="img" aria-labelledby="{name}" '
        f'style="--w:{width};--h:{height}"><img src="{url}" alt="" />'
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{frames}</svg></div>'
    )


def _box(index: int, face: Face, chosen: bool, many: bool, long_side: int) -> str:
    x, y, w, h = face.box_xywh
    place = f'x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{0.16 * w:.1f}"'
    tag = ""
    if many:
        r = 0.024 * long_side
        tag = (
            f'<circle cx="{x + w:.1f}" cy="{y:.1f}" r="{r:.1f}" />'
            f'<text x="{x + w:.1f}" y="{y:.1f}" font-size="{1.25 * r:.1f}">{index + 1}</text>'
        )
    classes = "yz-frame" + (" chosen" if chosen else "") + ("" if face.sure else " unsure")
    return (
        f'<g class="{classes}" data-face="{index}"><rect class="halo" {place} />'
        f'<rect class="line" {place} />{tag}</g>'
    )

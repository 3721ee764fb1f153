"""What is drawn: the picture with its faces framed, and the heat map over a face.

Pictures leave as data URLs: Gradio would write every one of them to disk otherwise. They hold
no words, so that a change of language redraws nothing here.
"""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yuzug.explain import paint
from yuzug.faces import Alignment
from yuzug.images import fit_within, jpeg_bytes

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]

PHOTO_LONG_SIDE_PX = 1280
HEAT_PX = 288
# How much more than the crop the heat map shows, so that the face has its hair and chin.
HEAT_MARGIN = 1.3
EDGE = 0.16  # of the crop's side


def data_url(image: Picture, quality: int = 80, of: str = "") -> str:
    """An RGB picture (H, W, 3) as a JPEG data URL.

    ``of`` travels within it: by that the server knows what a picture that comes back is of.

    >>> is_of(data_url(np.zeros((1, 1, 3), np.uint8), of="3.1"), "3.1"), is_of("data:,", "3.1")
    (True, False)
    """
    name = f";of={of}" if of else ""
    encoded = base64.b64encode(jpeg_bytes(image, quality)).decode()
    return f"data:image/jpeg{name};base64,{encoded}"


def is_of(url: str, of: str) -> bool:
    """Whether :func:`data_url` made this URL for what is named ``of``."""
    return f";of={of};" in url.partition(",")[0]


def framed(analysis: Analysis, chosen: int | None, long_side_px: int, name: str) -> str:
    """The picture with a frame around each face, as HTML; ``name`` labels it (an element's id).

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
        _frame(index, analysis.faces[index], chosen == index, many, max(width, height))
        for index in order
    )
    return (
        f'<div class="yz-shot" role="img" aria-labelledby="{name}" '
        f'style="--w:{width};--h:{height}"><img src="{url}" alt="" />'
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{frames}</svg></div>'
    )


def _frame(index: int, face: Face, chosen: bool, many: bool, long_side: int) -> str:
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


def heat_over_face(image: Picture, face: Face) -> Picture:
    """A square around the face with its heat map painted over it: RGB (HEAT_PX, HEAT_PX, 3)."""
    assert face.explanation is not None
    square = around(face.alignment).crop(image, HEAT_PX)
    values = spread(face.explanation.values, face.alignment, HEAT_PX)
    return paint(square, values, face.explanation.strength)


def around(alignment: Alignment) -> Alignment:
    """The upright square around a face that is shown: a little more than its crop."""
    return Alignment(alignment.center_xy, HEAT_MARGIN * alignment.side_px)


def spread(values: Map, alignment: Alignment, size_px: int) -> Map:
    """A map over the crop, float32 (h, w), put on the square around it: (size_px, size_px)."""
    middle = (size_px / 2, size_px / 2)
    inside = Alignment(middle, size_px / HEAT_MARGIN, alignment.roll_deg)
    return inside.paint(values * _soft_edge(len(values)), (size_px, size_px))


@cache
def _soft_edge(size: int) -> Map:
    """1 inside, falling to 0 at the border of the crop, which would else show as a line."""
    ramp = np.clip(np.linspace(0, 1 / EDGE, size), 0, 1)
    ramp = np.minimum(ramp, ramp[::-1])
    ramp = ramp * ramp * (3 - 2 * ramp)
    return np.asarray(np.minimum.outer(ramp, ramp), np.float32)

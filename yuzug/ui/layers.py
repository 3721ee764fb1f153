"""A face and its heat map as two pictures, one over the other, so that the page can slide them.

As in ``pictures``, they hold no words, and leave as data URLs.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from yuzug.explain import Contrast, Heatmap, layer, layer_contrast, paint, paint_contrast
from yuzug.faces import Alignment, whole
from yuzug.images import png_bytes
from yuzug.ui.pictures import Map, Picture, around, data_url, spread
from yuzug.ui.readings import PictureReading

if TYPE_CHECKING:
    from yuzug.analysis import Analysis

VIEW_PX = 400
LAYER_PX = 200  # a map is smooth, so that the browser may enlarge it
PAIR_PX = 288
# A crowd's heat maps would make the page heavy; the largest faces have one.
MAX_FACES = 16
# The page sends a crop back to be explained anew; a better JPEG changes what is read in nothing.
_CROP_QUALITY = 95


def views(analysis: Analysis, chosen: int | None, name: str) -> str:
    """Every face with its heat map over it, as HTML; only the chosen one is seen.

    ``name`` labels it (an element's id). Each face brings the crop that was read, which the page
    sends back when it is asked more: the server keeps none.
    """
    shown, (height, width) = [], analysis.image.shape[:2]
    for index, face in enumerate(analysis.faces[:MAX_FACES]):
        if face.explanation is None:
            continue
        square = around(face.alignment).crop(analysis.image, VIEW_PX)
        pictures = (
            f'<img class="photo" src="{data_url(square, quality=85)}" alt="" />'
            f"{_veil(_layer_of(face.explanation, face.alignment))}"
            f'<img class="crop" src="{data_url(face.crop, _CROP_QUALITY)}" alt="" hidden />'
        )
        shown.append(_figure(pictures, index, index == chosen, face.alignment, (height, width)))
    if not shown:
        return ""
    return (
        f'<div class="yz-view" role="img" aria-labelledby="{name}" '
        f'style="--w:{width};--h:{height}">{"".join(shown)}</div>'
    )


def asked(explanation: Heatmap | Contrast, reading: PictureReading) -> str:
    """Another map to lie over the chosen face of :func:`views`, as HTML."""
    face, index = reading.face, reading.chosen
    if face is None or index is None:
        return ""
    veil = _veil(_layer_of(explanation, face.alignment))
    height, width = reading.size_hw
    return (
        f'<div class="yz-view" style="--w:{width};--h:{height}">'
        f"{_figure(veil, index, True, face.alignment, reading.size_hw)}</div>"
    )


def painted(crop: Picture, explanation: Heatmap | Contrast) -> Picture:
    """A crop with its map painted over it, RGB (PAIR_PX, PAIR_PX, 3)."""
    large = whole((crop.shape[0], crop.shape[1])).crop(crop, PAIR_PX)
    return _painted(large, explanation.values, explanation)


def over(square: Picture, explanation: Heatmap | Contrast, alignment: Alignment) -> Picture:
    """The square around a face, RGB (S, S, 3), with the map painted over it."""
    return _painted(square, spread(explanation.values, alignment, len(square)), explanation)


def _painted(image: Picture, values: Map, explanation: Heatmap | Contrast) -> Picture:
    paint_it = paint_contrast if isinstance(explanation, Contrast) else paint
    return paint_it(image, values, explanation.strength)


def _layer_of(explanation: Heatmap | Contrast, alignment: Alignment) -> Picture:
    values: Map = spread(explanation.values, alignment, LAYER_PX)
    if isinstance(explanation, Contrast):
        return layer_contrast(values, explanation.strength)
    return layer(values, explanation.strength)


def _figure(
    pictures: str, index: int, chosen: bool, alignment: Alignment, size_hw: tuple[int, int]
) -> str:
    # The square's place in the photo, in hundredths of its width and height.
    square = around(alignment)
    height, width = size_hw
    left = 100 * (square.center_xy[0] - square.side_px / 2) / width
    top = 100 * (square.center_xy[1] - square.side_px / 2) / height
    place = f"--x:{left:.2f}%;--y:{top:.2f}%;--s:{100 * square.side_px / width:.2f}%"
    return (
        f'<figure class="yz-face{" chosen" if chosen else ""}" data-face="{index}" '
        f'style="{place}">{pictures}</figure>'
    )


def _veil(layer: Picture) -> str:
    return f'<span class="veil"><img class="map" src="{_png_url(layer)}" alt="" /></span>'


def _png_url(rgba: Picture) -> str:
    return "data:image/png;base64," + base64.b64encode(png_bytes(rgba)).decode()

"""A face with its heat map: as two layers that the page can slide, or painted into one image.

They hold no words, so that a change of language redraws nothing here, and leave as data URLs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from yuzug.explain import Contrast, Heatmap, layer, layer_contrast, paint, paint_contrast
from yuzug.faces import Alignment, full_image
from yuzug.images import png_bytes
from yuzug.ui.components.data_urls import Picture, data_url, png_url
from yuzug.ui.components.readings import PictureReading

if TYPE_CHECKING:
    from yuzug.analysis import Analysis, Face

Map = NDArray[np.float32]

VIEW_PX = 400
HEAT_PX = 288
# How much more than the crop the heat map shows, so that the face has its hair and chin.
HEAT_MARGIN = 1.3
EDGE = 0.16  # of the crop's side
LAYER_PX = 200  # a map is smooth, so that the browser may enlarge it
PAIR_PX = 288
OPACITY = 0.75  # of the strongest place, until the visitor says otherwise
# A crowd's heat maps would make the page heavy; the largest faces have one, and the chosen one.
MAX_FACES = 16
# The page sends a crop back to be explained again; at a higher quality the prediction is the same.
_CROP_QUALITY = 95


def views(analysis: Analysis, chosen: int | None, name: str, number: int = 0) -> str:
    """Every face with its heat map over it, as HTML; only the chosen one is seen.

    ``name`` labels it (an element's id). Each face brings the crop that was read, which the page
    sends back when it is asked more: the server keeps none. ``number`` is that of the photo, by
    which the crop is known again (:func:`crop_of`).
    """
    shown, (height, width) = [], analysis.image.shape[:2]
    for index, face in enumerate(analysis.faces):
        if face.explanation is None or not is_drawn(index, chosen):
            continue
        crop = data_url(face.crop, _CROP_QUALITY, crop_of(number, index))
        square = around(face.alignment).crop(analysis.image, VIEW_PX)
        pictures = (
            f'<img class="photo" src="{data_url(square, quality=85)}" alt="" />'
            f"{_veil(_layer_of(face.explanation, face.alignment))}"
            f'<img class="crop" src="{crop}" alt="" hidden />'
        )
        shown.append(_figure(pictures, index, index == chosen, face.alignment, (height, width)))
    if not shown:
        return ""
    return (
        f'<div class="yz-view" role="img" aria-labelledby="{name}" '
        f'style="--w:{width};--h:{height}">{"".join(shown)}</div>'
    )


def is_drawn(index: int, chosen: int | None) -> bool:
    """Whether :func:`views` has the map of this face, where it was explained."""
    return index < MAX_FACES or index == chosen


def crop_of(number: int, index: int | None) -> str:
    """What a crop is of: the face with this index in the photo with this number."""
    return f"{number}.{index}"


def asked(explanation: Heatmap | Contrast, alignment: Alignment, reading: PictureReading) -> str:
    """Another map to lie over the chosen face of :func:`views`, as HTML."""
    veil = _veil(_layer_of(explanation, alignment))
    height, width = reading.size_hw
    return (
        f'<div class="yz-view" style="--w:{width};--h:{height}">'
        f"{_figure(veil, reading.chosen, True, alignment, reading.size_hw)}</div>"
    )


def painted(crop: Picture, explanation: Heatmap | Contrast) -> Picture:
    """A crop with its map painted over it, RGB (PAIR_PX, PAIR_PX, 3)."""
    large = full_image((crop.shape[0], crop.shape[1])).crop(crop, PAIR_PX)
    paint_it = paint_contrast if isinstance(explanation, Contrast) else paint
    return paint_it(large, explanation.values, explanation.strength)


def over(
    square: Picture, explanation: Heatmap | Contrast, alignment: Alignment, trusted: bool
) -> Picture:
    """The square around a face with the map over it, RGB (VIEW_PX, VIEW_PX, 3), as the page shows
    it: grey where it is not trusted."""
    ground = full_image((square.shape[0], square.shape[1])).crop(square, VIEW_PX)
    values = spread(explanation.values, alignment, VIEW_PX)
    rgba = _layer(explanation, values)
    colours = rgba[..., :3] if trusted else rgba[..., :3].mean(axis=2, keepdims=True)
    opacity = OPACITY * rgba[..., 3:] / 255
    return np.asarray(ground * (1 - opacity) + colours * opacity + 0.5, np.uint8)


def heat_over_face(image: Picture, face: Face) -> Picture:
    """A square around the face with its heat map painted over it: RGB (HEAT_PX, HEAT_PX, 3)."""
    if face.explanation is None:
        raise ValueError("heat_over_face needs a face that was explained")
    square = around(face.alignment).crop(image, HEAT_PX)
    values = spread(face.explanation.values, face.alignment, HEAT_PX)
    return paint(square, values, face.explanation.strength)


def on_frame(face: Face | None, size_px: int) -> dict[str, Any] | None:
    """The map of a face as values for a script: a PNG over a square of the frame, in its pixels.

    None where there is no face, or none that was explained.
    """
    if face is None or face.explanation is None:
        return None
    square = around(face.alignment)
    values = spread(face.explanation.values, face.alignment, size_px)
    return {
        "png": png_url(png_bytes(_layer(face.explanation, values))),
        "center": [round(float(value), 1) for value in square.center_xy],
        "side": round(float(square.side_px), 1),
    }


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


def _layer_of(explanation: Heatmap | Contrast, alignment: Alignment) -> Picture:
    return _layer(explanation, spread(explanation.values, alignment, LAYER_PX))


def _layer(explanation: Heatmap | Contrast, values: Map) -> Picture:
    draw = layer_contrast if isinstance(explanation, Contrast) else layer
    return draw(values, explanation.strength)


def _figure(
    pictures: str, index: int | None, chosen: bool, alignment: Alignment, size_hw: tuple[int, int]
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
    return f'<span class="veil"><img class="map" src="{png_url(png_bytes(layer))}" alt="" /></span>'

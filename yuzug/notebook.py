"""An analysis as HTML for a notebook: the picture with its faces, maps and probabilities."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from yuzug.explain import paint
from yuzug.images import fit_within, jpeg_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from yuzug.analysis import Analysis, Face

_PICTURE_PX = 480
_CROP_PX = 160


def html(analysis: Analysis) -> str:
    """The picture with a box around each face, then each face, its heat map and probabilities."""
    small, scale = fit_within(analysis.image, _PICTURE_PX)
    height, width = small.shape[:2]
    boxes = "".join(_box(face, number, scale) for number, face in enumerate(analysis.faces, 1))
    faces = "".join(_face(face, number) for number, face in enumerate(analysis.faces, 1))
    return (
        f'<div style="position:relative;width:{width}px">{_image(small, "the picture")}'
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'style="position:absolute;left:0;top:0">{boxes}</svg></div>'
        f"<p>{escape(repr(analysis))}</p>{faces}"
    )


def _box(face: Face, number: int, scale: float) -> str:
    x, y, w, h = (round(value * scale, 1) for value in face.box_xywh)
    return (
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="none" stroke="#ff8c00" '
        f'stroke-width="2"/><text x="{x + 3}" y="{y + 15}" fill="#ff8c00">{number}</text>'
    )


def _face(face: Face, number: int) -> str:
    pictures = _image(face.crop, f"face {number}", _CROP_PX)
    if face.explanation:
        map_ = face.explanation
        painted = paint(face.crop, map_.values, map_.strength)
        pictures += _image(painted, f"{map_.method} for {map_.target}", _CROP_PX)
    rows = "".join(
        f"<tr><td>{escape(label)}</td><td><progress max='1' value='{share:.4f}'></progress></td>"
        f"<td>{share:.1%}</td></tr>"
        for label, share in sorted(face.probabilities.items(), key=lambda pair: -pair[1])
    )
    doubts = f"<p>not sure: {escape(', '.join(face.doubts))}</p>" if face.doubts else ""
    return (
        f'<div style="display:flex;gap:8px;align-items:flex-start"><b>{number}</b>{pictures}'
        f"<div><table>{rows}</table>{doubts}</div></div>"
    )


def _image(image: NDArray[np.uint8], alt: str, side_px: int | None = None) -> str:
    data = b64encode(jpeg_bytes(image)).decode("ascii")
    size = f' width="{side_px}" height="{side_px}"' if side_px else ""
    return f'<img alt="{escape(alt)}"{size} src="data:image/jpeg;base64,{data}">'

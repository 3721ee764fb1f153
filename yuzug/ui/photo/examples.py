"""The pictures to try: one portrait in the public domain, changed, and a drawn face.

All are made here of the portrait that comes with the page, so that nothing else need be shipped.
Some show what a model does badly: dim light, a covered mouth, a face out of focus.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from yuzug._resources import PORTRAIT
from yuzug.images import Rgb, fit_within, jpeg_bytes, load_image

THUMBNAIL_PX = 96
# From the bridge of the nose down to the chin, in pixels of the portrait.
_MASK_XY = ((188, 124), (222, 116), (256, 124), (252, 158), (236, 180), (208, 180), (192, 158))
_INK = (70, 25, 30)


@cache
def _portrait() -> Rgb:
    return load_image(PORTRAIT)


def _as_it_is() -> Rgb:
    return _portrait()


def _group() -> Rgb:
    """Three faces of different sizes beside one another, one of them mirrored."""
    portrait = _portrait()[:, 40:400]
    columns = [portrait]
    for side, mirrored in ((270, True), (180, False)):
        small = cv2.resize(portrait, (side, 512 * side // 360), interpolation=cv2.INTER_AREA)
        column = np.full((512, side, 3), (214, 205, 192), np.uint8)
        column[512 - small.shape[0] :] = small[:, ::-1] if mirrored else small
        columns.append(column)
    return np.asarray(np.concatenate(columns, axis=1), np.uint8)


def _dim() -> Rgb:
    return np.asarray(_portrait() * 0.18, np.uint8)


def _one_side() -> Rgb:
    """Light from one side only."""
    across = np.arange(512, dtype=np.float32)
    light = 0.06 + 1.0 / (1.0 + np.exp((across - 222) / 8))
    return np.clip(_portrait() * light[None, :, None], 0, 255).astype(np.uint8)


def _sideways() -> Rgb:
    return np.ascontiguousarray(np.rot90(_portrait()))


def _blurred() -> Rgb:
    small = cv2.resize(_portrait(), (512 // 7, 512 // 7), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (512, 512), interpolation=cv2.INTER_CUBIC), np.uint8)


def _covered() -> Rgb:
    """A plain mask over nose and mouth."""
    picture: Rgb = _portrait().copy()
    cv2.fillPoly(picture, [np.array(_MASK_XY, np.int32)], (196, 214, 220), cv2.LINE_AA)
    return picture


def _cartoon() -> Rgb:
    """A face of plain shapes on plain ground."""
    page = np.full((512, 512, 3), (244, 238, 226), np.uint8)
    cv2.circle(page, (256, 256), 170, (250, 205, 90), -1, cv2.LINE_AA)
    cv2.circle(page, (256, 256), 170, _INK, 6, cv2.LINE_AA)
    for x in (196, 316):
        cv2.ellipse(page, (x, 215), (16, 26), 0, 0, 360, _INK, -1, cv2.LINE_AA)
    cv2.ellipse(page, (256, 280), (90, 75), 0, 15, 165, _INK, 10, cv2.LINE_AA)
    return page


_MADE: dict[str, Callable[[], Rgb]] = {
    "portrait": _as_it_is,
    "group": _group,
    "covered": _covered,
    "dim": _dim,
    "one_side": _one_side,
    "sideways": _sideways,
    "blurred": _blurred,
    "cartoon": _cartoon,
}
NAMES = tuple(_MADE)
# Left, top and side of what a small copy shows; of the others the portrait's upper part.
_CUTS = {"group": (150, 0, 512), "sideways": (0, 152, 360), "cartoon": (66, 66, 380)}


def example(name: str) -> Rgb | None:
    """The picture of this name, RGB uint8 (H, W, 3); None where there is none."""
    made = _MADE.get(name)
    return made() if made is not None else None


@cache
def thumbnail(name: str) -> bytes | None:
    """A small copy as JPEG, cut to a square; None where there is no such picture."""
    picture = example(name)
    if picture is None:
        return None
    left, top, side = _CUTS.get(name, (60, 0, 360))
    small, _ = fit_within(picture[top : top + side, left : left + side], THUMBNAIL_PX)
    return jpeg_bytes(small, quality=80)

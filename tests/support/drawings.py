"""Drawings of faces, of a few strokes or with shading, and a photograph that has grown old."""

from __future__ import annotations

import cv2
import numpy as np

from yuzug._resources import PORTRAIT
from yuzug.images import Rgb, load_image

# Of each expression: how the mouth bends, how far it is open, how the brows tilt and lie.
EXPRESSIONS = {
    "happy": (26, 0, 0, 0),
    "sad": (-22, 0, -9, 0),
    "angry": (-8, 0, 12, 8),
    "surprise": (0, 26, 0, -12),
    "neutral": (0, 0, 0, 0),
}
_SIDE = 360
# One of so many drawings is shaded.
SHADED_EVERY = 3


def drawing(expression: str, seed: int) -> Rgb:
    """A drawn face of this expression, 360 pixels a side; every third one is shaded.

    Colours, proportions and the width of the strokes are drawn by the seed.
    """
    random = np.random.default_rng(seed)
    bend, gap, tilt, lift = EXPRESSIONS[expression]
    paper, skin, ink = (_colour(random, *span) for span in ((215, 255), (150, 245), (15, 80)))
    page = np.full((_SIDE, _SIDE, 3), paper, np.uint8)
    x, y = 180 + int(random.integers(-8, 9)), 180
    wide, high = int(random.integers(88, 112)), int(random.integers(112, 138))
    width = int(random.integers(3, 7))
    cv2.ellipse(page, (x, y - 25), (wide + 12, high), 0, 180, 360, ink, -1, cv2.LINE_AA)  # hair
    cv2.ellipse(page, (x, y), (wide, high), 0, 0, 360, skin, -1, cv2.LINE_AA)
    cv2.ellipse(page, (x, y), (wide, high), 0, 0, 360, ink, width, cv2.LINE_AA)
    for side in (-1, 1):
        eye = (x + side * wide * 2 // 5, y - 22)
        cv2.ellipse(page, eye, (19, 11 + gap // 4), 0, 0, 360, (250, 250, 250), -1, cv2.LINE_AA)
        cv2.ellipse(page, eye, (19, 11 + gap // 4), 0, 0, 360, ink, 2, cv2.LINE_AA)
        cv2.circle(page, eye, 8, ink, -1, cv2.LINE_AA)
        out, inner = (eye[0] + side * 24, eye[1] - 30 + lift), (eye[0] - side * 20, eye[1] - 30)
        ends = (out[0], out[1] - tilt), (inner[0], inner[1] + lift + tilt)
        cv2.line(page, *ends, ink, width + 2, cv2.LINE_AA)
    nose = np.array([(x, y - 8), (x - 12, y + 30), (x + 8, y + 32)], np.int32)
    cv2.polylines(page, [nose], False, ink, 3, cv2.LINE_AA)
    across = np.arange(-44, 45, 4)
    curve = np.stack([x + across, y + 72 - bend * (across**2 - 900) // 1800], axis=1)
    cv2.polylines(page, [curve.astype(np.int32)], False, ink, width + 1, cv2.LINE_AA)
    if gap:
        cv2.ellipse(page, (x, y + 72), (20, gap), 0, 0, 360, ink, -1, cv2.LINE_AA)
    return _shaded(page, random) if seed % SHADED_EVERY == 0 else page


def old_photograph(seed: int) -> Rgb:
    """The portrait that comes with the page, faded, brown, soft, with grain and scratches."""
    random = np.random.default_rng(seed)
    grey = load_image(PORTRAIT).mean(axis=2).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), random.uniform(0.8, 2.4))
    low, high = random.uniform(40, 90), random.uniform(150, 225)
    grey = low + grey * (high - low) / 255 + random.normal(0, random.uniform(3, 14), grey.shape)
    for _ in range(int(random.integers(2, 9))):
        x = int(random.integers(0, 512))
        end = (x + int(random.integers(-30, 31)), 511)
        cv2.line(grey, (x, 0), end, float(random.uniform(180, 240)), 1, cv2.LINE_AA)
    brown = np.stack([grey, grey * 0.86, grey * 0.66], axis=2)
    return np.asarray(np.clip(brown, 0, 255), np.uint8)


def _colour(random: np.random.Generator, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = sorted(random.integers(low, high, 3).tolist(), reverse=True)
    return red, green, blue


def _shaded(page: Rgb, random: np.random.Generator) -> Rgb:
    """Soft light from one side and paper grain, as of a painted face."""
    across = np.linspace(random.uniform(0.55, 0.8), 1.1, _SIDE)[None, :, None]
    soft = cv2.GaussianBlur(page, (0, 0), 2.5)
    return np.asarray(np.clip(soft * across + random.normal(0, 5, page.shape), 0, 255), np.uint8)

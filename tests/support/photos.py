"""Photos with drawn expressions: one portrait in many lights, with a mouth and brows painted on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from yuzug._resources import PORTRAIT

# Where the portrait's mouth and brows are.
_MOUTH_XY, _BROWS_XY = (222, 148), ((205, 88), (242, 88))
# Of each label: how the mouth bends, how far it is open, how the brows tilt and lie, in pixels.
SHAPES = {
    "Mutlu": (9, 0, 0, 0),
    "Üzgün": (-9, 0, -4, 0),
    "Kızgın": (0, 0, 7, 4),
    "Şaşkın": (0, 5, 0, -2),
    "Korkmuş": (-5, 4, -5, -2),
    "İğrenmiş": (-6, 3, 5, 7),
    "Nötr": (0, 0, 0, 0),
    "Küçümseyen": (5, 2, 7, -6),
}


def photo(label: str, random: np.random.Generator) -> np.ndarray:
    """An RGB photo of this expression, 240 pixels a side, unlike every other one."""
    bend, gap, tilt, lift = SHAPES[label]
    picture = np.array(Image.open(PORTRAIT).convert("RGB"))
    x, y = _MOUTH_XY
    skin = tuple(int(one) for one in picture[y - 22, x])
    cv2.ellipse(picture, (x, y), (22, 13), 0, 0, 360, skin, -1)
    curve = np.array([(x + dx, y + gap // 2 - bend * (dx * dx - 128) // 256) for dx in
                      range(-16, 17, 4)], np.int32)  # fmt: skip
    cv2.polylines(picture, [curve], False, (90, 20, 30), 4)
    if gap:
        cv2.ellipse(picture, (x, y), (9, gap), 0, 0, 360, (60, 10, 20), -1)
    for (bx, by), side in zip(_BROWS_XY, (1, -1), strict=True):
        ends = (bx - 11, by + lift - side * tilt), (bx + 11, by + lift + side * tilt)
        cv2.line(picture, *ends, (40, 30, 25), 5)
    light = cv2.resize(random.normal(0, 32, (9, 9)), (512, 512), interpolation=cv2.INTER_CUBIC)
    lit = np.clip(picture * random.uniform(0.8, 1.15) + light[..., None], 0, 255).astype(np.uint8)
    left, top = random.integers(85, 115), random.integers(0, 20)
    return lit[top : top + 240, left : left + 240]


def folders(place: Path, count: int, seed: int = 0) -> Path:
    """So many photos in a folder for each label."""
    random = np.random.default_rng(seed)
    for number in range(count):
        label = list(SHAPES)[number % len(SHAPES)]
        (place / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo(label, random)).save(place / label / f"foto {number}.jpg", quality=92)
    return place

"""Heat maps painted over pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Even for people with a colour vision deficiency its brightness rises with the value.
_COLOURS = cv2.COLORMAP_INFERNO
_OPACITY = 0.72


def paint(
    image: NDArray[np.uint8], values: NDArray[np.float32], strength: float = 1.0
) -> NDArray[np.uint8]:
    """A picture with a map over it: RGB uint8 (H, W, 3) and float32 (H, W) in [0, 1] → RGB.

    Low values and weak maps (``strength`` near 0) let the picture through.

    >>> paint(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32)).max()
    np.uint8(0)
    """
    height, width = image.shape[:2]
    if values.shape != (height, width):
        values = np.asarray(
            cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
        )
    levels = np.clip(values * 255, 0, 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, _COLOURS), cv2.COLOR_BGR2RGB)
    alpha = (_OPACITY * strength * np.sqrt(np.clip(values, 0, 1)))[..., None]
    mixed = image * (1 - alpha) + colours * alpha
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)

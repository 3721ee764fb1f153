"""Images as data URLs: Gradio would write every image that it is given to disk."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from yuzug.images import jpeg_bytes

Picture = NDArray[np.uint8]


def data_url(image: Picture, quality: int = 80, of: str = "") -> str:
    """An RGB picture (H, W, 3) as a JPEG data URL.

    ``of`` travels within it: by that the server knows what a picture that comes back is of.

    >>> is_of(data_url(np.zeros((1, 1, 3), np.uint8), of="3.1"), "3.1"), is_of("data:,", "3.1")
    (True, False)
    """
    name = f";of={of}" if of else ""
    encoded = base64.b64encode(jpeg_bytes(image, quality)).decode()
    return f"data:image/jpeg{name};base64,{encoded}"


def png_url(png: bytes) -> str:
    """The bytes of a PNG file as a data URL.

    >>> png_url(b"hi")
    'data:image/png;base64,aGk='
    """
    return "data:image/png;base64," + base64.b64encode(png).decode()


def is_of(url: str, of: str) -> bool:
    """Whether :func:`data_url` made this URL for what is named ``of``."""
    return f";of={of};" in url.partition(",")[0]

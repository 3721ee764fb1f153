"""Where the files that come with the package are: in the wheel, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent

# A smiling face in the public domain (NASA): the example of the page, the doctor and the goldens.
PORTRAIT = _PACKAGE / "ui" / "examples" / "astronaut.jpg"
# Rows and columns of its face.
PORTRAIT_FACE = (slice(62, 180), slice(164, 282))


def folder(name: Literal["recommendations", "spaces", "weights"]) -> Path:
    """The folder of bundled files with this name.

    >>> folder("recommendations").is_dir()
    True
    """
    in_wheel = _PACKAGE / "_data" / name
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / name

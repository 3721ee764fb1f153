"""Read the bytes of an image file, never more than may be decoded."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import IO

from yuzug.errors import ImageError
from yuzug.images.limits import MAX_BYTES, check_bytes

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def read_file(source: str | os.PathLike[str]) -> bytes:
    """The bytes of a file: never of a pipe or device, which may have no end."""
    try:
        path = Path(source)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _no_file(str(path), found.st_mode)
        check_bytes(found.st_size)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, TypeError, ValueError) as error:  # ValueError: a null byte in the name
        raise _missing(str(source), error) from error


def _no_file(name: str, mode: int) -> ImageError:
    folder = stat.S_ISDIR(mode)
    return ImageError(
        "image.missing",
        must="the path must be that of one image file",
        got=f"{name} ({'a folder' if folder else 'a pipe or a device'})",
        do="name the pictures in it" if folder else "read it first and pass its bytes",
    )


def _missing(name: str, error: Exception) -> ImageError:
    do = "check the path"
    if _ADDRESS.match(name):
        do = "download it first: only files on this machine are read"
    elif any(letter in name for letter in "*?["):
        do = "check the pattern: no file here fits it"
    return ImageError(
        "image.missing",
        must="the path must be that of a readable file",
        got=f"{name} ({getattr(error, 'strerror', None) or error})",
        do=do,
    )


def read_open_file(file: IO[bytes]) -> bytes:
    """The rest of an open file; ``image.undecodable`` where it was opened as text."""
    data = file.read(MAX_BYTES + 1)
    if not isinstance(data, bytes):
        raise ImageError(
            "image.undecodable",
            must="an open file must be opened in binary mode",
            got=f"one that gives {type(data).__name__}",
            do='open it with open(path, "rb")',
        )
    return data

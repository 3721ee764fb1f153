"""Pictures on their way in: they reach our own reader undecoded, and leave no file behind.

Gradio decodes a picture before any handler runs, so a text file named .jpg ends in its own error
and a decompression bomb is decoded whole. Our events ask for no preprocessing and take the bytes
from the payload here; then ``yuzug.images.load_image`` decides.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from typing import Any

DELETE_AFTER_S = 5.0


def encoded(payload: Mapping[str, Any] | None) -> bytes | None:
    """The encoded picture of an image component's payload; None where there is none.

    A frame or a page's own picture comes as a data URL, anything else as an uploaded file, of
    which Gradio has checked that it is one; it is deleted once it has been read.

    >>> encoded({"url": "data:text/plain;base64,aGk="})
    b'hi'
    """
    if payload is None:
        return None
    url = payload.get("url")
    if isinstance(url, str) and url.startswith("data:"):
        return bytes_of_data_url(url)
    if not payload.get("path"):
        return b""
    path = Path(payload["path"])
    data = path.read_bytes()
    _delete_soon(path)
    return data


def _delete_soon(path: Path) -> None:
    # The browser asks for its own upload at the same moment, to show it in the picker.
    timer = Timer(DELETE_AFTER_S, path.unlink, kwargs={"missing_ok": True})
    timer.daemon = True
    timer.start()


def bytes_of_data_url(url: str) -> bytes:
    """The bytes in a base64 data URL; none where it holds something else.

    >>> bytes_of_data_url("data:text/plain;base64,aGk="), bytes_of_data_url("data:,hi")
    (b'hi', b'')
    """
    head, _, body = url.partition(",")
    if not head.endswith(";base64"):
        return b""
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""

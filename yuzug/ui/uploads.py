"""Pictures on their way in: they reach our own reader undecoded, and leave no file behind."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import gradio as gr
from gradio.data_classes import ImageData


class UndecodedImage(gr.Image):
    """``gr.Image`` that hands the bytes to the handler instead of opening them.

    Gradio decodes a picture before any handler runs, so a text file named .jpg ends in its own
    error and a decompression bomb is decoded whole. Here ``yuzug.images.load_image`` decides.
    The uploaded file is deleted as soon as it has been read: nothing is stored.
    """

    def preprocess(self, payload: ImageData | None) -> bytes | None:  # type: ignore[override]
        """The encoded bytes; None where there is no picture."""
        if payload is None:
            return None
        if payload.url and payload.url.startswith("data:"):
            return bytes_of_data_url(payload.url)
        if payload.path is None:
            return b""
        # Gradio has checked that the path is one of its own uploads.
        path = Path(payload.path)
        data = path.read_bytes()
        path.unlink(missing_ok=True)
        return data

    def get_block_name(self) -> str:
        """The page draws it as the plain image component."""
        return "image"


def bytes_of_data_url(url: str) -> bytes:
    """The bytes in a base64 data URL; none where it holds something else.

    >>> bytes_of_data_url("data:text/plain;base64,aGk=")
    b'hi'
    """
    head, _, body = url.partition(",")
    if not head.endswith(";base64"):
        return b""
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""

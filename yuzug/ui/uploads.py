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
from urllib.parse import unquote

import gradio as gr
from gradio import processing_utils
from gradio.exceptions import InvalidPathError
from gradio.utils import get_upload_folder

from yuzug.errors import ImageError

DELETE_AFTER_S = 5.0
# What stands between a server and the path of an upload in the address under which it serves it.
_FILE_ADDRESS = "/gradio_api/file="
_ELSEWHERE = "the address of another server, from which nothing is fetched"
_NOT_SENT = "the path of a file that nobody uploaded"


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


def take_uploads_alone() -> None:
    """Let callers name no file but an upload: Gradio would load any address for them.

    Other files of this machine it refuses too, but with a trace on the console and no word to the
    caller.
    """
    check = processing_utils._check_allowed

    async def refuse_address(url: str, cache_dir: str) -> str:
        raise gr.Error(str(_not_here(_ELSEWHERE)), print_exception=False)

    def refuse_file(path: str | Path, check_in_upload_folder: bool) -> None:
        try:
            check(path, check_in_upload_folder)
        except InvalidPathError as error:
            raise gr.Error(str(_not_here(_NOT_SENT)), print_exception=False) from error

    processing_utils.async_ssrf_protected_download = refuse_address
    processing_utils._check_allowed = refuse_file


def _delete_soon(path: Path) -> None:
    # The browser asks for its own upload at the same moment, to show it in the picker.
    timer = Timer(DELETE_AFTER_S, _delete, (path, _written_ns(path)))
    timer.daemon = True
    timer.start()


def _delete(path: Path, written_ns: int) -> None:
    # Gradio names an upload after its content: meanwhile somebody else may have sent the same.
    if _written_ns(path) == written_ns:
        path.unlink(missing_ok=True)


def _written_ns(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def received(picture: Mapping[str, Any] | str) -> bytes:
    """The encoded picture that a program sent: an upload, its address here, a data URL or base64.

    >>> received("data:text/plain;base64,aGk="), received("aGk=")
    (b'hi', b'hi')

    Raises:
        ImageError: ``image.missing`` where it is none of these, or the upload is gone.
    """
    try:
        if isinstance(picture, str):
            return _sent(picture)
        return _uploaded(Path(str(picture.get("path", ""))))
    except (OSError, ValueError) as error:
        raise _not_here(str(error)) from error


def _sent(picture: str) -> bytes:
    if picture.startswith("data:"):
        return bytes_of_data_url(picture)
    _, found, path = picture.partition(_FILE_ADDRESS)
    if found:
        return _uploaded(Path(unquote(path)))
    if picture.startswith(("http://", "https://")):
        raise _not_here(_ELSEWHERE)
    return base64.b64decode(picture, validate=True)


def _uploaded(path: Path) -> bytes:
    if not path.resolve().is_relative_to(Path(get_upload_folder()).resolve()):
        raise _not_here(_NOT_SENT)
    return encoded({"path": str(path)}) or b""


def _not_here(got: str) -> ImageError:
    return ImageError(
        "image.missing",
        must="an image must be an upload that is still here, a data URL or base64",
        got=got,
        do="send its bytes; an upload is deleted once it has been read",
    )


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

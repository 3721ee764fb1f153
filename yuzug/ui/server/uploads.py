"""The one place that holds what was uploaded, and that gives its bytes away.

An upload is a file without a name: whatever happens to this process, the file system forgets it.
What a client calls its path is a key that nobody can guess, and is never opened as a path. So no
value from outside can name another file, and deleting is closing the file that was opened.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from threading import Lock
from typing import IO, Any
from urllib.parse import unquote

from yuzug.errors import ImageError

# Enough for any photograph.
MAX_UPLOAD_BYTES = 40 * 2**20
MIN_HELD_BYTES = 512 * 2**20
MAX_HELD = 256
# The browser asks for its own upload while it is read, to show it in the picker.
DELETE_AFTER_S = 5.0
UNREAD_AFTER_S = 600.0
# What stands between a server and the path of an upload in the address under which it serves it.
FILE_ADDRESS = "/gradio_api/file="
_ELSEWHERE = "the address of another server, from which nothing is fetched"
_NOT_SENT = "the path of a file that nobody uploaded"


@dataclass
class _Upload:
    file: IO[bytes]
    bytes: int
    until_s: float
    read: bool = False


class Uploads:
    """The uploads of one server: each is read once, and gone soon after.

    Args:
        largest_bytes: of one upload. There is room for two such, and for 512 MB at least.
    """

    def __init__(self, largest_bytes: int = MAX_UPLOAD_BYTES) -> None:
        self.most_bytes = max(MIN_HELD_BYTES, 2 * largest_bytes)
        self._held: dict[str, _Upload] = {}  # the oldest first
        self._lock = Lock()

    def keep(self, file: IO[bytes], name: str) -> str:
        """Hold an open file, and return the path under which its sender may ask for it.

        ``file`` belongs to this object from then on. Where there is no more room, the oldest
        upload goes.

        >>> from io import BytesIO
        >>> uploads = Uploads()
        >>> path = uploads.keep(BytesIO(b"hi"), "../a.jpg")
        >>> path.endswith("/a.jpg"), uploads.read(path)
        (True, b'hi')
        """
        size = file.seek(0, 2)
        path = f"uploads/{secrets.token_hex(16)}/{_plain(name)}"
        with self._lock:
            self._drop_old()
            self._held[path] = _Upload(file, size, time.monotonic() + UNREAD_AFTER_S)
            while len(self._held) > MAX_HELD or self._total() > self.most_bytes:
                self._drop(next(iter(self._held)))
        return path

    def holds(self, path: object) -> bool:
        """Whether this is the path of an upload that is still to be read."""
        with self._lock:
            self._drop_old()
            held = self._held.get(path) if isinstance(path, str) else None
            return held is not None and not held.read

    def read(self, path: str) -> bytes:
        """The bytes of an upload, once; it is gone a few seconds later.

        Raises:
            ImageError: ``image.missing`` where nobody uploaded it, or it was read before.
        """
        with self._lock:
            self._drop_old()
            held = self._held.get(path)
            if held is None or held.read:
                raise not_here(_NOT_SENT)
            held.read, held.until_s = True, time.monotonic() + DELETE_AFTER_S
            return _all_bytes(held.file)

    def take(self, path: object) -> IO[bytes]:
        """The file of an upload, once; whoever takes it closes it, and that deletes it.

        Raises:
            ImageError: ``image.missing`` where nobody uploaded it, or it was read before.
        """
        with self._lock:
            self._drop_old()
            held = self._held.get(path) if isinstance(path, str) else None
            if held is None or held.read:
                raise not_here(_NOT_SENT)
            del self._held[str(path)]
            return held.file

    def show(self, path: str) -> bytes | None:
        """The bytes of an upload for the browser that sent it; None where it is gone."""
        with self._lock:
            self._drop_old()
            held = self._held.get(path)
            return _all_bytes(held.file) if held is not None else None

    def drop_old(self) -> None:
        """Delete what was read, and what nobody asked for in ten minutes."""
        with self._lock:
            self._drop_old()

    def close(self) -> None:
        """Delete all of them."""
        with self._lock:
            for path in list(self._held):
                self._drop(path)

    def _drop_old(self) -> None:
        now_s = time.monotonic()
        for path in [path for path, held in self._held.items() if held.until_s <= now_s]:
            self._drop(path)

    def _drop(self, path: str) -> None:
        self._held.pop(path).file.close()

    def _total(self) -> int:
        return sum(held.bytes for held in self._held.values())

    def encoded(self, payload: Mapping[str, Any] | None) -> bytes | None:
        """The encoded picture of an image component's payload; None where there is none.

        A frame or a page's own picture comes as a data URL, anything else as an upload.

        >>> Uploads().encoded({"url": "data:text/plain;base64,aGk="})
        b'hi'

        Raises:
            ImageError: ``image.missing`` where it is an upload that is not here.
        """
        if payload is None:
            return None
        url = payload.get("url")
        if isinstance(url, str) and url.startswith("data:"):
            return bytes_of_data_url(url)
        path = payload.get("path")
        return self.read(str(path)) if path else b""

    def received(self, picture: Mapping[str, Any] | str) -> bytes:
        """The encoded picture that a program sent: an upload, its address, a data URL or base64.

        >>> Uploads().received("data:text/plain;base64,aGk="), Uploads().received("aGk=")
        (b'hi', b'hi')

        Raises:
            ImageError: ``image.missing`` where it is none of these, or the upload is gone.
        """
        if not isinstance(picture, str):
            path = str(picture.get("path", ""))
            if path.startswith(("http://", "https://")):
                raise not_here(_ELSEWHERE)
            return self.read(path)
        if picture.startswith("data:"):
            return bytes_of_data_url(picture)
        _, found, path = picture.partition(FILE_ADDRESS)
        if found:
            return self.read(unquote(path))
        if picture.startswith(("http://", "https://")):
            raise not_here(_ELSEWHERE)
        try:
            return _decoded(picture)
        except (binascii.Error, ValueError) as error:
            raise not_here(str(error)) from error


def not_here(got: str = _NOT_SENT) -> ImageError:
    """The error of a picture that is no upload of ours, and no bytes either."""
    return ImageError(
        "image.missing",
        must="an image must be an upload that is still here, a data URL or base64",
        got=got,
        do="send its bytes; an upload is deleted once it has been read",
    )


def bytes_of_data_url(url: str) -> bytes:
    """The bytes in a base64 data URL; none where it holds something else.

    >>> bytes_of_data_url("data:text/plain;base64,aG\\nk="), bytes_of_data_url("data:,hi")
    (b'hi', b'')
    """
    head, _, body = url.partition(",")
    if not head.endswith(";base64"):
        return b""
    try:
        return _decoded(body)
    except (binascii.Error, ValueError):
        return b""


def _decoded(letters: str) -> bytes:
    """Base64, also in lines, as the program ``base64`` writes it."""
    return base64.b64decode("".join(letters.split()), validate=True)


def _plain(name: str) -> str:
    """The last part of a file's name, of letters, digits, dots and the like."""
    kept = re.sub(r"[^\w.() -]", "", PurePosixPath(name.replace("\\", "/")).name)[-100:]
    return kept.strip(". ") or "picture"


def _all_bytes(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()

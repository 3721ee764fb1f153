"""Gradio's document and its first scripts as they are sent: with our head, small, and kept."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers

from yuzug.emotions import Language
from yuzug.ui.server.document import encoding, finished, packed, spoken
from yuzug.ui.server.first_files import FirstFiles, first_files, smallest
from yuzug.ui.session import preferred_language

# For as many hosts and languages the document is packed as small as it can be, which takes a
# moment; a request under yet another name must not cost that.
MAX_KEPT = 8


class FrontPage:
    """What a browser gets first.

    Args:
        folder: Gradio's folder of scripts and style sheets.
        theme: Gives the style sheet of the theme, which is not there before the server starts.
        shown: Gives what components show in a language: their properties, by id.
        default: The language for a browser that asks for none of ours.
    """

    def __init__(
        self,
        folder: Path,
        theme: Callable[[], str] = str,
        shown: Callable[[Language], Mapping[int, dict[str, Any]]] = lambda _: {},
        default: Language = "en",
    ) -> None:
        self.folder = folder
        self.theme = theme
        self.shown = shown
        self.default = default
        self._first: FirstFiles | None = None
        self._kept: dict[tuple[bytes, Language, str], tuple[bytes, str]] = {}

    def document(self, body: bytes, asked: Headers) -> tuple[bytes, str]:
        """Gradio's document in this form, and the name of its encoding; "" for none.

        Args:
            body: Gradio's document.
            asked: The headers of the request.
        """
        lang = preferred_language(asked.get("accept-language", ""), self.default)
        accepts = encoding(asked.get("accept-encoding", ""))
        key = hashlib.blake2b(body).digest(), lang, accepts
        if key in self._kept:
            return self._kept[key]
        document = spoken(body.decode(), self.shown(lang))
        if self._first is None:
            self._first = self._look_up(document)
        framed = "SPACE_ID" in os.environ
        page = finished(document, lang, self._first, self.theme(), framed).encode()
        often = len(self._kept) < MAX_KEPT
        answer = packed(page, accepts, often), accepts
        if not often:  # the oldest makes room: a name that nobody asks for again does not stay
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[key] = answer
        return answer

    def _look_up(self, document: str) -> FirstFiles:
        try:
            return first_files(document, self.folder)
        except (LookupError, ValueError, OSError) as error:
            # Scripts of a version that we do not know: the page loads, only later.
            print(f"yuzug: Gradio's first files are unknown: {error!r}", file=sys.stderr)
            return FirstFiles()

    def script(self, name: str, accepts: str) -> bytes | None:
        """One of the first scripts, packed by brotli; None for another one or another browser."""
        known = self._first is not None and name in self._first.scripts
        return smallest(self.folder / name) if known and encoding(accepts) == "br" else None

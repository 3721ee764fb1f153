"""The door of the server, before Gradio: which requests come in at all.

Gradio has many more routes than this page uses; some write files or fetch addresses. What is not
listed here does not exist. Uploads are taken and shown here, so that they are never files with a
name. A server for this machine alone answers only to its own names: a page elsewhere could
otherwise let a browser ask it (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yuzug.errors import YuzugError
from yuzug.records import sentence_of
from yuzug.ui.admission import GuardedBlocks, Sessions
from yuzug.ui.session import preferred_language
from yuzug.ui.uploads import MAX_UPLOAD_BYTES, Uploads

# The environment variable with further names under which a server is reached, such as those that
# a proxy passes on.
ALLOWED_HOSTS = "YUZUG_ALLOWED_HOSTS"
MAX_BODY_BYTES = 65 * 2**20  # one call; a picture of 40 MB has 54 as base64
_FORM_BYTES = 2**16  # what stands around the files of a form
_MAX_FILES = 32

_READ = re.compile(
    r"""/(config|favicon\.ico|manifest\.json|robots\.txt|theme\.css)?/?
    | /(static|assets|svelte)/.+
    | /gradio_api/(info|openapi\.json|app_id|startup-events|theme\.css|user|login_check)/?
    | /gradio_api/(queue/(data|status)|upload_progress|heartbeat/[\w-]{1,64})
    | /gradio_api/call/(v2/)?[\w-]+/[\w-]+
    | /gradio_api/file=.+
    | /gradio_api/mcp(/schema|/http)?/?""",
    re.VERBOSE,
)
_WRITE = re.compile(
    r"""/gradio_api/(run|api|call|call/v2)/[\w-]+/?
    | /gradio_api/(queue/join|upload|cancel|reset/?)
    | /gradio_api/stream/[\w-]+(/close)?
    | /gradio_api/mcp(/http)?/?""",
    re.VERBOSE,
)
_FILE = "/gradio_api/file="
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"})


def guards(demo: GuardedBlocks, host: str) -> dict[str, Any]:
    """What the server of this page is started with: the gate, and the lists of visits."""

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        app.state_holder = Sessions(demo)
        sweep = asyncio.create_task(_sweep(demo.uploads))
        try:
            yield
        finally:
            sweep.cancel()
            demo.uploads.close()

    allowed = os.environ.get(ALLOWED_HOSTS, "").replace(",", " ").split()
    gate = Middleware(Gate, uploads=demo.uploads, hosts=hosts_of(host, allowed))
    return {"middleware": [gate], "lifespan": lifespan}


async def _sweep(uploads: Uploads) -> None:
    while True:
        await asyncio.sleep(1)
        uploads.drop_old()


def hosts_of(listens_on: str, allowed: Iterable[str]) -> frozenset[str] | None:
    """The names that a request may ask for; None for any.

    >>> sorted(hosts_of("127.0.0.1", ["faces.example"]))
    ['127.0.0.1', '::1', 'faces.example', 'localhost']
    >>> hosts_of("0.0.0.0", []) is None
    True
    """
    names = frozenset(name.lower() for name in allowed)
    local = listens_on in ("localhost", "") or _is_loopback(listens_on)
    if not (names or local):
        return None
    return names | {"localhost", "127.0.0.1", "::1"} | ({listens_on} if listens_on else set())


class Gate:
    """Lets in what the page, programs and agents need, and refuses the rest in one sentence."""

    def __init__(self, app: ASGIApp, uploads: Uploads, hosts: frozenset[str] | None) -> None:
        self.app = app
        self.uploads = uploads
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        # Nothing of the page is a web socket: the connection is closed without an answer.

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"].removeprefix(scope.get("root_path", "")), scope["method"]
        headers = Headers(scope=scope)
        refused = self._stranger(headers) or _closed(path, method)
        length = headers.get("content-length", "0")
        most = MAX_UPLOAD_BYTES + _FORM_BYTES if path == "/gradio_api/upload" else MAX_BODY_BYTES
        if refused is None and not (length.isdecimal() and int(length) <= most):
            refused = 413, _refusal(f"a request must have at most {most} bytes", length)
        if refused is not None:
            await _say(*refused, headers)(scope, receive, send)
        elif path == "/gradio_api/upload":
            await (await self._take(Request(scope, _counted(receive, most))))(scope, receive, send)
        elif path == "/gradio_api/upload_progress":
            # The page asks how far an upload is; here it is over before it asks.
            said = Response('data: {"msg":"done"}\n\n', media_type="text/event-stream")
            await said(scope, receive, send)
        elif path.startswith(_FILE):
            await (await self._show(path.removeprefix(_FILE), headers))(scope, receive, send)
        else:
            await self.app(scope, _counted(receive, most), send)

    def _stranger(self, headers: Headers) -> tuple[int, YuzugError] | None:
        """The refusal of a request under another name, or from a page elsewhere."""
        if self.hosts is None:
            return None
        asked = _name_of(f"//{headers.get('host', '')}")
        if not self._known(asked):
            return 403, _refusal("a local server must be asked by its own name", repr(asked))
        origin = headers.get("origin")
        if origin is None or self._known(_name_of(origin)):
            return None
        # Only a proxy sets this: a page elsewhere may not, without the browser asking us first.
        forwarded = headers.get("x-forwarded-host")
        if forwarded and _name_of(origin) == _name_of(f"//{forwarded}"):
            return None
        return 403, _refusal("a local server must be asked by its own page", repr(origin[:100]))

    def _known(self, name: str) -> bool:
        return self.hosts is None or name in self.hosts or _is_loopback(name)

    async def _take(self, request: Request) -> Response:
        """Hold the files of a form, and tell their paths, as Gradio does."""
        try:
            form = await request.form(max_files=_MAX_FILES, max_fields=_MAX_FILES)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except (MultiPartException, HTTPException, _TooLargeError, OSError) as error:
            got = getattr(error, "detail", "") or str(error) or type(error).__name__
            return _say(400, _refusal("an upload must be a form with files", got), request.headers)
        paths = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile) and name == "files":
                # The parser's own file, which has no name on disk.
                paths.append(self.uploads.keep(value.file, value.filename or ""))
            elif isinstance(value, UploadFile):
                await value.close()
        if not paths:
            got = "a form without any in the field 'files'"
            return _say(400, _refusal("an upload must be a form with files", got), request.headers)
        return JSONResponse(paths)

    async def _show(self, path: str, headers: Headers) -> Response:
        data = await run_in_threadpool(self.uploads.show, path)
        if data is None:
            return _say(404, _refusal("a file must be an upload that is still here", path), headers)
        kind = mimetypes.guess_type(path)[0]
        own = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if kind not in _SHOWN:
            own["Content-Disposition"] = "attachment"
        return Response(
            data, media_type=kind if kind in _SHOWN else "application/octet-stream", headers=own
        )


class _TooLargeError(Exception):
    """More came than was announced, or than is taken."""


def _counted(receive: Receive, most: int) -> Receive:
    """The same request, which ends in an error where it is longer than it may be."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > most:
            raise _TooLargeError(f"more than {most} bytes")
        return message

    return counted


def _closed(path: str, method: str) -> tuple[int, YuzugError] | None:
    """The refusal of what this page does not use."""
    reads = method in ("GET", "HEAD") and _READ.fullmatch(path)
    writes = method == "POST" and _WRITE.fullmatch(path)
    ends = method == "DELETE" and path.startswith("/gradio_api/mcp")
    if reads or writes or ends:
        return None
    got = f"{method} {path[:100]}"
    return 404, _refusal("a request must be one that the page or its API answers", got)


def _refusal(must: str, got: str) -> YuzugError:
    return YuzugError(
        "request.refused",
        must=must,
        got=got[:200],
        do=f"see docs/api.md and docs/security.md ({ALLOWED_HOSTS})",
    )


def _say(status: int, error: YuzugError, headers: Headers) -> Response:
    lang = preferred_language(headers.get("accept-language", ""), "en")
    return JSONResponse({"detail": sentence_of(error, lang)}, status)


def _name_of(address: str) -> str:
    """The name of the host in an address; empty where there is none."""
    with suppress(ValueError):
        return urlsplit(address).hostname or ""
    return ""


def _is_loopback(name: str) -> bool:
    with suppress(ValueError):
        return ip_address(name.strip("[]")).is_loopback
    return False

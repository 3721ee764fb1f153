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
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders, QueryParams, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yuzug.emotions import Language
from yuzug.errors import OptionError, YuzugError
from yuzug.records import sentence_of
from yuzug.ui.gradio_patches import FnIndexInferError, assets_folder, queue_of, replace_sessions
from yuzug.ui.photo.examples import thumbnail
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.server.allowed_requests import ALLOWED_HOSTS, closed, hosts_of, refusal, stranger
from yuzug.ui.server.call_limits import watched
from yuzug.ui.server.document import icon, manifest
from yuzug.ui.server.draining import Draining
from yuzug.ui.server.front_page import FrontPage
from yuzug.ui.server.queue_limits import MAX_HELD_BYTES, BoundedQueue, busy, no_function
from yuzug.ui.server.response_headers import ASSETS, EXAMPLES, ICONS, with_headers
from yuzug.ui.server.uploads import MAX_UPLOAD_BYTES, Uploads
from yuzug.ui.server.visits import Sessions
from yuzug.ui.session import preferred_language

MAX_BODY_BYTES = 65 * 2**20  # one call; a picture of 40 MB has 54 as base64
_FORM_BYTES = 2**16  # what stands around the files of a form
_MAX_FILES = 32

_CALL = re.compile(r"/gradio_api/((run|api|call|call/v2)/[\w-]+/?|queue/join)")
_DIRECT = re.compile(r"/gradio_api/(run|api)/[\w-]+/?")
_BY_NAME = re.compile(r"/gradio_api/call/v2/[\w-]+/?")
_HEALTH = "/health"
_FILE = "/gradio_api/file="
_UPLOAD = "/gradio_api/upload"
_JSON = "application/json"
_SCRIPT = "text/javascript"
_MANIFEST = "application/manifest+json"
_BEAT = "/gradio_api/heartbeat/"
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"})


def guards(demo: GuardedBlocks, host: str) -> dict[str, Any]:
    """What the server of this page is started with: the gate, and the lists of visits."""

    visits = Sessions(demo)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        visits.set_blocks(demo)
        replace_sessions(app, visits)
        sweep = asyncio.create_task(_sweep(demo, visits))
        try:
            yield
        finally:
            sweep.cancel()
            demo.uploads.close()
            demo.films.close()

    allowed = os.environ.get(ALLOWED_HOSTS, "").replace(",", " ").split()
    hosts = hosts_of(host, allowed)
    gate = Middleware(
        Gate,
        uploads=demo.uploads,
        visits=visits,
        hosts=hosts,
        film_bytes=demo.film_limits.bytes,
        draining=demo.draining,
        front=FrontPage(assets_folder(), lambda: demo.theme_css, demo.shown, demo.default_lang),
    )
    return {"middleware": [gate], "lifespan": lifespan}


async def _sweep(demo: GuardedBlocks, visits: Sessions) -> None:
    """Forget, once a second, what is not to be kept any longer."""
    while True:
        await asyncio.sleep(1)
        demo.uploads.drop_old()
        demo.films.drop_left(visits.is_open)
        visits.forget_left()
        queue = queue_of(demo)
        if isinstance(queue, BoundedQueue):
            queue.drop_unfetched()


class Gate:
    """Lets in what the page, programs and agents need, and refuses the rest in one sentence."""

    def __init__(
        self,
        app: ASGIApp,
        uploads: Uploads,
        visits: Sessions,
        hosts: frozenset[str] | None,
        film_bytes: int = MAX_UPLOAD_BYTES,
        draining: Draining | None = None,
        front: FrontPage | None = None,
    ) -> None:
        self.app = app
        self.film_bytes = film_bytes
        self.draining = draining or Draining(lambda: False)
        self.front = front or FrontPage(assets_folder())
        self.uploads = uploads
        self.visits = visits
        self.hosts = hosts
        self._held_bytes = 0  # of calls that are answered right now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, with_headers(scope, send))
        # Nothing of the page is a web socket: the connection is closed without an answer.

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"].removeprefix(scope.get("root_path", "")), scope["method"]
        headers = Headers(scope=scope)
        most = self._most_bytes(path, scope)
        if path == _HEALTH and method in ("GET", "HEAD"):
            await self._health()(scope, receive, send)
        elif refused := self._refused(path, method, headers, most):
            await _say(*refused, headers)(scope, receive, send)
        elif path in ("", "/") and method == "GET":
            await self._show_page(scope, receive, send)
        elif path.startswith(ASSETS):
            await self._show_asset(path.removeprefix(ASSETS), scope, receive, send)
        elif path.startswith(_BEAT):
            with self.visits.beating(path.removeprefix(_BEAT)):
                await self.app(scope, receive, send)
        elif own := await self._own_response(path, Request(scope, _counted(receive, most))):
            await own(scope, receive, send)
        else:
            await self._let_in(path, scope, _counted(receive, most), send)

    def _refused(
        self, path: str, method: str, headers: Headers, most: int
    ) -> tuple[int, YuzugError] | None:
        """Status and error of a request that is not taken; None for one that is."""
        if refused := stranger(headers, self.hosts) or closed(path, method):
            return refused
        if path == "/" and self.draining.begun:
            return 503, busy("a page that is opened while this server is about to stop")
        length = headers.get("content-length", "0")
        if not (length.isdecimal() and int(length) <= most):
            return 413, refusal(f"a request must have at most {most} bytes", length)
        # The memory that calls share is counted by what they announce; an upload, as it comes.
        if "transfer-encoding" in headers and path != _UPLOAD:
            got = f"Transfer-Encoding: {headers['transfer-encoding']}"
            return 411, refusal("a request must tell its length in Content-Length", got)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method == "POST" and _CALL.fullmatch(path) and kind != _JSON:
            return 415, refusal(f"a call must be sent as {_JSON}", repr(kind))
        return None

    async def _own_response(self, path: str, request: Request) -> Response | None:
        """The response to what Gradio does not answer here; None for the rest."""
        headers = request.headers
        if path == "/manifest.json":
            return JSONResponse(manifest(_language(headers)), media_type=_MANIFEST)
        if path.startswith(ICONS):
            name = path.removeprefix(ICONS)
            return _picture(icon(name), "image/png", name, headers)
        if path.startswith(EXAMPLES):
            name = path.removeprefix(EXAMPLES).removesuffix(".jpg")
            jpeg = await run_in_threadpool(thumbnail, name)
            return _picture(jpeg, "image/jpeg", name, headers)
        if path == _UPLOAD:
            return await self._take(request)
        if path == "/gradio_api/upload_progress":
            # The page asks how far an upload is; here it is over before it asks.
            return Response('data: {"msg":"done"}\n\n', media_type="text/event-stream")
        if path.startswith(_FILE):
            return await self._show(path.removeprefix(_FILE), headers)
        return None

    async def _let_in(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to Gradio, within the memory that all calls share."""
        headers, posted = Headers(scope=scope), scope["method"] == "POST"
        bytes_ = int(headers.get("content-length", "0")) if posted else 0
        if bytes_ and self._held_bytes + bytes_ > MAX_HELD_BYTES:
            full = busy("calls that hold all the memory there is for them")
            await _say(429, full, headers)(scope, receive, send)
            return
        self._held_bytes += bytes_
        # What only listens need not end; the queue tells whether a call is under way.
        answering = self.draining.answering() if posted else nullcontext()
        try:
            with answering:
                if posted and _DIRECT.fullmatch(path):
                    await watched(receive, lambda heeded: self._pass_on(path, scope, heeded, send))
                else:
                    await self._pass_on(path, scope, receive, send)
        finally:
            self._held_bytes -= bytes_

    def _health(self) -> Response:
        if self.draining.begun:
            return JSONResponse({"status": "draining"}, 503)
        return JSONResponse({"status": "ready"})

    def _most_bytes(self, path: str, scope: Scope) -> int:
        """How long a request may be: a visit of the page may upload a clip."""
        if path != _UPLOAD:
            return MAX_BODY_BYTES
        visit = QueryParams(scope.get("query_string", b"")).get("film", "")
        most = self.film_bytes if visit in self.visits else MAX_UPLOAD_BYTES
        return most + _FORM_BYTES

    async def _show_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gradio's document with our head, compressed."""
        messages: list[Message] = []

        async def collecting(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, collecting)
        start, asked = messages[0], Headers(scope=scope)
        headers = MutableHeaders(scope=start)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if start["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
            body, encoding = await run_in_threadpool(self.front.document, body, asked)
            if encoding:
                headers["Content-Encoding"] = encoding
            headers["Vary"] = "Accept-Encoding, Accept-Language"
            headers["Content-Length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def _show_asset(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A script of Gradio's: the first ones as small as they can be."""
        accepts = Headers(scope=scope).get("accept-encoding", "")
        script = await run_in_threadpool(self.front.script, name, accepts)
        if script is None:
            await self.app(scope, receive, send)
            return
        headers = {"Content-Encoding": "br", "Vary": "Accept-Encoding"}
        await Response(script, media_type=_SCRIPT, headers=headers)(scope, receive, send)

    async def _pass_on(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Gradio answer; where it stumbles over what a call asks for, say so."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except (KeyError, FnIndexInferError):
            if begun or not _CALL.fullmatch(path):
                raise
            await _say(404, no_function(path), Headers(scope=scope))(scope, receive, send)
        except TypeError as error:
            # Gradio raises it for parameters alone; by the time of anything else it has begun.
            if begun or not _BY_NAME.fullmatch(path):
                raise
            got = str(error).split(" Please ")[0]
            wrong = OptionError(
                "option.invalid",
                must="a call must bring the parameters of its function, and no others",
                got=got,
                do="see docs/api.md, or /gradio_api/openapi.json",
            )
            await _say(422, wrong, Headers(scope=scope))(scope, receive, send)

    async def _take(self, request: Request) -> Response:
        """Hold the files of a form, and tell their paths, as Gradio does."""
        try:
            form = await request.form(max_files=_MAX_FILES, max_fields=_MAX_FILES)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except OSError as error:
            # What is longer than a megabyte lies on the disk of this server.
            print(f"yuzug: an upload could not be kept: {error}", file=sys.stderr)
            return _say(507, _no_room(), request.headers)
        except (MultiPartException, HTTPException, _TooLargeError) as error:
            got = getattr(error, "detail", "") or str(error) or type(error).__name__
            return _say(400, refusal("an upload must be a form with files", got), request.headers)
        paths = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile) and name == "files":
                # The parser's own file, which has no name on disk.
                paths.append(self.uploads.keep(value.file, value.filename or ""))
            elif isinstance(value, UploadFile):
                await value.close()
        if not paths:
            got = "a form without any in the field 'files'"
            return _say(400, refusal("an upload must be a form with files", got), request.headers)
        return JSONResponse(paths)

    async def _show(self, path: str, headers: Headers) -> Response:
        data = await run_in_threadpool(self.uploads.show, path)
        if data is None:
            return _say(404, refusal("a file must be an upload that is still here", path), headers)
        kind = mimetypes.guess_type(path)[0]
        if kind in _SHOWN:
            return Response(data, media_type=kind)
        unknown = {"Content-Disposition": "attachment"}
        return Response(data, media_type="application/octet-stream", headers=unknown)


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


def _no_room() -> YuzugError:
    return YuzugError(
        "server.disk",
        must="the server must have room on its disk for an upload",
        got="a disk that cannot be written to",
        do="try again later, or tell whoever runs it",
    )


def _say(status: int, error: YuzugError, headers: Headers) -> Response:
    return JSONResponse({"detail": sentence_of(error, _language(headers))}, status)


def _language(headers: Headers) -> Language:
    return preferred_language(headers.get("accept-language", ""), "en")


def _picture(data: bytes | None, kind: str, name: str, headers: Headers) -> Response:
    if data is None:
        return _say(404, refusal("a picture must be one of the page", name), headers)
    return Response(data, media_type=kind)

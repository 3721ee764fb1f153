"""Which requests the server takes at all: by route, by host name and by origin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from yuzug.errors import YuzugError

# The environment variable with further names under which a server is reached, such as those that
# a proxy passes on.
ALLOWED_HOSTS = "YUZUG_ALLOWED_HOSTS"
_READ = re.compile(
    r"""/(config|favicon\.ico|manifest\.json|robots\.txt|theme\.css)?/?
    | /(static|assets|svelte)/.+
    | /icons/[\w-]+\.png
    | /examples/\w+\.jpg
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


def stranger(headers: Headers, hosts: frozenset[str] | None) -> tuple[int, YuzugError] | None:
    """The refusal of a request under another name, or from a page elsewhere."""
    if hosts is None:
        return None
    asked = _name_of(f"//{headers.get('host', '')}")
    if not _known(asked, hosts):
        return 403, refusal("a local server must be asked by its own name", repr(asked))
    origin = headers.get("origin")
    if origin is None or _known(_name_of(origin), hosts):
        return None
    # Only a proxy sets this: a page elsewhere may not, without the browser asking us first.
    forwarded = headers.get("x-forwarded-host")
    if forwarded and _name_of(origin) == _name_of(f"//{forwarded}"):
        return None
    return 403, refusal("a local server must be asked by its own page", repr(origin[:100]))


def _known(name: str, hosts: frozenset[str] | None) -> bool:
    return hosts is None or name in hosts or _is_loopback(name)


def closed(path: str, method: str) -> tuple[int, YuzugError] | None:
    """The refusal of what this page does not use."""
    reads = method in ("GET", "HEAD") and _READ.fullmatch(path)
    writes = method == "POST" and _WRITE.fullmatch(path)
    ends = method == "DELETE" and path.startswith("/gradio_api/mcp")
    if reads or writes or ends:
        return None
    got = f"{method} {path[:100]}"
    return 404, refusal("a request must be one that the page or its API answers", got)


def refusal(must: str, got: str) -> YuzugError:
    return YuzugError(
        "request.refused",
        must=must,
        got=got[:200],
        do=f"see docs/api.md and docs/security.md ({ALLOWED_HOSTS})",
    )


def _name_of(address: str) -> str:
    """The name of the host in an address; empty where there is none."""
    with suppress(ValueError):
        return urlsplit(address).hostname or ""
    return ""


def _is_loopback(name: str) -> bool:
    with suppress(ValueError):
        return ip_address(name.strip("[]")).is_loopback
    return False

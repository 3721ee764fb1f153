"""A hub on loopback that speaks the HTTP protocol of the real one, with faults on demand.

It serves what huggingface_hub asks for: files by revision with their ETag, commit and size, large
ones by redirect to another host with ranges, the tree and the information of a repository, the
owner of a token, and publishing by creating a repository, preupload, LFS batch, upload, verify and
commit. Xet, the other road for large files, is not spoken: clients set ``HF_HUB_DISABLE_XET=1``.

``python tests/support/hub_server.py`` runs it by itself, to try commands by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import yaml

TOKEN = "hf_ada"  # may read and write what belongs to ada
STRANGER = "hf_stranger"  # a token of somebody else
OWNERS = {TOKEN: "ada", STRANGER: "bob"}
_LARGE = (".safetensors", ".onnx", ".bin", ".webp", ".jpg", ".png")


@dataclass
class Fault:
    """What goes wrong with requests whose ``METHOD /path`` matches ``where``, so many ``times``.

    ``status`` and ``headers`` answer instead; ``cut_at`` closes the connection after so many
    bytes of the body; ``wait_s`` passes first; ``forge`` changes what is sent.
    """

    where: str
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    wait_s: float = 0.0
    forge: Callable[[bytes], bytes] | None = None

    def strikes(self, request: str) -> bool:
        if self.times == 0 or re.search(self.where, request) is None:
            return False
        self.times -= 1
        return True


class Asked(NamedTuple):
    """A request as it came: ``METHOD /path``, its token and its range."""

    request: str
    token: str | None
    range: str | None


@dataclass
class Stored:
    """A repository: its commits, newest last, each a map from path to content."""

    private: bool = False
    gated: bool = False
    commits: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def at(self, revision: str) -> tuple[str, dict[str, bytes]] | None:
        if revision == "main":
            return self.commits[-1] if self.commits else ("0" * 40, {})
        revision = self.tags.get(revision, revision)
        return next((one for one in self.commits if one[0] == revision), None)

    def commit(self, files: Mapping[str, bytes]) -> str:
        content = {name: sha256(body) for name, body in sorted(files.items())}
        seed = json.dumps([len(self.commits), content]).encode()
        oid = hashlib.sha1(seed).hexdigest()
        self.commits.append((oid, dict(files)))
        return oid


class Hub:
    """The server and all that it holds; ``requests`` lists what was asked."""

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}
        self.blobs: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.requests: list[Asked] = []
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def cdn(self) -> str:
        """Another origin on the same port: no token may come here."""
        return f"http://localhost:{self.server.server_port}"

    def add(self, repo_id: str, files: Mapping[str, bytes], **how: bool) -> str:
        """A commit with these files in a model repository; returns its name."""
        repository = self.stored.setdefault(f"models/{repo_id}", Stored(**how))
        return repository.commit(files)

    def files(self, repo_id: str, kind: str = "models") -> dict[str, bytes]:
        """What a repository holds at its newest commit."""
        return self.stored[f"{kind}/{repo_id}"].commits[-1][1]

    def asked(self, pattern: str) -> list[Asked]:
        """The requests that match."""
        return [one for one in self.requests if re.search(pattern, one.request)]


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that answers until the block is left."""
    hub = Hub()
    thread = threading.Thread(target=hub.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.server.shutdown()
        thread.join()
        hub.server.server_close()


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(Answers):
        pass

    Handler.hub = hub
    return Handler


class Answers(BaseHTTPRequestHandler):
    """One connection."""

    hub: Hub
    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        request = f"{self.command} {path}"
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        with self.hub.lock:
            self.hub.requests.append(Asked(request, self.token, self.headers.get("Range")))
            self.fault = next((one for one in self.hub.faults if one.strikes(request)), None)
        if self.fault is not None:
            time.sleep(self.fault.wait_s)
            if self.fault.status is not None:
                self._send(self.fault.status, b"", self.fault.headers)
                return
        for pattern, method in _ROADS:
            found = re.fullmatch(pattern, request)
            if found:
                with self.hub.lock:
                    reply = method(self, **found.groupdict())
                self._send(*reply)
                return
        self._send(404, b"no such road", {})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        fault = self.fault or Fault("")
        if fault.forge is not None and status in (200, 206) and body:
            body = fault.forge(body)
        self.send_response(status)
        sent = {"Content-Length": str(len(body)), **headers, **fault.headers}
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault.cut_at is not None:
            body = body[: fault.cut_at]
            self.close_connection = True
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):  # the client has had enough
            self.close_connection = True

    # What may be seen and done

    def _open(self, key: str) -> Stored | Reply:
        """The repository, or why this token may not see it."""
        if self.token is not None and self.token not in OWNERS:
            return fault(401, "", "Invalid credentials in Authorization header")
        stored = self.hub.stored.get(key)
        owner = key.split("/")[1]
        ours = self.token is not None and OWNERS.get(self.token) == owner
        if stored is None or (stored.private and not ours):
            # The real one tells strangers with and without a token the same.
            status = 404 if self.token else 401
            return fault(status, "RepoNotFound", "Repository not found")
        if stored.gated and not ours:
            return fault(403 if self.token else 401, "GatedRepo", "Access is restricted")
        return stored

    def _may_write(self, owner: str) -> Reply | None:
        if self.token is None or self.token not in OWNERS:
            return fault(401, "", "Invalid username or password.")
        if OWNERS[self.token] != owner:
            return fault(403, "", "You don't have the rights to do this")
        return None

    # Reading

    def whoami(self) -> Reply:
        if self.token not in OWNERS:
            return fault(401, "", "Invalid credentials in Authorization header")
        return as_json({"name": OWNERS[self.token or ""], "type": "user", "orgs": []})

    def resolve(self, kind: str | None, repo_id: str, revision: str, file: str) -> Reply:
        stored = self._open(f"{kind or 'models/'}{repo_id}")
        if not isinstance(stored, Stored):
            return stored
        at = stored.at(revision)
        if at is None:
            return fault(404, "RevisionNotFound", "Invalid rev id")
        commit, files = at
        if file not in files:
            status, body, headers = fault(404, "EntryNotFound", "Entry not found")
            return status, body, {**headers, "X-Repo-Commit": commit}
        body = files[file]
        headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if not is_large(file):
            return 200, body, {**headers, "ETag": f'"{git_hash(body)}"'}
        digest = sha256(body)
        self.hub.blobs[digest] = body
        headers |= {"X-Linked-Size": str(len(body)), "X-Linked-Etag": f'"{digest}"'}
        return 302, b"", {**headers, "Location": f"{self.hub.cdn}/cdn/{digest}"}

    def cdn(self, digest: str) -> Reply:
        body, headers = self.hub.blobs[digest], {"ETag": f'"{digest}"', "Accept-Ranges": "bytes"}
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if not found:
            return 200, body, headers
        start, size = int(found[1]), len(body)
        return 206, body[start:], {**headers, "Content-Range": f"bytes {start}-{size - 1}/{size}"}

    def info(self, kind: str, repo_id: str, revision: str | None = None) -> Reply:
        stored = self._open(f"{kind}/{repo_id}")
        if not isinstance(stored, Stored):
            return stored
        at = stored.at(revision or "main")
        if at is None:
            return fault(404, "RevisionNotFound", "Invalid rev id")
        siblings = [{"rfilename": name} for name in sorted(at[1])]
        about = {"id": repo_id, "sha": at[0], "private": stored.private, "gated": stored.gated}
        return as_json({**about, "siblings": siblings, "tags": [], "downloads": 0, "likes": 0})

    def tree(self, kind: str, repo_id: str, revision: str) -> Reply:
        stored = self._open(f"{kind}/{repo_id}")
        if not isinstance(stored, Stored):
            return stored
        at = stored.at(revision)
        return as_json([entry(*one) for one in sorted(at[1].items())] if at else [])

    # Publishing

    def create(self) -> Reply:
        wish = json.loads(self.body)
        kind = f"{wish.get('type', 'model')}s"
        owner = wish["organization"] or OWNERS.get(self.token or "", "")
        refusal = self._may_write(owner)
        if refusal is not None:
            return refusal
        key = f"{kind}/{owner}/{wish['name']}"
        path = key.removeprefix("models/")
        url = {"url": f"{self.hub.url}/{path}", "name": f"{owner}/{wish['name']}"}
        if key in self.hub.stored:
            return as_json({**url, "error": "You already created this repo"}, 409)
        self.hub.stored[key] = Stored(private=wish.get("visibility") == "private")
        return as_json(url)

    def validate(self) -> Reply:
        """The front matter must be YAML with a licence, as the real one checks and more."""
        content = json.loads(self.body)["content"]
        front = re.match(r"---\n(.*?)\n---\n", content, flags=re.DOTALL)
        if front is None or not isinstance(yaml.safe_load(front[1]), dict):
            return as_json({"errors": [{"message": "no metadata"}]}, 400)
        return as_json({"errors": [], "warnings": []})

    def preupload(self, kind: str, repo_id: str, revision: str) -> Reply:
        stored = self._open(f"{kind}/{repo_id}")
        refusal = self._may_write(repo_id.split("/")[0])
        if refusal is not None or not isinstance(stored, Stored):
            return refusal or stored  # type: ignore[return-value]
        _, files = stored.at(revision) or ("", {})
        answers = [
            {
                "path": one["path"],
                "uploadMode": "lfs" if is_large(one["path"]) else "regular",
                "shouldIgnore": False,
                "oid": oid_of(one["path"], files.get(one["path"])),
            }
            for one in json.loads(self.body)["files"]
        ]
        return as_json({"files": answers})

    def batch(self, kind: str | None, repo_id: str) -> Reply:
        refusal = self._may_write(repo_id.split("/")[0])
        if refusal is not None:
            return refusal
        objects: list[dict[str, Any]] = []
        for one in json.loads(self.body)["objects"]:
            about = {"oid": one["oid"], "size": one["size"]}
            if one["oid"] not in self.hub.blobs:
                upload = {"href": f"{self.hub.cdn}/upload/{one['oid']}"}
                verify = {"href": f"{self.hub.url}/verify"}
                about["actions"] = {"upload": upload, "verify": verify}
            objects.append(about)
        return as_json({"transfer": "basic", "objects": objects})

    def upload(self, digest: str) -> Reply:
        if sha256(self.body) != digest:
            return fault(400, "", "The content has another hash")
        self.hub.blobs[digest] = self.body
        return 200, b"", {}

    def verify(self) -> Reply:
        wish = json.loads(self.body)
        there = len(self.hub.blobs.get(wish["oid"], b"")) == wish["size"]
        return as_json({}) if there else fault(404, "", "Object not found")

    def commit(self, kind: str, repo_id: str, revision: str) -> Reply:
        stored = self._open(f"{kind}/{repo_id}")
        refusal = self._may_write(repo_id.split("/")[0])
        if refusal is not None or not isinstance(stored, Stored):
            return refusal or stored  # type: ignore[return-value]
        _, before = stored.at(revision) or ("", {})
        files = dict(before)
        for line in self.body.splitlines():
            change = json.loads(line)
            key, value = change["key"], change["value"]
            if key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif key == "deletedFile":
                del files[value["path"]]
        oid = stored.commit(files)
        path = f"{kind}/{repo_id}".removeprefix("models/")
        url = f"{self.hub.url}/{path}/commit/{oid}"
        return as_json({"commitUrl": url, "commitOid": oid})


Reply = tuple[int, bytes, Mapping[str, str]]
_KIND = r"(?P<kind>models|spaces|datasets)"
_REPO = r"(?P<repo_id>[\w.-]+/[\w.-]+)"
_ROADS: tuple[tuple[str, Callable[..., Reply]], ...] = (
    (r"GET /api/whoami-v2", Answers.whoami),
    (r"POST /api/repos/create", Answers.create),
    (r"POST /api/validate-yaml", Answers.validate),
    (rf"GET /api/{_KIND}/{_REPO}", Answers.info),
    (rf"GET /api/{_KIND}/{_REPO}/revision/(?P<revision>.+)", Answers.info),
    (rf"GET /api/{_KIND}/{_REPO}/tree/(?P<revision>[^/]+)/?", Answers.tree),
    (rf"POST /api/{_KIND}/{_REPO}/preupload/(?P<revision>.+)", Answers.preupload),
    (rf"POST /api/{_KIND}/{_REPO}/commit/(?P<revision>.+)", Answers.commit),
    (rf"POST /(?P<kind>spaces/)?{_REPO}\.git/info/lfs/objects/batch", Answers.batch),
    (r"PUT /upload/(?P<digest>[0-9a-f]{64})", Answers.upload),
    (r"POST /verify", Answers.verify),
    (r"GET /cdn/(?P<digest>[0-9a-f]{64})", Answers.cdn),
    (
        rf"(?:GET|HEAD) /(?P<kind>spaces/)?{_REPO}/resolve/(?P<revision>[^/]+)/(?P<file>.+)",
        Answers.resolve,
    ),
)


def is_large(path: str) -> bool:
    """Whether the hub keeps this file by LFS."""
    return path.endswith(_LARGE)


def entry(path: str, body: bytes) -> dict[str, Any]:
    """A file as the tree lists it."""
    about = {"type": "file", "path": path, "size": len(body), "oid": git_hash(body)}
    if is_large(path):
        about["lfs"] = {"oid": sha256(body), "size": len(body), "pointerSize": 134}
    return about


def oid_of(path: str, body: bytes | None) -> str | None:
    """By what a client tells whether a file has changed."""
    if body is None:
        return None
    return sha256(body) if is_large(path) else git_hash(body)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def git_hash(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


def as_json(value: object, status: int = 200) -> Reply:
    return status, json.dumps(value).encode(), {"Content-Type": "application/json"}


def fault(status: int, code: str, message: str) -> Reply:
    body = json.dumps({"error": message}).encode()
    headers = {"Content-Type": "application/json", "X-Error-Message": message}
    return status, body, {**headers, **({"X-Error-Code": code} if code else {})}


if __name__ == "__main__":
    with running() as loopback:
        print(
            f"export HF_ENDPOINT={loopback.url} HF_TOKEN={TOKEN} HF_HUB_DISABLE_XET=1", flush=True
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("closed")

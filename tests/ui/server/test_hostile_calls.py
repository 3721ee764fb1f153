"""Every function of the running page, called by every road with values that name files.

The functions are those that the page's own configuration lists, so a new one is called too. All
files here are canaries, made for this test: they must stay, and nothing of them may come back.
"""

from __future__ import annotations

import base64
import http.server
import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

DELETED_AFTER_S = 6.0
NO_HANG_S = 20.0
MARK = f"CANARY-{secrets.token_hex(8)}"
FILE = "gradio.FileData"


@dataclass
class Traps:
    """Files that nobody uploaded, an address that counts who asks, and how each may be named."""

    files: dict[Path, bytes]
    names: dict[str, str]
    asked: list[str]


@pytest.fixture(scope="module")
def traps(
    uploads: Path, tmp_path_factory: pytest.TempPathFactory, astronaut_path: Path
) -> Iterator[Traps]:
    asked: list[str] = []

    class Counting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(MARK.encode())

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    outside = tmp_path_factory.mktemp("outside")
    inside = uploads / secrets.token_hex(4)
    inside.mkdir(parents=True)
    files: dict[Path, bytes] = {}
    for folder in (outside, inside):
        files[folder / "words.txt"] = MARK.encode()
        files[folder / "face.jpg"] = astronaut_path.read_bytes()
    for path, content in files.items():
        path.write_bytes(content)
    (inside / "link.txt").symlink_to(outside / "words.txt")
    (inside / "link").symlink_to(outside)
    os.mkfifo(inside / "pipe.jpg")
    os.mkfifo(outside / "pipe.jpg")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        words, face = outside / "words.txt", outside / "face.jpg"
        names = {
            "words": str(words),
            "a picture": str(face),
            "words among uploads": str(inside / "words.txt"),
            "a picture among uploads": str(inside / "face.jpg"),
            "around": f"{uploads}/../{outside.name}/../{outside.name}/face.jpg",
            "relative": os.path.relpath(face),
            "a link": str(inside / "link.txt"),
            "through a link": str(inside / "link" / "face.jpg"),
            "a folder": str(outside),
            "a pipe": str(outside / "pipe.jpg"),
            "a pipe among uploads": str(inside / "pipe.jpg"),
            "by way of the process": f"/proc/self/root{face}",
            "file:": face.as_uri(),
            "http:": f"http://127.0.0.1:{port}/face.jpg",
            "http: by name": f"http://localhost:{port}/face.jpg",
            "nothing": str(outside / "nothing.jpg"),
        }
        yield Traps(files, names, asked)
        server.shutdown()


@dataclass(frozen=True)
class Function:
    """One function, as the configuration of the page tells it."""

    id: int
    name: str
    inputs: int
    public: bool
    loads: bool


@pytest.fixture(scope="module")
def functions(url: str) -> list[Function]:
    listed = [
        Function(
            one["id"],
            one["api_name"],
            len(one["inputs"]),
            one["api_visibility"] == "public",
            any(event == "load" for _, event in one["targets"]),
        )
        for one in httpx.get(f"{url}/config", timeout=60).json()["dependencies"]
        if one["backend_fn"]
    ]
    assert len(listed) > 20
    assert sum(one.public for one in listed) == 4
    return listed


@dataclass
class Caller:
    """A visitor of the page who accepted the notice, unless ``consent`` is off."""

    url: str
    loads: Function
    consent: bool = True
    info: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web = httpx.Client(base_url=f"{self.url}/gradio_api", timeout=NO_HANG_S)
        self.session = secrets.token_hex(6)
        remembered = {"consent": self.consent}
        values = [remembered, *[None] * (self.loads.inputs - 1)]
        loaded = self.web.post(
            f"run/{self.loads.name}", json={"data": values, "session_hash": self.session}
        )
        assert loaded.status_code == 200, loaded.text
        # What a page holds open while it is shown.
        beat = self.web.build_request("GET", f"heartbeat/{self.session}")
        self._beat = self.web.send(beat, stream=True)

    def leave(self) -> None:
        """Close the page."""
        self._beat.close()
        self.web.close()

    def run(self, one: Function, data: list[Any], told: Any = None, road: str = "run") -> str:
        body = {"data": data, "event_data": told, "session_hash": self.session}
        return self.web.post(f"{road}/{one.name}", json=body).text

    def api(self, one: Function, data: list[Any], told: Any = None) -> str:
        return self.run(one, data, told, road="api")

    def call(self, one: Function, data: list[Any], told: Any = None) -> str:
        body = {"data": data, "event_data": told, "session_hash": self.session}
        return self._fetched(one, self.web.post(f"call/{one.name}", json=body))

    def by_name(self, one: Function, data: list[Any], told: Any = None) -> str:
        if not self.info:
            self.info = self.web.get("info").json()["named_endpoints"]
        info = self.info.get(f"/{one.name}")
        names = [part["parameter_name"] for part in info["parameters"]] if info else ["value"]
        given = dict(zip(names, data, strict=False)) | {"session_hash": self.session}
        return self._fetched(one, self.web.post(f"call/v2/{one.name}", json=given))

    def _fetched(self, one: Function, joined: httpx.Response) -> str:
        event = joined.json().get("event_id") if joined.status_code == 200 else None
        if event is None:
            return joined.text
        return self.until_done(f"call/{one.name}/{event}")

    def queue(self, one: Function, data: list[Any], told: Any = None) -> str:
        body = {"data": data, "event_data": told, "fn_index": one.id, "session_hash": self.session}
        joined = self.web.post("queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        return self.until_done(f"queue/data?session_hash={self.session}")

    def until_done(self, path: str) -> str:
        """What a stream of events says until a call is over, which must be soon."""
        said, start_s = "", time.monotonic()
        with self.web.stream("GET", path) as stream:
            for line in stream.iter_lines():
                said += line + "\n"
                assert time.monotonic() - start_s < NO_HANG_S, f"{path} hangs: {said[-300:]}"
        return said

    def component_server(self, one: Function, data: list[Any], told: Any = None) -> str:
        said = ""
        for name in ("ls", one.name):
            body = {"data": data, "component_id": one.id, "fn_name": name}
            said += self.web.post("component_server", json=body | {"session_hash": "abc"}).text
        return said


# The first is quick and grows with the page; the second tries all combinations.
thoroughly = pytest.mark.parametrize(
    "all_of_it", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"]
)
_TAKE_PICTURES = ("read", "frame", "film_read", "film_frame", "analyze", "explain")
ROADS = ("run", "api", "call", "by_name", "queue", "component_server")


@pytest.fixture(scope="module")
def arrive(url: str, functions: list[Function]) -> Iterator[Callable[..., Caller]]:
    """Opens the page for a new visitor, and leaves it when the tests are over."""
    [loads] = [one for one in functions if one.loads]
    visitors: list[Caller] = []

    def arrive(consent: bool = True) -> Caller:
        visitors.append(Caller(url, loads, consent))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.leave()


@pytest.fixture(scope="module")
def visitor(arrive: Callable[..., Caller]) -> Caller:
    return arrive()


def shapes(name: str, url: str) -> list[Any]:
    """How a path can be put into a value."""
    marked = {"path": name, "meta": {"_type": FILE}}
    address = f"/gradio_api/file={name}"
    return [
        marked,
        {"path": name},
        {"path": name, "url": None, "orig_name": "a.jpg", "meta": {"_type": "other"}},
        {"path": name, "url": url + address, "meta": {"_type": FILE}},
        {"url": name, "path": None},
        {"url": name, "path": "", "is_stream": True, "meta": {"_type": FILE}},
        {"value": marked, "path": {"path": name}},
        [marked, {"image": marked}],
        {"photo": marked, "face": marked, "crop": marked, "act": marked, "id": marked},
        {"photo": name, "face": name, "crop": url + address},
        [name, address],
        name,
        url + address,
        {"file": {"path": name, "orig_name": name}, "person": marked, "track": 0},  # a clip's
    ]


def nothing_came(said: str, what: str) -> None:
    assert MARK not in said, what
    assert base64.b64encode(MARK.encode()).decode()[:12] not in said, what
    assert MARK[:8] not in said, f"the first bytes: {what}"
    for shown in ("yz-shot", "box_xywh", '"heatmap"'):
        assert shown not in said, what
    assert "Errno" not in said, f"whether it exists: {what}"


@thoroughly
@pytest.mark.parametrize("road", ROADS)
def test_no_value_opens_a_file_of_the_server(
    functions: list[Function],
    arrive: Callable[..., Caller],
    traps: Traps,
    url: str,
    road: str,
    all_of_it: bool,
) -> None:
    ask = getattr(arrive(), road)
    for one in functions:
        if road == "by_name" and not one.public:
            assert "event_id" not in ask(one, [None])
            continue
        takes_pictures = one.name in _TAKE_PICTURES
        for number, (kind, name) in enumerate(traps.names.items()):
            every = shapes(name, url)
            turn = one.id + number
            # Every function gets some of the names, and those that take pictures each of them.
            if not (all_of_it or (takes_pictures and road in ("run", "call"))) and turn % 6:
                continue
            turn %= len(every)
            some = [every[turn]]
            if takes_pictures and every[1] not in some:
                some.append(every[1])  # the plain path, which once was read and deleted
            if one.name == "film_read" and every[-1] not in some:
                some.append(every[-1])
            for value in every if all_of_it else some:
                said = ask(one, [value] * one.inputs, value)
                nothing_came(said, f"{road} {one.name} {kind} {value}")


def test_nothing_is_told_to_a_call_without_a_visit(functions: list[Function], url: str) -> None:
    with httpx.Client(base_url=f"{url}/gradio_api", timeout=NO_HANG_S) as web:
        for one in functions:
            if one.public:
                continue
            sessions = ["unknown-visit", None, "", "../x", "x" * 200]
            for session in sessions[one.loads :]:
                body = {"data": [None] * one.inputs, "session_hash": session}
                joined = web.post("queue/join", json=body | {"fn_index": one.id})
                assert joined.status_code == (400 if session is None else 410), one
                if session not in (sessions[1 + one.id % 4], "unknown-visit"):
                    continue
                for road in ("run", "api"):
                    answer = web.post(f"{road}/{one.name}", json=body)
                    assert answer.status_code == 410, one
                    assert "visit" in answer.json()["error"], one


def test_no_function_of_the_page_takes_a_picture_before_the_notice(
    functions: list[Function], arrive: Callable[..., Caller], astronaut_path: Path
) -> None:
    visitor = arrive(consent=False)
    picture = "data:image/jpeg;base64," + base64.b64encode(astronaut_path.read_bytes()).decode()
    for one in functions:
        if one.public:
            continue
        for value, told in ((picture, None), ({"url": picture}, None), (None, {"photo": picture})):
            asks = (visitor.run, visitor.queue) if told is None else (visitor.run,)
            for ask in asks:
                said = ask(one, [value] * one.inputs, told)
                assert "the notice must be accepted" in said, (one, said)
        with (astronaut_path).open("rb") as file:
            [path] = visitor.web.post("upload", files={"files": file}).json()
        if one.inputs:
            said = visitor.run(one, [{"path": path}] * one.inputs)
            assert "the notice must be accepted" in said, one


def test_an_upload_is_read_once_and_by_its_path_alone(
    functions: list[Function],
    visitor: Caller,
    arrive: Callable[..., Caller],
    astronaut_path: Path,
) -> None:
    [read] = [one for one in functions if one.name == "read"]
    other = arrive()
    with astronaut_path.open("rb") as file:
        [path] = other.web.post("upload", files={"files": file}).json()
    values = [None] * (read.inputs - 1)
    for near in (path.upper(), f"./{path}", path + "/", quote(path, safe=""), Path(path).name):
        assert "nobody uploaded" in visitor.run(read, [{"path": near}, *values])
    assert "yz-shot" in other.run(read, [{"path": path, "meta": {"_type": FILE}}, *values])
    for late in (visitor, other):
        assert "nobody uploaded" in late.run(read, [{"path": path}, *values])


def mcp(url: str, method: str, **params: Any) -> str:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    accept = {"Accept": "application/json, text/event-stream"}
    return httpx.post(f"{url}/gradio_api/mcp/", json=body, headers=accept, timeout=NO_HANG_S).text


@thoroughly
def test_no_tool_opens_a_file_for_an_agent(url: str, traps: Traps, all_of_it: bool) -> None:
    pytest.importorskip("mcp", reason="the extra 'mcp' is not installed")
    said = re.search(r"^data: (.*)$", mcp(url, "tools/list"), re.MULTILINE)
    assert said
    tools = json.loads(said.group(1))["result"]["tools"]
    assert len(tools) == 4
    for tool in tools:
        parameters = list(tool["inputSchema"].get("properties", {}))
        takes_pictures = "image" in str(parameters)
        for number, (kind, name) in enumerate(traps.names.items()):
            if not all_of_it and number % 4 and not takes_pictures:
                continue
            every = shapes(name, url)
            # What Gradio takes for a file comes first, and always.
            turn = number % len(every)
            for value in every if all_of_it else (every[0], every[turn]):
                for values in (value, [value]) if all_of_it else ((value, [value])[number % 2],):
                    arguments: dict[str, Any] = dict.fromkeys(parameters, values)
                    if takes_pictures:
                        arguments = {
                            part: values for part in parameters if part in ("image", "images")
                        } | {"crops": True}
                    answer = mcp(url, "tools/call", name=tool["name"], arguments=arguments)
                    nothing_came(answer, f"{tool['name']} {kind} {values}")


def test_no_address_gives_away_a_file_or_fetches_one(url: str, traps: Traps) -> None:
    for name in traps.names.values():
        for path in (f"file={name}", f"file={quote(name, safe='')}", f"file/{name}"):
            answer = httpx.get(f"{url}/gradio_api/{path}", timeout=NO_HANG_S)
            assert answer.status_code in (403, 404), path
            nothing_came(answer.text, path)
        for path in (f"gradio_api/proxy={name}", f"static/{name}", f"assets/{name}"):
            answer = httpx.get(f"{url}/{path}", timeout=NO_HANG_S)
            assert answer.status_code >= 400, path
            nothing_came(answer.text, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "process_recording"),
        ("POST", "vibe-edit"),
        ("POST", "component_server"),
        ("GET", "deep_link?session_hash=abcd"),
        ("GET", "dev/reload"),
        ("GET", "proxy=http://127.0.0.1:1/"),
        ("GET", "mcp/sse"),
        ("POST", "mcp/messages/"),
        ("POST", "anything/else"),
        ("PUT", "upload"),
    ],
)
def test_what_the_page_does_not_use_is_closed(url: str, method: str, path: str) -> None:
    answer = httpx.request(method, f"{url}/gradio_api/{path}", timeout=NO_HANG_S)
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("a request must be one that the page or its API")


def test_huge_and_deep_values_are_refused(
    functions: list[Function], visitor: Caller, url: str
) -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = {"a": [deep]}
    for number, value in enumerate((deep, ["x"] * 30_000, {str(n): n for n in range(30_000)})):
        for one in functions[number::3]:
            said = visitor.run(one, [value] * one.inputs, value)
            assert "error" in json.loads(said), one.name
            assert "a call must hold at most" in said or one.inputs == 0, one.name
    at = urlsplit(url)
    for path, most in (("upload", 41 * 2**20), ("run/read", 66 * 2**20)):
        with socket.create_connection((str(at.hostname), int(at.port or 0)), NO_HANG_S) as wire:
            head = f"POST /gradio_api/{path} HTTP/1.1\r\nHost: {at.netloc}\r\n"
            wire.sendall(f"{head}Content-Length: {most}\r\n\r\n".encode())
            assert b" 413 " in wire.recv(100)


@pytest.mark.parametrize("path", ["run/read", "queue/join", "call/analyze", "mcp/"])
def test_a_call_that_hides_its_length_is_refused(url: str, path: str) -> None:
    """Calls share their memory by the length that each announces."""
    answer = httpx.post(
        f"{url}/gradio_api/{path}",
        content=iter([b'{"data": []', b"}"]),
        headers={"Content-Type": "application/json", "Accept-Language": "tr"},
        timeout=NO_HANG_S,
    )
    assert answer.status_code == 411
    assert "uzunluğunu Content-Length ile" in answer.json()["detail"]


def test_an_upload_may_come_in_pieces(url: str) -> None:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nx\r\n--b--'
    )
    answer = httpx.post(
        f"{url}/gradio_api/upload",
        content=iter([form[:20], form[20:]]),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        timeout=NO_HANG_S,
    )
    assert answer.status_code == 200
    assert len(answer.json()) == 1


@thoroughly
def test_values_of_any_type_end_in_an_answer(
    functions: list[Function], visitor: Caller, all_of_it: bool
) -> None:
    """The server's fixture sees to it that no trace of an error stands in its log."""
    odd: list[Any] = [None, True, -1, 1e308, "", "²", "x", [], [[]], {}, {"path": None}, {"a": 1}]
    keys = ("act", "id", "index", "track", "label", "ask", "answer", "state", "order", "facing")
    keys += ("photo", "face", "crop", "mood", "when", "rating", "wishes", "name")
    for one in functions:
        for number, value in enumerate(odd):
            told = dict.fromkeys(keys, value)
            turn = number + one.id
            datas = ([value] * one.inputs, [value], [])
            givens = (value, told, {**told, "order": 10**6, "act": "rate"})
            for data in datas if all_of_it else [datas[turn % 4 % 3]]:
                for given in givens if all_of_it else [givens[turn % 3]]:
                    answer = visitor.web.post(
                        f"run/{one.name}",
                        json={"data": data, "event_data": given, "session_hash": visitor.session},
                    )
                    assert answer.status_code in (200, 403, 422, 429, 500), one
                    said = answer.json()
                    assert answer.status_code != 500 or said["error"], (one, value, given)


def test_a_server_for_this_machine_answers_to_its_own_names_alone(url: str) -> None:
    port = urlsplit(url).port
    for path in ("", "config", "gradio_api/info", "gradio_api/mcp/", "gradio_api/heartbeat/abcd"):
        answer = httpx.get(f"{url}/{path}", headers={"Host": f"evil.example:{port}"}, timeout=60)
        assert answer.status_code == 403, path
    own = {"files": ("a.txt", b"words")}
    for origin in ("http://evil.example", "null", "http://127.0.0.1.evil.example"):
        upload = httpx.post(
            f"{url}/gradio_api/upload", files=own, headers={"Origin": origin}, timeout=60
        )
        assert upload.status_code == 403, origin
    for origin in (url, f"http://localhost:{port}"):
        upload = httpx.post(
            f"{url}/gradio_api/upload", files=own, headers={"Origin": origin}, timeout=60
        )
        assert upload.status_code == 200, origin
    assert httpx.get(url, headers={"Host": f"localhost:{port}"}, timeout=60).status_code == 200


def test_last_of_all_every_canary_is_there_and_nothing_was_fetched(url: str, traps: Traps) -> None:
    time.sleep(DELETED_AFTER_S)
    for path, content in traps.files.items():
        assert path.read_bytes() == content
    for path in {path.parent for path in traps.files}:
        assert (path / "pipe.jpg").is_fifo()
    assert traps.asked == []
    assert httpx.get(url, timeout=NO_HANG_S).status_code == 200

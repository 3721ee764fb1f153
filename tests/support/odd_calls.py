"""Calls of the server with wrong bodies, each by its number: the same number, the same bytes.

``python tests/support/odd_calls.py URL FOLDER --count 10000`` makes so many of them, and goes on
where it was stopped; the suite makes a small share (``tests/ui/test_odd_calls.py``).
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from yuzug._resources import PORTRAIT

HANGS_S = 5.0
_NAMES = ("analyze", "recommend", "models", "explain")
_KEYS = (
    *("images", "model", "classes", "crops", "recommend", "lang", "person", "image", "method"),
    *("emotion", "minutes", "place", "energy", "company", "count", "seed", "recent", "rejected"),
    *("filters", "label", "against", "session_hash", "data", "fn_index", "event_data", ""),
)
_WORDS = (
    "sad",
    "happy",
    "en",
    "tr",
    "cnn",
    "resnet18",
    "gradcam",
    "indoor",
    "low",
    "alone",
    "x" * 300,
)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 7, 8, 99, 10**20, -(10**400), 1e308, 0.5, "", "\0", "²", "٣"),
    *("../../x", "file:///x", "http://127.0.0.1:1/x", "data:,", "data:image/png;base64,!", "İ"),
    *("\ud800", [], {}, [[]], [None], {"path": "x"}, {"url": None}, {"path": None, "meta": {}}),
)


@dataclass(frozen=True)
class Call:
    """One request."""

    path: str
    body: bytes
    headers: dict[str, str]


@cache
def _picture() -> str:
    return base64.b64encode(PORTRAIT.read_bytes()).decode()


def _value(random: Random, depth: int = 0) -> Any:
    chance = random.random()
    if chance < 0.35 or depth > 3:
        return random.choice(_ODD)
    if chance < 0.6:
        return random.choice(_WORDS)
    if chance < 0.68:
        whole = _picture()
        cut = whole[: random.randrange(len(whole))] if random.random() < 0.7 else whole
        return random.choice(("", "data:image/jpeg;base64,")) + cut
    if chance < 0.8:
        return [_value(random, depth + 1) for _ in range(random.randrange(4))]
    if chance < 0.9:
        return {random.choice(_KEYS): _value(random, depth + 1) for _ in range(random.randrange(5))}
    return random.choice((random.randrange(-(10**6), 10**6), random.random() * 1e6))


def _agent(random: Random) -> tuple[str, Any, dict[str, str]]:
    method = random.choice(("tools/call", "tools/call", "tools/list", "initialize", "x"))
    arguments = {random.choice(_KEYS): _value(random) for _ in range(random.randrange(5))}
    params = {"name": random.choice((*_NAMES, "read", "")), "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": random.randrange(9), "method": method, "params": params}
    return "mcp/", body, {"Accept": "application/json, text/event-stream"}


def _named(random: Random) -> tuple[str, Any, dict[str, str]]:
    name = random.choice((*_NAMES, *_NAMES, "read", "frame", "arrive", "nothing"))
    road = random.choice(("run", "api", "call", "call/v2"))
    if road == "call/v2":
        body = {random.choice(_KEYS): _value(random) for _ in range(random.randrange(6))}
    else:
        body = {"data": [_value(random) for _ in range(random.randrange(9))]}
        if random.random() < 0.3:
            body[random.choice(_KEYS)] = _value(random)
    return f"{road}/{name}", body, {}


def _queued(random: Random) -> tuple[str, Any, dict[str, str]]:
    body = {"data": [_value(random) for _ in range(random.randrange(6))]}
    body |= {"fn_index": random.choice((*range(-1, 40), None, "a", 10**9))}
    body |= {"session_hash": random.choice((None, "", "abcd", "x" * 200, 3))}
    return "queue/join", body, {}


def call(number: int) -> Call:
    """The call of this number."""
    random = Random(number)
    path, body, headers = random.choice((_agent, _named, _named, _named, _queued))(random)
    data = json.dumps(body, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    headers = {"Content-Type": "application/json", **headers}
    if random.random() < 0.2:  # the bytes themselves are damaged
        damaged = bytearray(data)
        at = random.randrange(len(damaged))
        if random.random() < 0.5:
            del damaged[at:]
        else:
            damaged[at] ^= 1 << random.randrange(8)
        data = bytes(damaged)
    if random.random() < 0.05:
        headers["Content-Type"] = random.choice(("text/plain", "application/xml", ""))
    if random.random() < 0.05:
        path = "upload"
        headers["Content-Type"] = random.choice(
            ("multipart/form-data", "multipart/form-data; boundary=x")
        )
        data = random.choice((data, b"--x\r\n" + data + b"\r\n--x--", b""))
    return Call(path, data, headers)


def outcome(web: httpx.Client, one: Call) -> str:
    """The status of the answer; ``unsaid`` where it is a failure that says nothing."""
    answer = web.post(f"/gradio_api/{one.path}", content=one.body, headers=one.headers)
    if answer.status_code < 400:
        if one.path.startswith("call/") and "event_id" in answer.text:
            event = answer.json()["event_id"]
            name = one.path.rpartition("/")[2]
            said = web.get(f"/gradio_api/call/{name}/{event}").text
            return "called: " + ("error" if "event: error" in said else "answered")
        return str(answer.status_code)
    # Agents are told in plain words what their protocol forbids.
    plain = "<" not in answer.text and len(answer.text) < 200 and answer.status_code < 500
    try:
        told = answer.json()
    except ValueError:
        told = {"error": answer.text} if plain else {}
    said = told.get("error") or told.get("detail")
    return str(answer.status_code) if said else f"unsaid {answer.status_code}"


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    file = chosen.folder / "calls.json"
    state: dict[str, Any] = {"next": 0, "outcomes": {}, "odd": [], "slowest_s": 0.0}
    if file.exists():
        state = json.loads(file.read_text())
    outcomes = Counter(state["outcomes"])
    with httpx.Client(base_url=chosen.url, timeout=60) as web:
        for number in range(state["next"], chosen.count):
            one = call(number)
            start_s = time.monotonic()
            try:
                kind = outcome(web, one)
            except httpx.HTTPError as error:
                kind = f"unsaid {type(error).__name__}"
            took_s = time.monotonic() - start_s
            state["slowest_s"] = max(state["slowest_s"], took_s)
            if took_s > HANGS_S or kind.startswith("unsaid"):
                state["odd"].append([number, one.path, kind, round(took_s, 1)])
            outcomes[f"{one.path.rpartition('/')[0] or one.path}: {kind}"] += 1
            if number % 100 == 99:
                file.write_text(
                    json.dumps(state | {"next": number + 1, "outcomes": outcomes}, indent=1)
                )
    print(json.dumps(state | {"outcomes": outcomes}, indent=1))
    return bool(state["odd"])


if __name__ == "__main__":
    sys.exit(_main())

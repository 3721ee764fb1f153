"""A server under steady use: live visitors, photos, people who come and go.

``python tests/support/soak.py URL PID --minutes 30`` prints what its process held on the way; the
suite does it for a minute (``tests/ui/test_soak.py``).
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx
from PIL import Image

from yuzug._resources import PORTRAIT

PHOTO_EVERY_S = 5.0
STAYS_S = 20.0  # then the visitor leaves, and another one comes
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    at_s: float
    rss_mb: float
    threads: int
    handles: int


@dataclass
class Soak:
    """What came of it; ``held`` is the process before, on the way and after the last visitor."""

    held: list[Held]
    frames: int = 0
    photos: int = 0
    visits: int = 0
    refused: int = 0


def held(pid: int, since_s: float) -> Held:
    """What the process holds now; Linux alone."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    handles = len(os.listdir(f"/proc/{pid}/fd"))
    rss_mb = int(status["VmRSS"].split()[0]) / 1024
    return Held(round(time.monotonic() - since_s), rss_mb, int(status["Threads"]), handles)


class _Visitor:
    """One page that is open: it has accepted the notice."""

    def __init__(self, url: str, arrival: str, inputs: int) -> None:
        self.web = httpx.Client(base_url=f"{url}/gradio_api", timeout=TIMEOUT_S)
        self.session = secrets.token_hex(6)
        self.run(arrival, [{"consent": True}, *[None] * (inputs - 1)])

    def run(self, name: str, data: list[Any]) -> httpx.Response:
        return self.web.post(f"run/{name}", json={"data": data, "session_hash": self.session})


@contextmanager
def _page(url: str, arrival: str, inputs: int) -> Iterator[_Visitor]:
    visitor = _Visitor(url, arrival, inputs)
    with closing(visitor.web), visitor.web.stream("GET", f"heartbeat/{visitor.session}"):
        yield visitor


def soak(url: str, pid: int, seconds: float, visitors: int, sample_s: float = 10.0) -> Soak:
    """Use the server for so long, then wait until everybody has left."""
    listed = httpx.get(f"{url}/config", timeout=TIMEOUT_S).json()["dependencies"]
    inputs = {one["api_name"]: len(one["inputs"]) for one in listed if one["backend_fn"]}
    [arrival] = [
        one["api_name"]
        for one in listed
        if one["backend_fn"] and any(event == "load" for _, event in one["targets"])
    ]
    start_s = time.monotonic()
    done, lock = threading.Event(), threading.Lock()
    came = Soak([])
    frames = _frames()
    photo = "data:image/jpeg;base64," + base64.b64encode(PORTRAIT.read_bytes()).decode()

    def visit(number: int) -> None:
        turn = number
        while not done.is_set():
            with _page(url, arrival, inputs[arrival]) as visitor:
                came.visits += 1
                until_s = time.monotonic() + STAYS_S
                photo_s = time.monotonic() + PHOTO_EVERY_S * (1 + number) / visitors
                while not done.is_set() and time.monotonic() < until_s:
                    turn += 1
                    options = json.dumps({"track": None, "target": None, "still": False})
                    empty = [None] * (inputs["frame"] - 2)
                    answer = visitor.run("frame", [frames[turn % len(frames)], options, *empty])
                    with lock:
                        came.frames += answer.status_code == 200
                        came.refused += answer.status_code != 200
                    if time.monotonic() >= photo_s:
                        photo_s += PHOTO_EVERY_S
                        values = [{"url": photo}, *[None] * (inputs["read"] - 1)]
                        read = visitor.run("read", values)
                        with lock:
                            came.photos += "yz-shot" in read.text
                            came.refused += read.status_code != 200

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    while time.monotonic() - start_s < seconds:
        time.sleep(min(sample_s, seconds))
        came.held.append(held(pid, start_s))
    done.set()
    for thread in threads:
        thread.join()
    time.sleep(3)
    came.held.append(held(pid, start_s))
    return came


def _frames() -> list[str]:
    """Frames as a page sends them, of a face that moves."""
    portrait = Image.open(PORTRAIT).convert("RGB")
    frames = []
    for number in range(24):
        left = 60 + 4 * abs(12 - number)
        out = io.BytesIO()
        portrait.crop((left, 0, left + 320, 240)).save(out, "JPEG", quality=80)
        frames.append("data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode())
    return frames


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("pid", type=int)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--visitors", type=int, default=2)
    chosen = parser.parse_args()
    came = soak(chosen.url, chosen.pid, 60 * chosen.minutes, chosen.visitors, sample_s=30)
    print(json.dumps(asdict(came)))


if __name__ == "__main__":
    _main()

"""A visitor of the Live tab that draws nothing: it speaks the page's own transport."""

from __future__ import annotations

import base64
import itertools
import json
import secrets
import time
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import cv2
import httpx
import numpy as np
from numpy.typing import NDArray

# As camera.js does: no more than one frame in so long, and one on the way on a short line.
EVERY_S = 0.05
QUALITY = 70


def encoded(frames: list[NDArray[np.uint8]]) -> list[str]:
    """Frames, RGB uint8 (H, W, 3), as the page sends them."""
    return [
        "data:image/jpeg;base64,"
        + base64.b64encode(
            cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
        ).decode()
        for frame in frames
    ]


@dataclass
class Visitor:
    """Opens the page with the notice accepted, and sends frames one at a time until it stops.

    ``delays_s`` are the times from the start of a frame's request to the end of its answer.
    """

    url: str
    frames: list[str]
    model: str | None = None
    delays_s: list[float] = field(default_factory=list)
    work_ms: list[float] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web = httpx.Client(base_url=f"{self.url}/gradio_api", timeout=60)
        self.session = secrets.token_hex(6)
        functions = httpx.get(f"{self.url}/config", timeout=60).json()["dependencies"]
        [load] = [one for one in functions if any(event == "load" for _, event in one["targets"])]
        remembered = {"consent": True} | ({"model": self.model} if self.model else {})
        values = [remembered, *[None] * (len(load["inputs"]) - 1)]
        self._post(load["api_name"], values)
        beat = self.web.build_request("GET", f"heartbeat/{self.session}")
        self._beat = self.web.send(beat, stream=True)
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def _post(self, name: str, data: list[Any]) -> Any:
        body = {"data": data, "session_hash": self.session}
        answer = self.web.post(f"run/{name}", json=body)
        assert answer.status_code == 200, answer.text[:300]
        return answer.json()["data"]

    def send(self, frame: str) -> dict[str, Any]:
        """One frame's answer."""
        options = json.dumps({"track": None, "target": None, "still": False})
        start_s = time.monotonic()
        self.answer = self._post("frame", [frame, options, None, None])[0]
        self.delays_s.append(time.monotonic() - start_s)
        self.work_ms.append(self.answer.get("ms", float("nan")))
        return self.answer

    def _run(self) -> None:
        for frame in itertools.cycle(self.frames):
            if self._stop.is_set():
                return
            start_s = time.monotonic()
            self.send(frame)
            time.sleep(max(0.0, EVERY_S - (time.monotonic() - start_s)))

    def start(self) -> None:
        """Send frames from now on."""
        self._thread.start()

    def leave(self) -> None:
        """Stop, and close the page."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._beat.close()
        self.web.close()

"""How soon the page answers, and what it keeps in memory; no part of the test suite.

    python tests/benchmarks/start.py [--runs 3] [--frames 500] [--tree ANOTHER_CHECKOUT]

Starts ``app.py``, waits for its first page, then lets one visitor send frames and choose every
model. Prints JSON and a table: seconds from the start to the first page, processor time of the
server until then, and resident memory after the start, after half of the frames, after all of
them and with every model loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

import cv2
import httpx
import numpy as np
import psutil
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from app_server import serving  # noqa: E402
from live_visitor import Visitor, encoded  # noqa: E402

from yuzug._resources import PORTRAIT  # noqa: E402

MODELS = ("resnet18", "cnn", "ensemble")


def portrait(width: int = 480) -> str:
    """A frame with one face, as the page sends it."""
    image = np.asarray(Image.open(PORTRAIT).convert("RGB"))
    return encoded([np.asarray(cv2.resize(image, (width, width)), np.uint8)])[0]


def one_start(tree: Path, frames: int) -> dict[str, float]:
    """The figures of one start of the page of this checkout."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    start_s = time.monotonic()
    with serving([sys.executable, "app.py"], tree, environment, "PORT") as server:
        assert httpx.get(server.url, timeout=60).status_code == 200
        found = {"page_s": time.monotonic() - start_s}
        [process] = [
            one for one in psutil.Process().children() if "app.py" in " ".join(one.cmdline())
        ]
        times = process.cpu_times()

        def resident(name: str) -> None:
            found[f"{name}_mb"] = process.memory_info().rss / 1e6

        found["cpu_s"] = times.user + times.system
        resident("start")
        frame = portrait()
        for name in MODELS:
            visitor = Visitor(server.url, [frame], model=name)
            for number in range(frames if name == MODELS[0] else 5):
                assert visitor.send(frame)["faces"], "no face in the frame"
                if name == MODELS[0] and number == frames // 2:
                    resident("half")
            if name == MODELS[0]:
                resident("frames")
            visitor.leave()
        resident("models")
    return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--frames", type=int, default=500)
    options.add_argument("--tree", type=Path, default=ROOT)
    chosen = options.parse_args()
    runs = [one_start(chosen.tree, chosen.frames) for _ in range(chosen.runs)]
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }
    figures = {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}
    print(json.dumps({"machine": machine, "runs": runs, "median": figures}))
    print("| start to the first page, s | processor, s | MB: start | frames/2 | frames | models |")
    print("| --- | --- | --- | --- | --- | --- |")
    names = ("page_s", "cpu_s", "start_mb", "half_mb", "frames_mb", "models_mb")
    print("| " + " | ".join(f"{figures[name]:.4g}" for name in names) + " |")


if __name__ == "__main__":
    main()

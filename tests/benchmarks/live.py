"""How fluent Live is in a browser on this machine; no part of the test suite.

    python tests/benchmarks/live.py [--seconds 20] [--visitors 8] [--yunet FILE]
                                    [--write] [--tree DIR]

Starts the page and Chromium with a fake camera, and prints a table; --write puts it into
docs/decisions/live-transport.md. Server and browser share the cores, as they do for who tries the
page at home. The delay is from the start of a frame's request to the end of its answer.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import chromium  # noqa: E402
import cv2  # noqa: E402
from app_server import serving  # noqa: E402
from live_visitor import Visitor, encoded  # noqa: E402

from yuzug._resources import PORTRAIT  # noqa: E402
from yuzug.faces.loading import FILE, REPOSITORY  # noqa: E402

PAGE = ROOT / "docs" / "decisions" / "live-transport.md"
FIGURES = re.compile(r"(<!-- figures: .*? -->\n).*?(<!-- figures end -->)", re.DOTALL)
MBIT = 125_000  # bytes a second
LINES = {"5 Mbit/s up, 80 ms": (5, 80), "2 Mbit/s up, 80 ms": (2, 80)}
PAINTED = (
    "document.querySelector('#yz-live-picture video').getVideoPlaybackQuality().totalVideoFrames"
)
FRAMES = """seconds => new Promise(resolve => {
  let count = 0; const start = performance.now();
  const next = () => { count += 1;
    if (performance.now() - start < 1000 * seconds) requestAnimationFrame(next);
    else resolve(count / seconds); };
  requestAnimationFrame(next);
})"""


@dataclass
class Seen:
    """What one page showed: a second's readings and painted frames, delays and sizes."""

    readings: float
    painted: float
    delays_ms: list[float]
    up_kb: float
    down_kb: float

    def row(self, name: str) -> str:
        """A line of the table."""
        delays = sorted(self.delays_ms) or [float("nan")]
        p95 = delays[int(0.95 * (len(delays) - 1))]
        return (
            f"| {name} | {self.painted:.0f} | {self.readings:.1f} | "
            f"{statistics.median(delays):.0f} / {p95:.0f} | {self.up_kb:.0f} / {self.down_kb:.0f} |"
        )


def moving_portrait() -> list[NDArray[np.uint8]]:
    """Frames of a portrait that moves: RGB uint8 (360, 640, 3)."""
    portrait = np.asarray(Image.open(PORTRAIT).convert("RGB"))
    frames = []
    for turn in np.linspace(0, 2 * np.pi, 240, endpoint=False):
        zoom = 1.2 + 0.1 * np.sin(turn)
        x, y = 225 + 18 * np.cos(5 * turn), 130 + 8 * np.sin(3 * turn)
        move = np.array([[zoom, 0, 320 - zoom * x], [0, zoom, 180 - zoom * y]])
        frames.append(cv2.warpAffine(portrait, move, (640, 360), borderMode=cv2.BORDER_REFLECT))
    return frames


def clip(folder: Path) -> Path:
    """The moving portrait for the fake camera."""
    path = folder / "face.mjpeg"
    with path.open("wb") as out:
        for frame in moving_portrait():
            out.write(cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1])
    return path


@contextmanager
def visitor(browser: Browser, url: str) -> Iterator[tuple[Page, CDPSession]]:
    """A page whose camera runs."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 844})
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("body.yz-ready", timeout=120_000)
    page.locator(".yz-notice-box button:visible").click()
    page.locator("[data-camera=start]").click()
    page.locator("#yz-live-advice .yz-card").first.wait_for(timeout=120_000)
    yield page, context.new_cdp_session(page)
    context.close()


def watch(page: Page, seconds: float) -> Seen:
    """Look at a page for so long."""
    done: list[Request] = []

    def finished(request: Request) -> None:
        if "/run/frame" in request.url:
            done.append(request)

    page.on("requestfinished", finished)
    before, start_s = page.evaluate(PAINTED), time.monotonic()
    page.wait_for_timeout(1000 * seconds)
    took_s = time.monotonic() - start_s
    painted = (page.evaluate(PAINTED) - before) / took_s
    page.remove_listener("requestfinished", finished)
    sizes = [request.sizes() for request in done]
    count = max(1, len(done))
    return Seen(
        readings=len(done) / took_s,
        painted=painted,
        delays_ms=[request.timing["responseEnd"] for request in done],
        up_kb=sum(size["requestBodySize"] for size in sizes) / count / 1000,
        down_kb=sum(size["responseBodySize"] for size in sizes) / count / 1000,
    )


def measure(
    browser: Browser, url: str, seconds: float, visitors: int, line_seconds: float
) -> list[str]:
    """The lines of the table; a slow line is watched for ``line_seconds``."""
    rows = []
    with visitor(browser, url) as (page, devtools):
        rows.append(watch(page, seconds).row("this machine"))
        for name, (mbit, trip_ms) in LINES.items():
            line = {"offline": False, "latency": trip_ms, "downloadThroughput": 20 * MBIT}
            devtools.send(
                "Network.emulateNetworkConditions", {**line, "uploadThroughput": mbit * MBIT}
            )
            page.wait_for_timeout(5000)
            rows.append(watch(page, line_seconds).row(name))
        free = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        devtools.send("Network.emulateNetworkConditions", free)
        page.wait_for_timeout(3000)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        seen = watch(page, seconds)
        rows.append(seen.row(f"processor 4× slower (page {page.evaluate(FRAMES, 5):.0f} frames/s)"))
    return rows + several(url, seconds, visitors)


def several(url: str, seconds: float, visitors: int) -> list[str]:
    """Visitors that draw nothing, so that what is measured is the server: rates and delays."""
    frames = [cv2.resize(frame, (480, 270)) for frame in moving_portrait()[::8]]
    pictures = encoded([np.asarray(frame, np.uint8) for frame in frames])
    opened = [Visitor(url, pictures[one:] + pictures[:one]) for one in range(visitors)]
    for one in opened:
        one.start()
    time.sleep(3)
    for one in opened:
        one.delays_s.clear()
    start_s = time.monotonic()
    time.sleep(seconds)
    took_s = time.monotonic() - start_s
    counts = [len(one.delays_s) for one in opened]
    delays = sorted(1000 * delay_s for one in opened for delay_s in one.delays_s)
    for one in opened:
        one.leave()
    fair = max(counts) / max(min(counts), 1)
    p95 = delays[int(0.95 * (len(delays) - 1))]
    return [
        f"| {visitors} visitors without browsers, each (largest to smallest {fair:.2f}) | – | "
        f"{min(counts) / took_s:.1f}–{max(counts) / took_s:.1f} | "
        f"{statistics.median(delays):.0f} / {p95:.0f} | – |"
    ]


def cache_yunet(file: Path, cache: Path) -> None:
    """Lay YuNet's file where the hub's cache has it."""
    name = "models--" + REPOSITORY.repo_id.replace("/", "--")
    place = cache / name / "snapshots" / REPOSITORY.revision
    place.mkdir(parents=True)
    shutil.copy(file, place / FILE)


def main() -> None:
    """Measure, print, and write where that is wished."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--line-seconds", type=float, help="for the slow lines; else as long")
    options.add_argument("--visitors", type=int, default=8)
    options.add_argument("--yunet", type=Path, help="its file; without it the Haar cascade runs")
    options.add_argument("--write", action="store_true")
    options.add_argument("--tree", type=Path, default=ROOT, help="another checkout to compare with")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hub_cache = Path(folder) / "hub"
        if chosen.yunet:
            cache_yunet(chosen.yunet, hub_cache)
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(hub_cache)}
        arguments = [
            *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
            *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
            f"--use-file-for-fake-video-capture={clip(Path(folder))}",
        ]
        with (
            serving([sys.executable, "app.py"], chosen.tree, environment, "PORT") as server,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=arguments)
            line_seconds = chosen.line_seconds or chosen.seconds
            rows = measure(browser, server.url, chosen.seconds, chosen.visitors, line_seconds)
            browser.close()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    threads = os.cpu_count()
    made = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=chosen.tree,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    table = "\n".join(
        [
            f"`python tests/benchmarks/live.py` at {made}: {threads} cores ({platform.machine()}), "
            f"Python {platform.python_version()}, "
            f"{'YuNet' if chosen.yunet else 'Haar cascade'}, resnet18; "
            f"load at the end {load:.1f}.",
            "",
            "| | painted frames/s | readings/s | delay ms, median / p95 | kB up / down |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )
    print(table)
    if chosen.write:
        page = PAGE.read_text(encoding="utf-8")
        written = FIGURES.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", page)
        PAGE.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()

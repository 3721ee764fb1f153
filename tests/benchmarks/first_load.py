"""How soon the page can be used over a slow line; no part of the test suite.

    python tests/benchmarks/first_load.py [--runs 3] [--url URL] [--waterfall]

Starts ``app.py``, or takes the server at ``--url``, and opens the page in Chromium with an empty
cache on Chromium's "Fast 3G" (1.6 Mbit/s down, 0.75 up), at two round trips: 150 ms, that of the
line, and 562 ms, what the browser's own tools add to each request. Prints a table of medians: first
paint, usable (the notice can be accepted), requests, and the KiB that came by kind.
``--waterfall`` prints one load request by request.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import chromium  # noqa: E402
from app_server import serving  # noqa: E402

MBIT = 125_000  # bytes a second
DOWN_MBIT, UP_MBIT = 1.6, 0.75
TRIPS_MS = (150, 562)
KINDS = ("Document", "Script", "Stylesheet", "Font")
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
USABLE = "document.body?.matches('.yz-ready') && performance.now()"


@dataclass
class Load:
    """One load: milliseconds since the navigation, and what came."""

    paint_ms: float = 0.0
    usable_ms: float = 0.0
    kib: Counter[str] = field(default_factory=Counter)
    requests: list[dict[str, Any]] = field(default_factory=list)


def one_load(browser: Browser, url: str, trip_ms: float) -> Load:
    """Open the page as somebody who was never there."""
    context = browser.new_context(locale="en-US", viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    load = Load()
    asked: dict[str, dict[str, Any]] = {}

    def began(event: dict[str, Any]) -> None:
        asked[event["requestId"]] = {
            "url": event["request"]["url"],
            "kind": event.get("type", "Other"),
            "from_s": event["timestamp"],
        }

    def ended(event: dict[str, Any]) -> None:
        request = asked.get(event["requestId"])
        if request and not request["url"].startswith("data:"):
            request |= {"to_s": event["timestamp"], "kib": event["encodedDataLength"] / 1024}
            load.kib[request["kind"]] += request["kib"]
            load.requests.append(request)

    devtools.on("Network.requestWillBeSent", began)
    devtools.on("Network.loadingFinished", ended)
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": trip_ms,
            "downloadThroughput": DOWN_MBIT * MBIT,
            "uploadThroughput": UP_MBIT * MBIT,
        },
    )
    page.goto(url, wait_until="commit", timeout=60_000)
    load.usable_ms = page.wait_for_function(USABLE, timeout=60_000).json_value()
    # Requests after this are no part of what a visitor waits for.
    load.requests, load.kib = list(load.requests), Counter(load.kib)
    load.paint_ms = page.evaluate(PAINT)
    context.close()
    return load


def row(name: str, loads: list[Load]) -> str:
    """The medians of some loads as a line of the table."""
    kib = {kind: statistics.median(load.kib[kind] for load in loads) for kind in KINDS}
    total = statistics.median(sum(load.kib.values()) for load in loads)
    return (
        f"| {name} | {statistics.median(load.paint_ms for load in loads) / 1000:.1f} | "
        f"{statistics.median(load.usable_ms for load in loads) / 1000:.1f} | "
        f"{statistics.median(len(load.requests) for load in loads):.0f} | {total:.0f} | "
        + " / ".join(f"{kib[kind]:.0f}" for kind in KINDS)
        + " |"
    )


def waterfall(load: Load) -> None:
    """Print when each request began and ended, in seconds, and what it brought."""
    start_s = min(request["from_s"] for request in load.requests)
    for request in sorted(load.requests, key=lambda one: float(one["from_s"])):
        print(
            f"{request['from_s'] - start_s:6.2f} {request['to_s'] - start_s:6.2f} "
            f"{request['kib']:7.1f} KiB {request['kind']:10} {request['url'][-70:]}"
        )


@contextmanager
def page_at(url: str | None) -> Iterator[str]:
    """The address given, or that of a server started for this."""
    if url:
        yield url
        return
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with serving([sys.executable, "app.py"], ROOT, environment, "PORT") as server:
        yield server.url


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--url")
    options.add_argument("--waterfall", action="store_true")
    chosen = options.parse_args()
    with (
        page_at(chosen.url) as url,
        tempfile.TemporaryDirectory() as profile,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium.find(),
            args=["--no-sandbox", "--disable-gpu", f"--disk-cache-dir={profile}"],
        )
        print(f"load of the machine {os.getloadavg()[0]:.1f}")
        print(f"| round trip | first paint s | usable s | requests | KiB | {' / '.join(KINDS)} |")
        print("| --- | --- | --- | --- | --- | --- |")
        for trip_ms in TRIPS_MS:
            loads = [one_load(browser, url, trip_ms) for _ in range(chosen.runs)]
            print(row(f"{trip_ms} ms", loads))
        if chosen.waterfall:
            waterfall(loads[0])
        browser.close()


if __name__ == "__main__":
    main()

"""The page behind a proxy that shows it under a path of its own."""

from __future__ import annotations

import http.client
import http.server
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from app_server import serving
from journeys import show_example, start_camera
from playwright.sync_api import Browser, expect

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "/faces"


def _proxy(port: int) -> type[http.server.BaseHTTPRequestHandler]:
    class Proxy(http.server.BaseHTTPRequestHandler):
        """Takes the prefix away, and passes each piece of an answer on as it comes."""

        def do_GET(self) -> None:
            if not self.path.startswith(f"{PREFIX}/"):
                return self.send_error(404)
            length = int(self.headers.get("content-length", 0))
            asked = http.client.HTTPConnection("127.0.0.1", port)
            path, body = self.path.removeprefix(PREFIX), self.rfile.read(length)
            asked.request(self.command, path, body or None, dict(self.headers))
            answer = asked.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            try:
                while piece := answer.read1():
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                pass  # the page has closed the stream
            finally:
                asked.close()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Proxy


@pytest.fixture
def address() -> Iterator[str]:
    environment = {**os.environ, "GRADIO_ROOT_PATH": PREFIX}
    with serving([sys.executable, "app.py"], ROOT, environment, "PORT") as server:
        handler = _proxy(urlsplit(server.url).port or 0)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
            proxy.daemon_threads = True
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{proxy.server_address[1]}{PREFIX}/"
            proxy.shutdown()


@pytest.mark.slow
def test_the_page_under_a_path_reads_photos_and_frames(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    missing: list[str] = []
    page.on("response", lambda got: missing.append(got.url) if got.status == 404 else None)
    page.goto(address)
    page.wait_for_selector("body.yz-ready")
    page.locator(".yz-notice-box button:visible").click()
    page.locator("[data-camera=start]").wait_for()
    start_camera(page)
    page.locator("[data-camera=stop]").click()
    show_example(page)
    expect(page.locator("#yz-photo-reading .yz-sentence")).to_contain_text("happy")
    page.locator("#yz-photo-gallery img").first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#yz-photo-gallery img').naturalWidth > 0")
    manifest = page.evaluate("document.querySelector('link[rel=manifest]').href")
    icon = page.evaluate(
        "async (address) => { const { icons } = await (await fetch(address)).json();"
        " return (await fetch(new URL(icons[0].src, address))).status; }",
        manifest,
    )
    assert icon == 200
    assert not missing
    context.close()

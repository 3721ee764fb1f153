"""Two replicas behind nginx: one is ended, one is killed, and nobody is left alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import clips
import httpx
import numpy as np
import pytest
from app_server import AppServer, serving
from journeys import open_tab, speak
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, expect

from yuzug.texts import text

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PATIENCE_S = 60.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.05)


class Replicas:
    """The replicas by their number, and the address of nginx before them."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self.of: dict[str, AppServer] = {}
        for name in "12":
            self.start(name)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._nginx(folder, port)

    def start(self, name: str) -> None:
        command = [sys.executable, "app.py"]
        before = self.of.get(name)
        port = int(before.url.rsplit(":", 1)[1]) if before else 0
        self.of[name] = self._stack.enter_context(serving(command, ROOT, os.environ, "PORT", port))

    def _nginx(self, folder: Path, port: int) -> None:
        """The configuration that is shipped, on the ports of this test."""
        written = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        ports = {"8080": str(port)}
        for name, server in self.of.items():
            ports[f"786{name}"] = server.url.rsplit(":", 1)[1]
        written = re.sub(r":(8080|786\d)\b", lambda found: ":" + ports[found[1]], written)
        path = folder / "nginx.conf"
        kept = f"pid {folder}/nginx.pid;\ndaemon off;\nerror_log {folder}/error.log;\n"
        path.write_text(kept + written, encoding="utf-8")
        folder.chmod(0o755)
        command = [str(NGINX), "-c", str(path), "-p", str(folder)]
        process = self._stack.enter_context(subprocess.Popen(command))
        self._stack.callback(process.terminate)
        until(lambda: self.answers("/health"))

    def answers(self, path: str) -> bool:
        try:
            return httpx.get(f"{self.url}{path}", timeout=60).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    with ExitStack() as stack:
        yield Replicas(stack, tmp_path_factory.mktemp("nginx"))


@pytest.fixture
def at(browser: Browser, replicas: Replicas) -> Iterator[Callable[[str], Page]]:
    """Opens a page that stays with the replica of this number."""
    contexts: list[BrowserContext] = []

    def open_page(name: str) -> Page:
        context = browser.new_context(locale="en-US")
        context.set_default_timeout(60_000)
        contexts.append(context)
        cookie = {"name": "yuzug_replica", "value": name, "url": replicas.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(replicas.url)
        page.wait_for_selector("body.yz-ready")
        page.locator(".yz-notice-box button:visible").click()
        page.locator("[data-camera=start]").wait_for()
        assert replica_of(page) == name
        return page

    yield open_page
    for context in contexts:
        context.close()


def replica_of(page: Page) -> str:
    [cookie] = [one for one in page.context.cookies() if one.get("name") == "yuzug_replica"]
    return str(cookie.get("value"))


def read_example(page: Page) -> None:
    open_tab(page, "photo")
    page.locator("[data-press=example]").click()
    page.locator("#yz-photo-advice .yz-card").first.wait_for()
    page.locator("[data-press=clear]").click()
    page.locator("#yz-photo-advice .yz-card").first.wait_for(state="hidden")


def test_newcomers_are_shared_out(replicas: Replicas) -> None:
    given = {httpx.get(replicas.url, timeout=60).cookies["yuzug_replica"] for _ in range(12)}
    assert given == {"1", "2"}


def test_a_replica_that_is_ended_finishes_what_it_has_begun(
    replicas: Replicas, at: Callable[[str], Page], tmp_path: Path, astronaut: NDArray[np.uint8]
) -> None:
    page, other = at("1"), at("2")
    clip = clips.write(tmp_path / "clip.mp4", clips.frames(astronaut, 40) * 4)
    open_tab(page, "film")
    page.locator("#yz-film-source input[type=file]").set_input_files(clip)
    page.get_by_text(re.compile("Analysing")).wait_for()
    ended = replicas.of["1"]
    os.kill(ended.pid, signal.SIGTERM)
    until(lambda: httpx.get(f"{ended.url}/health", timeout=60).status_code == 503)
    assert httpx.get(ended.url, timeout=60).status_code == 503
    # Who opens the page meanwhile, is answered by the other one, whatever the cookie says.
    opened = httpx.get(replicas.url, cookies={"yuzug_replica": "1"}, timeout=60)
    assert opened.status_code == 200
    assert opened.cookies["yuzug_replica"] == "2"
    page.locator("#yz-film .yz-film-person").first.wait_for()
    until(lambda: not running(ended))
    assert text("ui.serve_draining", "en") in ended.said
    read_example(other)
    replicas.start("1")


def running(server: AppServer) -> bool:
    try:
        httpx.get(f"{server.url}/health", timeout=60)
    except httpx.TransportError:
        return False
    return True


def test_a_killed_replica_is_noticed_by_its_own_visitors_alone_who_are_carried_over(
    replicas: Replicas, at: Callable[[str], Page]
) -> None:
    page, other = at("1"), at("2")
    failed: list[str] = []
    other.on("response", lambda got: failed.append(got.url) if got.status >= 400 else None)
    speak(page, "tr")
    page.get_by_test_id("CNN-radio-label").click()
    open_tab(page, "about")  # which is told with what the browser is to remember
    expect(page.locator("#yz-about h2").first).to_have_text("CNN")
    other.evaluate("window.sameVisit = true")
    os.kill(replicas.of["1"].pid, signal.SIGKILL)
    read_example(other)
    assert other.evaluate("window.sameVisit")
    assert failed == []

    open_tab(page, "photo")
    page.locator("[data-press=example]").click()
    words = page.get_by_text(text("ui.taken_up", "tr"))
    expect(words).to_be_visible()
    assert replica_of(page) == "2"
    assert page.evaluate("document.documentElement.lang") == "tr"
    expect(page.locator("#yz-model input:checked")).to_have_attribute("value", "cnn")
    read_example(page)

"""The suite runs offline: nothing may reach out, and every cache is an empty folder of its own."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Libraries read these when they are imported, so they stand before every import of ours.
# Programs that a test starts inherit them.
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="yuzug-tests-hub-")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_XET"] = "1"  # the hub of the tests speaks LFS, the older road
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import chromium as chromium_finder
import hub_server
import hypothesis
import numpy as np
import pytest
from app_server import AppServer, serving
from numpy.typing import NDArray
from PIL import Image

# The same examples in every run, and none that fails because the machine is busy.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
ASTRONAUT = ROOT / "yuzug" / "ui" / "examples" / "astronaut.jpg"


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("data") and not SHARED_DATA.is_dir():
        pytest.skip(f"the data set is not at {os.path.relpath(SHARED_DATA, ROOT)}")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Sockets reach this machine only."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != getattr(socket, "AF_UNIX", None) and host not in _THIS_MACHINE:
            raise AssertionError(f"a test reaches out to {address}")
        real(self, address)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()


_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})


@pytest.fixture
def hub() -> Iterator[hub_server.Hub]:
    """A hub on loopback; see ``hub_server``."""
    with hub_server.running() as running:
        yield running


@pytest.fixture
def at_hub(hub: hub_server.Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The client in this process speaks to the hub of the test; its cache is this empty folder."""
    from huggingface_hub import close_session, constants

    cache = tmp_path / "hub-cache"
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    close_session()
    return cache


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared data set; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the data set is not at {os.path.relpath(SHARED_DATA, ROOT)}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def astronaut_path() -> Path:
    """A portrait in the public domain: one smiling face."""
    return ASTRONAUT


@pytest.fixture(scope="session")
def astronaut() -> NDArray[np.uint8]:
    """The same as RGB uint8 (512, 512, 3), read-only."""
    image = np.array(Image.open(ASTRONAUT).convert("RGB"))
    image.setflags(write=False)
    return image


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chrome or Chromium; a missing one is an error, not a skip."""
    found = chromium_finder.find()
    if found is None:
        pytest.fail(chromium_finder.ADVICE)
    return found


@pytest.fixture(scope="session")
def yuzug_command() -> list[str]:
    """The command line of this checkout, to be followed by arguments."""
    return [sys.executable, "-m", "yuzug.cli"]


@pytest.fixture(scope="session")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the server puts what is uploaded."""
    return tmp_path_factory.mktemp("uploads")


# A page of this machine must start and answer whatever proxy is set: this one answers nobody.
DEAD_PROXY = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")


@pytest.fixture(scope="session")
def server(uploads: Path) -> Iterator[AppServer]:
    """The app, started as a user would start it, behind a proxy that is dead."""
    environment = {**os.environ, **DEAD_PROXY, "GRADIO_TEMP_DIR": str(uploads)}
    with serving([sys.executable, "app.py"], ROOT, environment, "PORT") as server:
        yield server
    assert "Traceback" not in server.said, server.said


@pytest.fixture(scope="session")
def url(server: AppServer) -> str:
    """The address of the app."""
    return server.url

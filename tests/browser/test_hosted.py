"""The Space, started as Spaces start it: its own tree, another user, one environment variable.

By default in the environment of the tests. ``YUZUG_SPACE_PYTHON=/path/to/python3.12`` names an
interpreter from which a fresh one is made, with what Spaces install in it (several gigabytes).
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import yaml
from app_server import serving
from journeys import shares, show_example
from playwright.sync_api import Browser, expect

from yuzug.cli import main

USER_ID = 1000
KEPT = ("PATH", "LD_LIBRARY_PATH", "HF_HUB_OFFLINE")
# `python app.py`, without the repository of an editable install: on a Space its folder `spaces` is
# not there to be taken for the package of that name.
START = """import runpy, sys
from pathlib import Path
sys.path = [place for place in sys.path if not Path(place, "pyproject.toml").is_file()]
runpy.run_path("app.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own are for ours alone."""
    with TemporaryDirectory(prefix="yuzug-space-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def space(place: Path) -> Path:
    folder = place / "app"
    assert main(["publish", "space", "--repo-id", "ada/yuzug", "--dry-run", str(folder)]) == 0
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def interpreter(space: Path, place: Path) -> str:
    """An interpreter with what the Space requires."""
    named = os.environ.get("YUZUG_SPACE_PYTHON")
    if not named:
        return sys.executable
    fresh = place / "fresh"
    subprocess.run([named, "-m", "venv", str(fresh)], check=True)
    _, front, _ = (space / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    version = yaml.safe_load(front)["sdk_version"]
    also = (f"gradio[oauth,mcp]=={version}", "uvicorn", "websockets", "spaces")
    pip = [str(fresh / "bin" / "python"), "-m", "pip", "install", "--quiet", *also]
    subprocess.run([*pip, "-r", str(space / "requirements.txt")], check=True)
    return str(fresh / "bin" / "python")


def as_another_user(interpreter: str, space: Path) -> list[str]:
    """How to become the user of Spaces, where we may; its rights are to read and run, no more."""
    setpriv = shutil.which("setpriv")
    if setpriv is None or os.geteuid() != 0:
        return []
    become = [setpriv, f"--reuid={USER_ID}", f"--regid={USER_ID}", "--clear-groups"]
    readable = [*become, interpreter, "-c", "import gradio; open('app.py')"]
    ran = subprocess.run(readable, cwd=space, capture_output=True, check=False)
    return become if ran.returncode == 0 else []


@pytest.fixture(scope="module")
def started(place: Path, space: Path, interpreter: str) -> Iterator[tuple[str, float]]:
    """The address of the Space, as soon as it answers, and when it was started."""
    home = place / "home"
    home.mkdir()
    home.chmod(0o777)
    environment = {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "HOME": str(home),
        "TMPDIR": str(home),
        "SYSTEM": "spaces",
        "SPACE_ID": "ada/yuzug",
    }
    command = [*as_another_user(interpreter, space), interpreter, "-c", START]
    start_s = time.monotonic()
    with serving(command, space, environment, "GRADIO_SERVER_PORT") as server:
        yield server.url, start_s
    # Python 3.12 tells of loops that Gradio leaves open; a fault of ours would name a file of ours.
    assert f"{space}/yuzug" not in server.said, server.said


def test_the_space_reads_its_first_photo_soon_after_its_start(
    started: tuple[str, float], browser: Browser
) -> None:
    url, start_s = started
    page = browser.new_page(locale="en-US")
    page.set_default_timeout(120_000)
    page.goto(url)
    page.wait_for_selector("body.yz-ready")
    page.locator(".yz-notice-box button:visible").click()
    show_example(page)
    cold_s = time.monotonic() - start_s
    expect(page.locator("#yz-photo-reading .yz-sentence")).to_contain_text("happy")
    assert sum(shares(page, "photo")) in range(96, 105)
    page.close()
    print(f"cold start to the first photo: {cold_s:.1f} s")


def test_programs_may_ask_it_too(started: tuple[str, float], space: Path) -> None:
    """Spaces bring other versions of what Gradio builds on, so this is asked here as well."""
    url, _ = started
    picture = space / "yuzug" / "ui" / "examples" / "astronaut.jpg"
    image = base64.b64encode(picture.read_bytes()).decode()
    call = f"{url}/gradio_api/call"
    asked = httpx.post(f"{call}/v2/analyze", json={"images": [image]}, timeout=60).json()
    said = httpx.get(f"{call}/analyze/{asked['event_id']}", timeout=60).text
    assert said.startswith("event: complete")
    assert '"emotion": "happy"' in said
    tools = httpx.get(f"{url}/gradio_api/mcp/schema", timeout=60)
    if tools.status_code == 200:  # only where the extra is installed
        assert {tool["name"] for tool in tools.json()} == {
            *("yuzug_analyze", "yuzug_explain", "yuzug_models", "yuzug_recommend")
        }

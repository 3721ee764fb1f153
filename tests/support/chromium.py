"""The browser of the browser tests: find an installed one, or install Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
ADVICE = (
    "The browser tests need Chrome or Chromium: install one"
    " (Debian: apt-get install chromium), or name it in YUZUG_CHROMIUM."
)


def find() -> str | None:
    """Path of an installed Chrome or Chromium, None where there is none."""
    named = os.environ.get("YUZUG_CHROMIUM")
    if named:
        return named
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in (*on_path, *PLACES) if path and Path(path).is_file()), None)


def install() -> None:
    """Install Debian's chromium where apt is there and we may use it; else do nothing."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update", "install --yes --no-install-recommends chromium"):
        subprocess.run(["apt-get", "-qq", *command.split()], env=quiet, check=False)

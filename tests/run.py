"""Run every test: python tests/run.py [pytest's options]."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support import chromium

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Make sure that there is a browser, then leave the rest, and the last word, to pytest."""
    if chromium.find() is None:
        chromium.install()
    if chromium.find() is None:
        print(chromium.ADVICE, file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

"""Run the tests: python tests/run.py [--all] [pytest's options].

Without ``--all`` the tests marked ``slow`` are left out, and it says so.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support import chromium

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = "Left out: the tests marked slow. They run with: python tests/run.py --all"


def main(options: list[str]) -> int:
    """Make sure that there is a browser, then leave the rest, and the last word, to pytest."""
    if chromium.find() is None:
        chromium.install()
    if chromium.find() is None:
        print(chromium.ADVICE, file=sys.stderr)
        return 2
    chosen = [option for option in options if option != "--all"]
    if chosen == options and "-m" not in options:
        print(LEFT_OUT, flush=True)
        chosen = ["-m", "not slow", *options]
    command = [sys.executable, "-m", "pytest", *chosen]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

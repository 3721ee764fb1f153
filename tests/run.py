"""Run the tests: python tests/run.py [--all] [pytest's options].

Two runs of pytest: the browser's tests one after another, the others side by side on the
processor's cores. Without ``--all`` the tests marked ``slow`` are left out, and it says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support import chromium

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = "Left out: the tests marked slow. They run with: python tests/run.py --all"
MAX_WORKERS = 4  # each holds the networks in memory
NO_TESTS = 5  # pytest's exit status where the options choose none
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def main(options: list[str]) -> int:
    """Make sure that there is a browser, then run both parts; the worse exit status."""
    if chromium.find() is None:
        chromium.install()
    if chromium.find() is None:
        print(chromium.ADVICE, file=sys.stderr)
        return 2
    chosen = [option for option in options if option != "--all"]
    slow = "" if chosen != options else " and not slow"
    if slow:
        print(LEFT_OUT, flush=True)
    workers = min(os.cpu_count() or 1, MAX_WORKERS)
    # One thread for each worker: threads of several workers on the same cores wait for each other.
    alone = dict.fromkeys(THREADS, "1") if workers > 1 else {}
    statuses = [
        _pytest(["-m", f"not browser{slow}", "-n", str(workers), *chosen], alone),
        _pytest(["-m", f"browser{slow}", *chosen], {}),
    ]
    ran = [status for status in statuses if status != NO_TESTS]
    return max(ran, default=NO_TESTS)


def _pytest(options: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *options]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

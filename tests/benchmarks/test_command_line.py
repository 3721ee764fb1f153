"""How soon the command line answers."""

from __future__ import annotations

import subprocess
import time

PROMISED_S = 0.3


def test_help_is_quick(yuzug_command: list[str]) -> None:
    times_s = []
    for _ in range(5):
        start_s = time.perf_counter()
        subprocess.run([*yuzug_command, "--help"], stdout=subprocess.DEVNULL, check=True)
        times_s.append(time.perf_counter() - start_s)
    print(f"yuzug --help: {min(times_s):.2f} s")
    assert min(times_s) < PROMISED_S

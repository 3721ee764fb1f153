"""``yuzug ensemble``: the bundled ensemble, built again from its members."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.extras import installed
from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    command.option("data", key="ensemble_data", metavar="DATA", type=Path, nargs="+")


def run(options: Namespace) -> int:
    """Calibrate and measure the ensemble of the bundled members, and write its file."""
    with installed("lab"):
        from yuzug.lab.training.build_ensemble import build_bundled
    print(build_bundled(options.data))
    return 0

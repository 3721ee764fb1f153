"""``yuzug ensemble``: the bundled ensemble, built again from its members."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.parser import Parser
from yuzug.extras import needs_extra


def options(command: Parser) -> None:
    command.option("data", key="ensemble_data", metavar="DATA", type=Path, nargs="+")


def run(options: Namespace) -> int:
    """Calibrate and measure the ensemble of the bundled members, and write its file."""
    with needs_extra("lab"):
        from yuzug.lab.training.build_ensemble import build_bundled
    print(build_bundled(options.data))
    return 0

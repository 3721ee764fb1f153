"""What is wrong with a catalogue, beyond what keeps it from loading."""

from __future__ import annotations

from pathlib import Path

from yuzug.recommend.load import Finding, load


def check(directory: Path) -> list[Finding]:
    """Every fault of the catalogue in this folder, by file and line."""
    return list(load(directory).findings)

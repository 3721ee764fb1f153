"""``yuzug doctor``: what stands here."""

from __future__ import annotations

from argparse import Namespace

from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    """It takes no option."""


def run(options: Namespace) -> int:
    """Print what stands here and how long an analysis takes; 1 where something is missing."""
    from yuzug.doctor import examine

    healthy = True
    for line, good in examine(options.lang):
        print(line, flush=True)
        healthy &= good
    return 0 if healthy else 1

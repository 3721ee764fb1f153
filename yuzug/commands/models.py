"""``yuzug models``: what there is to choose from."""

from __future__ import annotations

from argparse import Namespace

from yuzug.commands.output import emit
from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    command.option("--json", action="store_true")


def run(options: Namespace) -> int:
    """Print the models there are, as a table or as JSON."""
    from yuzug.commands.model_table import plain
    from yuzug.models import DEFAULT_MODEL, available_models
    from yuzug.records import ModelsRecord

    found = available_models()
    if options.json:
        emit(ModelsRecord.of(found, DEFAULT_MODEL))
    else:
        print(plain(found, options.lang))
    return 0

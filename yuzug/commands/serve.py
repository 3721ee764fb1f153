"""``yuzug serve``: the page."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.options import loaded_of, model_options
from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    command.option("--host", metavar="H")
    command.option("--port", metavar="P", type=int)
    model_options(command)
    command.option("--catalogue", metavar="DIR", type=Path)


def run(options: Namespace) -> int:
    """Start the page and stay until it is interrupted."""
    from yuzug.hub import is_address
    from yuzug.models import check_classes, read_card, resolve
    from yuzug.ui.serve import default_model
    from yuzug.ui.serve import serve as serve_page

    model, classes = options.model or default_model(), options.classes
    if not is_address(model):  # the page does without a hub that cannot be had
        check_classes(read_card(resolve(model)), classes)  # before anything heavy is loaded
    activities = loaded_of(options.catalogue, options.lang)
    serve_page(options.host, options.port, model, classes, options.lang, activities)
    return 0

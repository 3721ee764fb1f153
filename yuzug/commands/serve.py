"""``yuzug serve``: the page."""

from __future__ import annotations

from argparse import Namespace

from yuzug.commands.model import model_options
from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    command.option("--host", metavar="H")
    command.option("--port", metavar="P", type=int)
    model_options(command)


def run(options: Namespace) -> int:
    """Start the page and stay until it is interrupted."""
    from yuzug.models import DEFAULT_CLASSES, DEFAULT_MODEL, Classifier, take
    from yuzug.ui.serve import serve as serve_page

    model, classes = options.model or DEFAULT_MODEL, options.classes or DEFAULT_CLASSES
    Classifier(take(model), classes)  # a wrong choice is told before progress is
    serve_page(options.host, options.port, model, classes, options.lang)
    return 0

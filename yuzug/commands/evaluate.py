"""``yuzug evaluate``: a model measured on labelled faces."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.explained import explain_options, run_explained
from yuzug.commands.lab import lab_installed
from yuzug.commands.model import analyzer_of, model_options
from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    command.option("data", metavar="DATA", type=Path)
    model_options(command)
    command.option("--split", metavar="S", default="validation")
    command.option("--labels", choices=("label", "votes"), default="label")
    command.option("--out", metavar="DIR", type=Path)
    explain_options(command)


def run(options: Namespace) -> int:
    """Measure a model, or its heat maps, on one split of labelled faces; print it as JSON."""
    if options.explain:
        return run_explained(options, options.out)
    with lab_installed():
        from yuzug.lab.evaluate import evaluate as measure
        from yuzug.lab.faceset import read
        from yuzug.lab.gather import part_rows
    analyzer = analyzer_of(options, detects=False)
    detail_px = analyzer.classifier.checkpoint.card.preprocessing.detail_px
    every = read(options.data, detail_px)
    faces = every.take(part_rows(every, options.split))
    result = measure(
        analyzer, faces, data=options.data.name, split=options.split, labels=options.labels
    )
    print(result.model_dump_json(by_alias=True))
    return 0

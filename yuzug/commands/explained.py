"""``yuzug evaluate --explain``: a model's heat maps measured on labelled faces."""

from __future__ import annotations

from argparse import Namespace
from hashlib import sha256
from pathlib import Path

from yuzug.commands.lab import installed
from yuzug.commands.model import analyzer_of
from yuzug.commands.parser import Parser
from yuzug.errors import YuzugError


def explain_options(command: Parser) -> None:
    """``--explain`` and ``--sample``."""
    command.option("--explain", action="store_true")
    command.option("--sample", metavar="N", type=int, default=1000)


def run_explained(options: Namespace, out: Path | None) -> int:
    """Measure the heat maps on a sample of the faces, print the numbers as JSON, and write the
    mean map of each class as a picture where ``out`` is given."""
    if options.sample < 1:
        raise YuzugError(
            "option.invalid",
            must="the sample must have at least one face",
            got=str(options.sample),
            do="give a larger number",
        )
    with installed("lab"):
        from yuzug.lab.explaining import explain_set
        from yuzug.lab.faceset import read
        from yuzug.lab.gather import part_rows
        from yuzug.lab.mean_maps import write
    from yuzug.models import DEFAULT_MODEL, find

    analyzer = analyzer_of(options, detects=False)
    detail_px = analyzer.classifier.checkpoint.card.preprocessing.detail_px
    every = read(options.data, detail_px)
    measured = explain_set(
        analyzer,
        every.take(part_rows(every, options.split)),
        data=options.data.name,
        split=options.split,
        sample=options.sample,
        weights_sha256=sha256(find(options.model or DEFAULT_MODEL).read_bytes()).hexdigest(),
    )
    if out:
        write(measured, out)
    print(measured.report.model_dump_json(by_alias=True))
    return 0

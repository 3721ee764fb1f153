"""``yuzug evaluate``: a model measured on labelled faces."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.explained import explain_options, run_explained
from yuzug.commands.lab import installed
from yuzug.commands.model import analyzer_of, model_options
from yuzug.commands.parser import Parser
from yuzug.errors import YuzugError

if TYPE_CHECKING:
    from yuzug.lab.faceset import FaceSet
    from yuzug.pipeline import Analyzer


def options(command: Parser) -> None:
    command.option("data", metavar="DATA", type=Path)
    model_options(command)
    command.option("--split", metavar="S", default="validation")
    command.option("--labels", choices=("label", "votes"), default="label")
    command.option("--map", metavar="A=B,...")
    command.option("--out", metavar="DIR", type=Path)
    command.option("--robustness", action="store_true")
    explain_options(command)


def run(options: Namespace) -> int:
    """Measure a model, or its heat maps, on one split; print the summary as JSON.

    With ``--out`` a report is written there too.
    """
    if options.explain:
        return run_explained(options, options.out)
    with installed("lab"):
        from yuzug.lab.degraded import curves
        from yuzug.lab.evaluate import compare
        from yuzug.lab.reads import read_crops, reads_of
        from yuzug.lab.report import write_report
    mapping = _mapping(options.map)
    analyzer = analyzer_of(options, detects=False)
    faces, split = _faces(analyzer, options, mapping)
    (read,) = read_crops((analyzer,), faces.images)
    result = compare(
        analyzer, faces, read, data=options.data.name, split=split, labels=options.labels
    ).model_copy(update={"mapping": mapping})
    if options.out:
        reads = reads_of(analyzer, faces, read, options.labels)
        worse = curves(analyzer, faces, options.labels) if options.robustness else ()
        write_report(options.out, analyzer, result, reads, worse, options.lang)
    print(result.model_dump_json(by_alias=True))
    return 0


def _faces(analyzer: Analyzer, options: Namespace, mapping: dict[str, str]) -> tuple[FaceSet, str]:
    """The faces to measure on, and the name of their split."""
    from yuzug.lab.evaluate import renamed
    from yuzug.lab.faceset import read
    from yuzug.lab.gather import part_rows

    every = read(options.data, analyzer.classifier.checkpoint.card.preprocessing.detail_px)
    if not (every.splits != "").any():  # data without splits is measured whole
        return renamed(every, mapping), "all"
    return renamed(every.take(part_rows(every, options.split)), mapping), options.split


def _mapping(words: str | None) -> dict[str, str]:
    pairs = [pair.split("=") for pair in words.split(",")] if words else []
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise YuzugError(
            "option.invalid",
            must="a mapping must be pairs of labels",
            got=repr(words),
            do="write it as anger=angry,joy=happy",
        )
    return dict(pairs)

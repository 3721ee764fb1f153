"""``yuzug evaluate``: a model measured on labelled faces."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.explained import explain_options, run_explained
from yuzug.commands.extras import installed
from yuzug.commands.model import analyzer_of, model_options
from yuzug.commands.options import data_options, labelled
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.lab.evaluation.evaluate import Labelled


def options(command: Parser) -> None:
    model_options(command)
    data_options(command)
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
        from yuzug.lab.evaluation.corruptions import curves
        from yuzug.lab.evaluation.evaluate import compare
        from yuzug.lab.evaluation.predictions import predictions_of, read_crops
        from yuzug.lab.evaluation.report import write_report
    analyzer = analyzer_of(options, detects=False)
    given = labelled(analyzer, options)
    (read,) = read_crops((analyzer,), given.faces.images)
    result = compare(
        analyzer,
        given.faces,
        read,
        data=options.data.name,
        split=given.split,
        labels=options.labels,
    ).model_copy(update={"mapping": given.mapping})
    if options.robustness:
        worse = curves(analyzer, given.faces, options.labels)
        result = result.model_copy(update={"robustness": worse})
    if options.out:
        predictions = predictions_of(analyzer, given.faces, read, options.labels)
        write_report(options.out, analyzer, result, predictions, options.lang)
        predictions.write(options.out)
    if result.n_dropped:
        _tell_dropped(given, options)
    print(result.model_dump_json(by_alias=True))
    return 0


def _tell_dropped(given: Labelled, options: Namespace) -> None:
    """Say which labels of the data no face could be compared by."""
    labels = given.faces.targets(options.labels)[~given.known]
    counts = Counter("–" if label == "" else label for label in labels.tolist())
    each = ", ".join(f"{label} ({n})" for label, n in sorted(counts.items()))
    complain(text("cli.labels_dropped", options.lang, labels=each))

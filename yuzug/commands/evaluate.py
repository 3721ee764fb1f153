"""``yuzug evaluate``: a model measured on labelled faces."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.options import analyzer_of, data_options, labelled, model_options
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.errors import OptionError
from yuzug.extras import needs_extra
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.lab.evaluation.evaluate import Labelled
    from yuzug.pipeline import Analyzer

# Faces whose heat maps are measured.
_SAMPLE = 1000


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
    _fit_together(options)
    if options.out:  # before minutes of work that could not be written
        options.out.mkdir(parents=True, exist_ok=True)
    if options.explain:
        return run_explained(options, options.out)
    with needs_extra("lab"):
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


def _fit_together(options: Namespace) -> None:
    """Refuse what would be ignored: heat maps and predictions are measured one at a time."""
    wrong, do = "", ""
    if options.explain and options.robustness:
        wrong, do = "--robustness with --explain", "run the command twice, once with each"
    if options.sample is not None and not options.explain:
        wrong, do = "--sample without --explain", "add --explain, or leave out --sample"
    if wrong:
        raise OptionError(
            "option.invalid",
            must="--explain measures heat maps and nothing else, and --sample belongs to it",
            got=wrong,
            do=do,
        )


def _tell_dropped(given: Labelled, options: Namespace) -> None:
    """Say which labels of the data no face could be compared by."""
    labels = given.faces.targets(options.labels)[~given.known]
    counts = Counter("–" if label == "" else label for label in labels.tolist())
    each = ", ".join(f"{label} ({n})" for label, n in sorted(counts.items()))
    complain(text("cli.labels_dropped", options.lang, labels=each))


def explain_options(command: Parser) -> None:
    """``--explain`` and ``--sample``."""
    command.option("--explain", action="store_true")
    command.option("--sample", metavar="N", type=int)


def run_explained(options: Namespace, out: Path | None) -> int:
    """Measure the heat maps on a sample of the faces that have a label of the model, print the
    numbers as JSON, and write the mean map of each class as a picture where ``out`` is given."""
    sample = _SAMPLE if options.sample is None else options.sample
    if sample < 1:
        raise OptionError(
            "option.invalid",
            must="the sample must have at least one face",
            got=str(sample),
            do="give a larger number",
        )
    with needs_extra("lab"):
        from yuzug.lab.explanations.faithfulness import explain_set
        from yuzug.lab.explanations.mean_maps import write
    from yuzug.models import DEFAULT_MODEL, resolve

    analyzer = analyzer_of(options, detects=False)
    _of_one_network(analyzer)
    given = labelled(analyzer, options)
    measured = explain_set(
        analyzer,
        given.faces.take(given.known),
        data=options.data.name,
        split=given.split,
        sample=sample,
        weights_sha256=sha256(resolve(options.model or DEFAULT_MODEL).read_bytes()).hexdigest(),
    )
    if out:
        write(measured, out)
    print(measured.report.model_dump_json(by_alias=True))
    return 0


def _of_one_network(analyzer: Analyzer) -> None:
    from yuzug.models.ensemble import Ensemble

    network = analyzer.classifier.checkpoint.network
    if isinstance(network, Ensemble):
        # The sanity check re-initialises the architecture, which an ensemble does not support.
        raise OptionError(
            "option.invalid",
            must="heat maps must be measured on one network",
            got="an ensemble",
            do=f"measure its members: {', '.join(card.name for card in network.cards)}",
        )

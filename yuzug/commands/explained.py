"""``yuzug evaluate --explain``: a model's heat maps measured on labelled faces."""

from __future__ import annotations

from argparse import Namespace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.extras import installed
from yuzug.commands.model import analyzer_of
from yuzug.commands.options import labelled
from yuzug.commands.parser import Parser
from yuzug.errors import OptionError

if TYPE_CHECKING:
    from yuzug.pipeline import Analyzer


def explain_options(command: Parser) -> None:
    """``--explain`` and ``--sample``."""
    command.option("--explain", action="store_true")
    command.option("--sample", metavar="N", type=int, default=1000)


def run_explained(options: Namespace, out: Path | None) -> int:
    """Measure the heat maps on a sample of the faces that have a label of the model, print the
    numbers as JSON, and write the mean map of each class as a picture where ``out`` is given."""
    if options.sample < 1:
        raise OptionError(
            "option.invalid",
            must="the sample must have at least one face",
            got=str(options.sample),
            do="give a larger number",
        )
    with installed("lab"):
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
        sample=options.sample,
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
        # Whether maps hang on what was learned is seen on a network built anew from its name.
        raise OptionError(
            "option.invalid",
            must="heat maps must be measured on one network",
            got="an ensemble",
            do=f"measure its members: {', '.join(card.name for card in network.cards)}",
        )

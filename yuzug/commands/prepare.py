"""``yuzug prepare``: a folder of labelled pictures made fit to train on."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.extras import installed
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.texts import text


def options(command: Parser) -> None:
    command.option("source", metavar="DIR", type=Path)
    command.option("out", key="prepared", metavar="OUT", type=Path)
    command.option("--size", metavar="PX", type=int, default=224)
    command.option("--seed", metavar="N", type=int, default=0)
    command.option("--subject", metavar="REGEX")


def run(options: Namespace) -> int:
    """Write the prepared faces, a report and their counts as a picture; print the summary."""
    with installed("lab"):
        from yuzug.lab.data.faceset import COUNTS
        from yuzug.lab.data.prepare import prepare_folder
        from yuzug.lab.evaluation.charts import class_counts
    report = prepare_folder(
        options.source,
        options.out,
        size_px=options.size,
        seed=options.seed,
        subject=options.subject,
    )
    class_counts(report.splits, options.lang).savefig(options.out / COUNTS)
    print(report.model_dump_json(by_alias=True, exclude={"files"}))
    for split, labels in report.lacking.items():
        complain(text("cli.split_lacks", options.lang, split=split, labels=", ".join(labels)))
    return 0

"""``yuzug prepare``: labelled pictures become faces to train on."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.extras import needs_extra
from yuzug.texts import text


def options(command: Parser) -> None:
    command.option("source", metavar="DATA", type=Path)
    command.option("out", key="prepared", metavar="OUT", type=Path)
    command.option("--crops", key="prepare_crops", action="store_true")
    command.option("--size", metavar="PX", type=int, default=224)
    command.option("--seed", metavar="N", type=int, default=0)
    command.option("--subject", metavar="REGEX")
    command.option(
        "--near-copies", key="near_copies", choices=("drop", "keep", "report"), default="drop"
    )


def run(options: Namespace) -> int:
    """Write the prepared faces, a report and their counts as a picture; print the summary."""
    with needs_extra("lab"):
        from yuzug.lab.data.faceset import COUNTS
        from yuzug.lab.data.prepare import prepare_folder
        from yuzug.lab.evaluation.charts import class_counts
    report = prepare_folder(
        options.source,
        options.out,
        size_px=options.size,
        seed=options.seed,
        subject=options.subject,
        crops=options.crops,
        near_copies=options.near_copies,
    )
    class_counts(report.splits, options.lang).savefig(options.out / COUNTS)
    print(report.model_dump_json(by_alias=True, exclude={"files", "several", "near"}))
    no_face = report.dropped.get("no_face", 0)
    if 2 * no_face > report.found:
        complain(text("cli.no_faces_found", options.lang, n=no_face, found=report.found))
    for split, labels in report.lacking.items():
        complain(text("cli.split_lacks", options.lang, split=split, labels=", ".join(labels)))
    return 0

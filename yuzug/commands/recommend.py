"""``yuzug recommend``: activities, or the faults of a catalogue."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.parser import Parser
from yuzug.commands.said import complain, emit
from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.texts import text


def options(command: Parser) -> None:
    command.option("emotion", metavar="EMOTION", nargs="?")
    command.option("--catalogue", metavar="DIR", type=Path)
    command.option("--check", metavar="DIR", type=Path)
    command.option("--minutes", metavar="N", type=int)
    command.option("--energy", metavar="low|medium|high")
    command.option("--place", metavar="indoor|outdoor")
    command.option("--company", metavar="alone|together")
    command.option("--goal", metavar="match|lift|calm")
    command.option("--count", metavar="N", type=int, default=3)
    command.option("--seed", metavar="N", type=int, default=0)


def run(options: Namespace) -> int:
    """Print activities for an expression, or with ``--check`` the faults of a catalogue."""
    from yuzug.recommend import recommend as suggest
    from yuzug.records import RecommendationsRecord

    if options.check:
        return _check(options.check, options.lang)
    if options.emotion is None:
        raise YuzugError(
            "option.invalid",
            must="recommend must be given an expression, or --check with a folder",
            got="neither",
            do="say for instance yuzug recommend sad",
        )
    suggestions = suggest(
        options.emotion,
        lang=options.lang,
        minutes=options.minutes,
        energy=options.energy,
        place=options.place,
        company=options.company,
        goal=options.goal,
        count=options.count,
        seed=options.seed,
        catalogue=options.catalogue,
    )
    emit(RecommendationsRecord.of(options.emotion, options.lang, suggestions))
    return 0


def _check(folder: Path, lang: Language) -> int:
    from yuzug.recommend import check
    from yuzug.records import CheckRecord

    findings = check(folder)
    emit(CheckRecord.of(str(folder), findings))
    if findings:
        complain(text("cli.faults", lang, folder=folder, count=len(findings)))
    return 2 if findings else 0

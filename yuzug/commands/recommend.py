"""``yuzug recommend``: activities, the faults of a catalogue, or the schema of its files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.catalogue import loaded_of
from yuzug.commands.output import complain, emit
from yuzug.commands.parser import Parser
from yuzug.emotions import Language
from yuzug.errors import OptionError
from yuzug.texts import text

_NOTHING = "none"  # for --equipment: nothing is at hand


def options(command: Parser) -> None:
    command.option("emotion", metavar="EMOTION", nargs="?")
    command.option("--catalogue", metavar="DIR", type=Path)
    command.option("--check", metavar="DIR", type=Path)
    command.option("--schema", action="store_true")
    command.option("--minutes", metavar="N", type=int)
    command.option("--energy", metavar="low|medium|high")
    command.option("--place", metavar="indoor|outdoor")
    command.option("--company", metavar="alone|together")
    command.option("--goal", metavar="GOAL")
    command.option("--cost", metavar="free|cheap")
    command.option("--equipment", metavar="THING,…|none", type=_words)
    command.option("--time", metavar="morning|afternoon|evening|night")
    command.option("--accessible", metavar="WAY,…", type=_words, default=())
    command.option("--avoid", metavar="CAUTION,…", type=_words, default=())
    for name in ("--recent", "--rejected", "--helped", "--did"):
        command.option(name, metavar="ID,…", type=_words, default=())
    command.option("--before", metavar="EMOTION,…", type=_words, default=())
    command.option("--unsure", action="store_true")
    command.option("--count", metavar="N", type=int, default=3)
    command.option("--seed", metavar="N", type=int, default=0)


def run(options: Namespace) -> int:
    """Print activities for an expression, the faults of a catalogue, or the schema."""
    if options.schema:
        return _schema()
    if options.check:
        return _check(options.check, options.lang)
    if options.emotion is None:
        raise OptionError(
            "option.invalid",
            must="recommend needs an expression, or --check with a folder",
            got="neither",
            do="for example: yuzug recommend sad",
        )
    return _recommend(options)


def _recommend(options: Namespace) -> int:
    from yuzug.recommender import advise
    from yuzug.records import RecommendationsRecord

    advice = advise(
        options.emotion,
        before=options.before,
        lang=options.lang,
        minutes=options.minutes,
        energy=options.energy,
        place=options.place,
        company=options.company,
        goal=options.goal,
        cost=options.cost,
        equipment=_at_hand(options.equipment),
        time=options.time,
        accessible=options.accessible,
        cautions=options.avoid,
        count=options.count,
        seed=options.seed,
        catalogue=loaded_of(options.catalogue, options.lang).catalogue,
        recent=options.recent,
        rejected=options.rejected,
        helped=options.helped,
        did=options.did,
        sure=not options.unsure,
    )
    emit(RecommendationsRecord.of(options.emotion, options.lang, advice))
    return 0


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(",") if word.strip())


def _at_hand(listed: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return () if listed == (_NOTHING,) else listed


def _check(folder: Path, lang: Language) -> int:
    from yuzug.recommender import check
    from yuzug.records import CheckRecord

    findings = check(folder)
    emit(CheckRecord.of(str(folder), findings))
    faults = [finding for finding in findings if not finding.warning]
    if faults:
        complain(text("cli.faults", lang, folder=folder, count=len(faults)))
    return 2 if faults else 0


def _schema() -> int:
    from yuzug.recommender.catalogue.json_schema import as_text

    print(as_text(), end="")
    return 0

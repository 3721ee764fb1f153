"""``yuzug recommend``: activities, the faults of a catalogue, or the schema of its files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.options import loaded_of
from yuzug.commands.output import complain, emit
from yuzug.commands.parser import Parser
from yuzug.emotions import Language
from yuzug.errors import OptionError
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.recommender import Filters

_NOTHING = "none"  # for --equipment: nothing is at hand


def options(command: Parser) -> None:
    command.option("emotion", metavar="EMOTION", nargs="?")
    command.option("--mood", metavar="MOOD")
    command.option("--catalogue", metavar="DIR", type=Path)
    command.option("--check", metavar="DIR", type=Path)
    command.option("--schema", action="store_true")
    command.later(_filter_options)
    for name in ("--recent", "--rejected", "--helped", "--did", "--favourites"):
        command.option(name, metavar="ID,…", type=_words, default=())
    command.option("--source", metavar="expressions|named|journal", key="help_source")
    command.option("--before", metavar="EMOTION,…", type=_words, default=())
    command.option("--unsure", action="store_true")
    command.option("--count", metavar="N", type=int, default=3)
    command.option("--seed", metavar="N", type=int, default=0)


def _filter_options(command: Parser) -> None:
    from yuzug.recommender.filters import all_filters, is_set

    for name, one in all_filters().items():
        flags = [one.flag or name, *([one.alias] if one.alias else [])]
        key = one.alias or one.flag or name
        command.option(
            *(f"--{flag.replace('_', '-')}" for flag in flags),
            key=key,
            words=one.words if is_set(name) else (),
            dest=name,
            metavar="WORD,…" if is_set(name) else "|".join(one.words) or "N",
            type=_words if is_set(name) else str if one.words else int,
        )


def run(options: Namespace) -> int:
    """Print activities for an expression or a mood, the faults of a catalogue, or the schema."""
    if options.schema:
        return _schema()
    if options.check:
        return _check(options.check, options.lang)
    if options.emotion is None and options.mood is None:
        raise OptionError(
            "option.invalid",
            must="recommend needs an expression, --mood with a mood, or --check with a folder",
            got="none of them",
            do="for example: yuzug recommend sad",
        )
    return _recommend(options)


def _recommend(options: Namespace) -> int:
    from yuzug.recommender import advise
    from yuzug.records import RecommendationsRecord

    advice = advise(
        options.emotion,
        _filters(options),
        mood=options.mood,
        before=options.before,
        source=options.source,
        lang=options.lang,
        count=options.count,
        seed=options.seed,
        catalogue=loaded_of(options.catalogue, options.lang).catalogue,
        recent=options.recent,
        rejected=options.rejected,
        helped=options.helped,
        did=options.did,
        favourites=options.favourites,
        sure=not options.unsure,
    )
    emit(RecommendationsRecord.of(options.emotion, options.lang, advice, options.mood))
    return 0


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in listed.split(",") if word.strip())


def _filters(options: Namespace) -> Filters:
    from yuzug.recommender.filters import all_filters, read_filters

    given = {name: getattr(options, name) for name in all_filters()}
    nothing = {name: () for name, value in given.items() if value == (_NOTHING,)}
    return read_filters({n: v for n, v in given.items() if v is not None} | nothing)


def _check(folder: Path, lang: Language) -> int:
    from yuzug.recommender import check
    from yuzug.records import CheckRecord

    findings = check(folder)
    emit(CheckRecord.of(str(folder), findings, lang))
    faults = [finding for finding in findings if not finding.warning]
    if faults:
        complain(text("cli.faults", lang, folder=folder, count=len(faults)))
    return 2 if faults else 0


def _schema() -> int:
    from yuzug.recommender.catalogue.json_schema import as_text

    print(as_text(), end="")
    return 0

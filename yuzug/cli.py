"""The command line: ``yuzug serve | analyze | recommend | models | train | evaluate | doctor``.

Exit code 0: done; 2: wrong use or bad input, with one line on stderr; 1: a fault of ours.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from yuzug import __version__, commands
from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import YuzugError
from yuzug.texts import text


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Turkish letters, whatever the console speaks
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = sys.argv[1:] if argv is None else list(argv)
    lang = _language(words)
    options = parser(lang).parse_args(words)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except YuzugError as error:
        from yuzug.records import sentence_of  # not needed where nothing goes wrong

        print(text("cli.error", lang, sentence=sentence_of(error, lang)), file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read our lines has had enough; Python would complain once more as it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def parser(lang: Language) -> argparse.ArgumentParser:
    """The parser of every command, with help in this language."""
    top = _Parser(lang, prog="yuzug", description=text("cli.about", lang))
    top.option("--lang", choices=LANGUAGES, default="en")
    top.option("--version", action="version", version=f"yuzug {__version__}")
    add = top.add_subparsers(
        title=text("cli.title_commands", lang),
        metavar="COMMAND",
        required=True,
        dest="command",
    )
    for name, (run, options) in _COMMANDS.items():
        sentence = text(f"cli.command_{name}", lang)
        command = add.add_parser(name, lang=lang, help=sentence, description=sentence)
        options(command)
        # Without a default, so that a language before the command holds too.
        command.option("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)
        command.set_defaults(run=run)
    return top


class _Parser(argparse.ArgumentParser):
    """One that speaks our languages and complains in one line."""

    def __init__(self, lang: Language, **kwargs: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **kwargs)
        self.lang = lang
        self._positionals.title = text("cli.title_arguments", lang)
        self._optionals.title = text("cli.title_options", lang)
        self.option("--help", "-h", action="help")

    def option(self, name: str, *more: str, key: str = "", **kwargs: Any) -> None:
        """An option or argument whose help stands under ``cli.option_<key or name>``."""
        sentence = text(f"cli.option_{key or name.lstrip('-')}", self.lang)
        self.add_argument(name, *more, help=sentence, **kwargs)

    def error(self, message: str) -> NoReturn:
        self.exit(2, text("cli.wrong_use", self.lang, message=message) + "\n")

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", text("cli.usage", self.lang), 1)


def _serve(command: _Parser) -> None:
    command.option("--host", metavar="H")
    command.option("--port", metavar="P", type=int)
    _model(command)


def _analyze(command: _Parser) -> None:
    command.option("images", key="image", metavar="IMAGE", nargs="+")
    _model(command)
    command.option("--crops", action="store_true")
    command.option("--cam", metavar="DIR", type=Path)
    command.option("--recommend", key="advise", action="store_true")


def _recommend(command: _Parser) -> None:
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


def _models(command: _Parser) -> None:
    command.option("--json", action="store_true")


def _train(command: _Parser) -> None:
    command.option("recipe", metavar="RECIPE")
    command.option("--data", metavar="DATA", type=Path, required=True)
    command.option("--out", metavar="DIR", type=Path, required=True)


def _evaluate(command: _Parser) -> None:
    command.option("data", metavar="DATA", type=Path)
    _model(command)
    command.option("--split", metavar="S", default="validation")
    command.option("--labels", choices=("label", "votes"), default="label")


def _doctor(command: _Parser) -> None:
    """It takes no option."""


def _model(command: _Parser) -> None:
    command.option("--model", metavar="M")
    command.option("--classes", metavar="N", type=_number_or_name)


def _number_or_name(word: str) -> int | str:
    """A head of somebody's own checkpoint may have any name."""
    return int(word) if word.isdecimal() else word


_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], Callable[[_Parser], None]]] = {
    "serve": (commands.serve, _serve),
    "analyze": (commands.analyze, _analyze),
    "recommend": (commands.recommend, _recommend),
    "models": (commands.models, _models),
    "train": (commands.train, _train),
    "evaluate": (commands.evaluate, _evaluate),
    "doctor": (commands.doctor, _doctor),
}


def _language(words: Sequence[str]) -> Language:
    """The language of help and complaints, which must be known before the words are parsed."""
    flat = " ".join(words).replace("--lang=", "--lang ").split()
    for flag, value in pairwise(flat):
        for lang in LANGUAGES:
            if flag == "--lang" and value == lang:
                return lang
    return "en"


if __name__ == "__main__":
    sys.exit(main())

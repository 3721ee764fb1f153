"""The command line: ``yuzug COMMAND``; ``yuzug.commands`` has a module for each.

Exit code 0: done; 2: wrong use or bad input, with one line on stderr; 1: a fault of ours.
"""

from __future__ import annotations

import argparse
import errno
import io
import logging
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

from yuzug import __version__
from yuzug.commands import COMMANDS, Parser
from yuzug.commands.output import log_to_stderr
from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import YuzugError
from yuzug.texts import text

_LOG = logging.getLogger(__name__)

# What the system refuses, by its number: the phrase in ``texts/cli.yaml``.
_REFUSALS = {
    errno.EEXIST: "not_a_folder",  # mkdir where a file of that name stands
    errno.ENOTDIR: "not_a_folder",
    errno.EISDIR: "not_a_file",
    errno.ENOENT: "not_there",
    errno.EACCES: "not_allowed",
    errno.EPERM: "not_allowed",
    errno.EROFS: "not_allowed",
    errno.ENOSPC: "disk_full",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Turkish letters, whatever the console
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = sys.argv[1:] if argv is None else list(argv)
    lang = _language(words)
    options = parser(lang).parse_args(words)
    log_to_stderr(verbose=options.verbose, quiet=options.quiet)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except YuzugError as error:
        from yuzug.records import sentence_of  # not needed where nothing goes wrong

        _LOG.error("%s", text("cli.error", lang, sentence=sentence_of(error, lang)))
        return 2
    except BrokenPipeError:
        # Whoever read our lines has had enough; Python would complain once more as it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is None:  # not about a file that somebody named
            raise
        _LOG.debug("refused by the system", exc_info=True)
        _LOG.error("%s", text("cli.error", lang, sentence=_refusal(error, lang)))
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _refusal(error: OSError, lang: Language) -> str:
    """Why the system does not let us read or write a file, in one sentence."""
    phrase = _REFUSALS.get(error.errno or 0, "refused")
    return text(f"cli.{phrase}", lang, path=error.filename, reason=error.strerror)


def parser(lang: Language) -> argparse.ArgumentParser:
    """The parser of every command, with help in this language."""
    top = Parser(lang, prog="yuzug", description=text("cli.about", lang))
    top.option("--lang", choices=LANGUAGES, default="en")
    _levels(top, default=False)
    top.option("--version", action="version", version=f"yuzug {__version__}")
    add = top.add_subparsers(
        title=text("cli.title_commands", lang),
        metavar="COMMAND",
        required=True,
        dest="command",
    )
    for name, (run, options) in COMMANDS.items():
        sentence = text(f"cli.command_{name}", lang)
        command = add.add_parser(name, lang=lang, help=sentence, description=sentence)
        options(command)
        # Without a default, so that a language before the command holds too.
        command.option("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)
        _levels(command, default=argparse.SUPPRESS)
        command.set_defaults(run=run)
    return top


def _levels(parser: Parser, default: object) -> None:
    parser.option("--verbose", "-v", action="store_true", default=default)
    parser.option("--quiet", "-q", action="store_true", default=default)


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

"""An argument parser whose help and errors are in English or Turkish."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.texts.phrases import in_turkish


class Parser(argparse.ArgumentParser):
    """Parser with help in both languages, whose errors take one line."""

    def __init__(self, lang: Language, **kwargs: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **kwargs)
        self.lang = lang
        self._positionals.title = text("cli.title_arguments", lang)
        self._optionals.title = text("cli.title_options", lang)
        self.option("--help", "-h", action="help")
        self._later: Callable[[Parser], None] | None = None

    def later(self, add: Callable[[Parser], None]) -> None:
        """Add options once this command is the one that runs: they need heavy imports."""
        self._later = add

    def _complete(self) -> None:
        add, self._later = self._later, None
        if add is not None:
            add(self)

    def parse_known_args(self, *args: Any, **kwargs: Any) -> Any:
        """Parse, with the options that were left for later."""
        self._complete()
        return super().parse_known_args(*args, **kwargs)

    def option(
        self, name: str, *more: str, key: str = "", words: Sequence[str] = (), **kwargs: Any
    ) -> None:
        """An option or argument whose help stands under ``cli.option_<key or name>``.

        ``words`` are the values it takes, for those that take several. An option of several values
        that is given again adds to them; its default is None or a list.
        """
        if name.startswith("-") and kwargs.get("nargs") in ("+", "*"):
            kwargs["action"] = "extend"
        sentence = text(f"cli.option_{key or name.lstrip('-')}", self.lang)
        sentence += f": {', '.join(words)}" if words else ""
        self.add_argument(name, *more, help=sentence, **kwargs)

    def error(self, message: str) -> NoReturn:
        words = in_turkish(message) if self.lang == "tr" else message
        self.exit(2, text("cli.wrong_use", self.lang, message=words) + "\n")

    def format_help(self) -> str:
        """Format the help, with the options that were left for later."""
        self._complete()
        return super().format_help().replace("usage: ", text("cli.usage", self.lang), 1)

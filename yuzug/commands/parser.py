"""An argument parser that speaks our languages."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from yuzug.emotions import Language
from yuzug.texts import text


class Parser(argparse.ArgumentParser):
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

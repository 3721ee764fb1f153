"""The commands of the command line, a module each: ``options`` declares, ``run`` does.

The heavy parts are imported inside ``run``, by those in need.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from yuzug.commands import (
    analyze,
    doctor,
    ensemble,
    evaluate,
    export,
    models,
    prepare,
    publish,
    recipes,
    recommend,
    serve,
    teach,
    train,
    video,
)
from yuzug.commands.parser import Parser

__all__ = ["COMMANDS", "Parser"]

# In the order in which the help lists them.
COMMANDS: dict[str, tuple[Callable[[Namespace], int], Callable[[Parser], None]]] = {
    "serve": (serve.run, serve.options),
    "analyze": (analyze.run, analyze.options),
    "video": (video.run, video.options),
    "teach": (teach.run, teach.options),
    "recommend": (recommend.run, recommend.options),
    "models": (models.run, models.options),
    "prepare": (prepare.run, prepare.options),
    "recipes": (recipes.run, recipes.options),
    "train": (train.run, train.options),
    "evaluate": (evaluate.run, evaluate.options),
    "export": (export.run, export.options),
    "ensemble": (ensemble.run, ensemble.options),
    "publish": (publish.run, publish.options),
    "doctor": (doctor.run, doctor.options),
}

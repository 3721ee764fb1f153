"""``yuzug train``: a recipe becomes a weights file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.extras import installed
from yuzug.commands.output import complain
from yuzug.commands.parser import Parser
from yuzug.texts import text


def options(command: Parser) -> None:
    command.option("recipe", metavar="RECIPE")
    command.option("--data", metavar="DATA", type=Path, required=True, nargs="+")
    command.option("--outside", metavar="DATA", type=Path, nargs="+", default=())
    command.option("--out", metavar="DIR", type=Path, required=True)


def run(options: Namespace) -> int:
    """Train a recipe, fit and measure the result, and print where its file stands."""
    with installed("lab"):
        from yuzug.lab.data.training_data import gather
        from yuzug.lab.evaluation.charts import learning_curves
        from yuzug.lab.training.checkpointing import Progress
        from yuzug.lab.training.finalize import finish
        from yuzug.lab.training.recipe import read_recipe
        from yuzug.lab.training.results import write_result
        from yuzug.lab.training.trainer import Trainer
        from yuzug.models import read_card
    recipe = read_recipe(_recipe_path(options.recipe))
    data = gather(options.data, recipe, options.outside)
    trainer = Trainer(recipe, data.train, data.held, options.out)
    if trainer.leads:  # of several processes one speaks and writes
        complain(text("lab.faces_went", options.lang, **data.counts.model_dump()))

    def draw(progress: Progress) -> None:
        learning_curves(progress, options.lang).savefig(options.out / "curves.png")

    best = trainer.run(draw)
    if trainer.leads:
        weights = finish(recipe, best, data.held, data.measured)
        write_result(options.out, recipe, read_card(weights), trainer.progress, data.counts)
        print(weights)
    return 0


def _recipe_path(recipe: str) -> Path:
    ours = Path(__file__).parent.parent / "lab" / "training" / "recipes" / f"{recipe}.yaml"
    return ours if ours.is_file() else Path(recipe)

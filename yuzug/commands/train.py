"""``yuzug train``: a recipe becomes a weights file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.lab import lab_installed, part_of
from yuzug.commands.parser import Parser


def options(command: Parser) -> None:
    command.option("recipe", metavar="RECIPE")
    command.option("--data", metavar="DATA", type=Path, required=True)
    command.option("--out", metavar="DIR", type=Path, required=True)


def run(options: Namespace) -> int:
    """Train a recipe, fit and measure the result, and print where its file stands."""
    with lab_installed():
        from yuzug.lab.faceset import read
        from yuzug.lab.finish import finish
        from yuzug.lab.recipe import read_recipe
        from yuzug.lab.train import Trainer, split_for
    recipe = read_recipe(_recipe_path(options.recipe))
    faces = read(options.data, recipe.preprocessing.detail_px)
    measured = part_of(faces, "validation")
    rest, held = split_for(part_of(faces, "train"), measured, recipe)
    best = Trainer(recipe, rest, held, options.out).run()
    print(finish(recipe, best, held, measured, options.data.name))
    return 0


def _recipe_path(recipe: str) -> Path:
    ours = Path(__file__).parent.parent / "lab" / "recipes" / f"{recipe}.yaml"
    return ours if ours.is_file() else Path(recipe)

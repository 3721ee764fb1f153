"""``yuzug recipes``: list the training recipes, print one, or write a new one."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from yuzug.commands.parser import Parser
from yuzug.errors import OptionError
from yuzug.extras import needs_extra
from yuzug.texts import text


def options(command: Parser) -> None:
    command.option("action", key="recipes_action", nargs="?", choices=("list", "print", "new"),
                   default="list")  # fmt: skip
    command.option("name", key="recipes_name", metavar="NAME", nargs="?")
    command.option("--full", key="recipes_full", action="store_true")


def run(options: Namespace) -> int:
    """List what there is, print a recipe, or write a short one of your own."""
    with needs_extra("lab"):
        from yuzug.lab.training.recipe_files import (
            described,
            find_recipe,
            read_recipe,
            shipped_recipes,
        )
    if options.action == "list":
        for name, path in shipped_recipes().items():
            recipe = read_recipe(path)
            about = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
            print(f"{name:18} {recipe.architecture:9} {recipe.epochs:3}  {about}")
        return 0
    if options.name is None:
        raise OptionError(
            "option.invalid",
            must="`yuzug recipes print` needs a recipe, `yuzug recipes new` a file to write",
            got=f"{options.action} alone",
            do="name one",
        )
    if options.action == "print":
        path = find_recipe(options.name)
        full = described(read_recipe(path)) if options.full else path.read_text(encoding="utf-8")
        print(full, end="")
        return 0
    out = Path(options.name)
    if out.exists():
        raise OptionError(
            "output.occupied",
            must="a new recipe must not replace a file",
            got=f"{out}, which is there",
            do="name another file",
        )
    body = described(read_recipe(find_recipe("own"))) if options.full else _short()
    lead = "".join(f"# {line}\n" for line in text("lab.new_recipe", options.lang).splitlines())
    out.write_text(lead + body.replace("name: own", f"name: {out.stem}"), encoding="utf-8")
    print(out)
    return 0


def _short() -> str:
    from yuzug.lab.training.recipe_files import find_recipe

    lines = find_recipe("own").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")) + "\n"

"""Recipes as YAML files: found by name, read with changes, written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from yuzug.errors import OptionError
from yuzug.lab.training.recipe import CYCLE_KEYS, Recipe
from yuzug.texts.causes import caused

RECIPES = Path(__file__).parent / "recipes"


def shipped_recipes() -> dict[str, Path]:
    """The recipes that come with the package, by name."""
    return {path.stem: path for path in sorted(RECIPES.glob("*.yaml"))}


def find_recipe(name: str) -> Path:
    """The file of a shipped recipe by its name, or a YAML file by its path.

    Raises:
        OptionError: ``option.invalid`` listing the recipes that there are.
    """
    shipped = shipped_recipes()
    if name in shipped:
        return shipped[name]
    if Path(name).is_file():
        return Path(name)
    close = get_close_matches(name, shipped, 1)
    values = {"recipes": ", ".join(shipped), "name": repr(name)}
    if close:
        raise caused(OptionError, "recipe.unknown", "recipe_close", close=close[0], **values)
    raise caused(OptionError, "recipe.unknown", "recipe_unknown", **values)


def read_recipe(path: Path, changes: Sequence[str] | Mapping[str, object] = ()) -> Recipe:
    """The recipe in a YAML file, with changes: ``key=value`` with a value in YAML, or a mapping.

    A key of a part is written with dots, such as ``augmentation.erase=0``.

    Raises:
        OptionError: ``option.invalid`` naming every key that is wrong.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if isinstance(values, dict):
            values = {"name": path.stem, **values}
            pairs = changes.items() if isinstance(changes, Mapping) else map(_pair, changes)
            for key, value in pairs:
                _change(values, key, value)
        return Recipe.model_validate(values)
    except (ValidationError, yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise OptionError(
            "recipe.invalid",
            must="a recipe must be a YAML file of known keys",
            got=f"{path}: {_faults(error)}",
            do="change what is named; `yuzug recipes new FILE --full` writes one with every key",
        ) from error


def _pair(change: str) -> tuple[str, object]:
    key, equals, value = change.partition("=")
    if not equals:
        raise caused(OptionError, "recipe.invalid", "recipe_change", change=repr(change))
    return key, yaml.safe_load(value)


def _change(values: dict[str, Any], key: str, value: object) -> None:
    *parents, last = key.strip().split(".")
    if not last:
        raise caused(OptionError, "recipe.invalid", "recipe_change", change=repr(f"{key}={value}"))
    if key in CYCLE_KEYS:  # those of the last cycle, whichever way the recipe says it
        cycles = values.get("cycles")
        if isinstance(cycles, list) and cycles:
            values["cycles"] = [*cycles[:-1], {**cycles[-1], key: value}]
            return
    place = values
    for parent in parents:
        inner = place.get(parent)
        place[parent] = dict(inner) if isinstance(inner, dict) else {}
        place = place[parent]
    place[last] = value


def _faults(error: Exception) -> str:
    """One line: each key and what is wrong with it, without the library's own advice."""
    if not isinstance(error, ValidationError):
        return str(error).splitlines()[0]
    faults = []
    for fault in error.errors(include_url=False):
        where = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            close = get_close_matches(where, [*Recipe.model_fields, *CYCLE_KEYS], 1)
            message = "no such key" + (f", did you mean {close[0]}?" if close else "")
        faults.append(f"{where}: {message}" if where else message)
    return "; ".join(faults)


def described(recipe: Recipe) -> str:
    """A recipe as YAML, every key with its value.

    >>> described(Recipe()).splitlines()[:2]
    ['name: model', 'architecture: resnet18']
    """
    values = recipe.model_dump(mode="json")
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, default_flow_style=None)

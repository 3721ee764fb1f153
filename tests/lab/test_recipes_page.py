"""The page of recipes is made from results of the very recipes that stand here."""

from __future__ import annotations

from pathlib import Path

import pytest
import recipes

from yuzug.lab.training.recipe_files import read_recipe
from yuzug.lab.training.results import changed_values

FOLDER = Path(__file__).resolve().parents[2] / "yuzug" / "lab" / "training" / "recipes"


def test_the_page_of_recipes_is_fresh() -> None:
    assert recipes.PAGE.read_text(encoding="utf-8") == recipes.page(), "python tools/recipes.py"


@pytest.mark.parametrize("name", recipes.results())
def test_a_kept_result_is_of_the_recipe_as_it_stands(name: str) -> None:
    assert recipes.results()[name].recipe == changed_values(read_recipe(FOLDER / f"{name}.yaml"))


def test_the_five_class_systems_tell_each_class() -> None:
    part = recipes.page().split("## ")
    (five,) = (one for one in part if "| `resnet18-5` |" in one)
    card = recipes.read_card(recipes.resolve("resnet18"))
    fear = card.heads["5"].metrics[0].per_class["fear"]
    row = f"| fear | {fear.support} | {100 * fear.recall:.1f}% | {100 * fear.specificity:.1f}% |"
    assert row in five
    (eight,) = (one for one in part if "| `small-8` |" in one)
    assert "specificity" not in eight

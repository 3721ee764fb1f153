"""Recipes: short ones, changes on the command line, and errors that say what there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn import tiny_recipe

from yuzug.cli import main
from yuzug.errors import YuzugError
from yuzug.lab.training.recipe import Recipe
from yuzug.lab.training.recipe_files import find_recipe, read_recipe, shipped_recipes
from yuzug.lab.training.run import with_epochs

Capture = pytest.CaptureFixture[str]


def test_a_recipe_of_one_line_is_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("epochs: 3\n")
    recipe = read_recipe(path)
    assert (recipe.name, recipe.epochs, recipe.architecture) == ("mine", 3, "resnet18")
    path.write_text("preprocessing: {size_px: 48}\n")
    assert read_recipe(path).preprocessing.size_px == 48
    assert read_recipe(path).preprocessing.detail_px == Recipe().preprocessing.detail_px
    path.write_text("")
    assert read_recipe(path).digest == Recipe(name="mine").digest


def test_changes_are_checked_and_recorded() -> None:
    path = find_recipe("own")
    recipe = read_recipe(path, ["epochs=3", "augmentation.erase=0", "learning_rate=0.01"])
    assert (recipe.epochs, recipe.cycles[0].learning_rate) == (3, 0.01)
    assert recipe.augmentation.erase == 0
    assert recipe.augmentation.rotation_deg == read_recipe(path).augmentation.rotation_deg
    assert recipe.digest != read_recipe(path).digest
    two = read_recipe(find_recipe("resnet18-5"), ["epochs=3"])
    assert [cycle.epochs for cycle in two.cycles] == [3]
    with pytest.raises(YuzugError, match="key=value"):
        read_recipe(path, ["epochs"])
    assert read_recipe(path, {"early_stop": None, "epochs": 3}).early_stop is None
    assert read_recipe(path, {"learning_rate": 1e-05}).cycles[-1].learning_rate == 1e-05
    assert read_recipe(path, {"augmentation.erase": 0}).augmentation.erase == 0


def test_every_wrong_key_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("learning_rte: 3\nbatch: 1\narchitecture: vgg\n")
    with pytest.raises(YuzugError, match="did you mean learning_rate") as caught:
        read_recipe(path)
    assert "batch" in str(caught.value)
    assert "vgg" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_recipe_that_there_is_not_lists_those_that_there_are(
    tmp_path: Path, capsys: Capture
) -> None:
    words = ["train", "owm", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "did you mean own?" in said
    assert all(name in said for name in shipped_recipes())


def test_recipes_are_listed_printed_and_written(tmp_path: Path, capsys: Capture) -> None:
    assert main(["recipes"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(shipped_recipes())
    assert main(["recipes", "print", "own", "--full"]) == 0
    assert "label_smoothing: 0.1" in capsys.readouterr().out
    path = tmp_path / "mine.yaml"
    for full in ([], ["--full"]):
        assert main(["recipes", "new", str(path), *full]) == 0
        own = read_recipe(find_recipe("own"))
        assert read_recipe(path) == own.model_copy(update={"name": "mine"})
        assert main(["recipes", "new", str(path)]) == 2  # nothing is overwritten
        path.unlink()
    assert main(["recipes", "print"]) == 2


def test_epochs_are_shared_among_cycles_and_stages() -> None:
    recipe = tiny_recipe(
        architecture="resnet18",
        cycles=[{"epochs": 30, "learning_rate": 0.1}, {"epochs": 10, "learning_rate": 0.01}],
        stages=[{"epochs": 20, "size_px": 40}],
    )
    half = with_epochs(recipe, 20)
    assert [cycle.epochs for cycle in half.cycles] == [15, 5]
    assert [stage.epochs for stage in half.stages] == [10]
    assert with_epochs(recipe, 1).epochs == 1


def test_heads_that_train_alone_take_their_share_of_the_epochs() -> None:
    recipe = tiny_recipe(cycles=[{"epochs": 20, "learning_rate": 0.1}], freeze_epochs=6)
    assert with_epochs(recipe, 10).freeze_epochs == 3
    assert with_epochs(recipe, 2).freeze_epochs < 2


def test_a_stage_may_have_its_own_augmentation() -> None:
    recipe = tiny_recipe(
        architecture="resnet18",
        cycles=[{"epochs": 5, "learning_rate": 0.1}],
        stages=[
            {"epochs": 2, "size_px": 24},
            {"epochs": 2, "size_px": 32, "augmentation": {"erase": 0}},
        ],
    )
    stages = [recipe.stage(epoch) for epoch in range(5)]
    assert [stage.size_px for stage in stages[:4]] == [24, 24, 32, 32]
    assert stages[4].size_px == recipe.preprocessing.size_px
    erased = [stage.augmentation is not None for stage in stages]
    assert erased == [False, False, True, True, False]

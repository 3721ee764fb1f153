"""What a student's training must do: read faces that it never saw better than its start does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from yuzug.lab.api import train
from yuzug.lab.training.recipe_files import find_recipe, read_recipe
from yuzug.lab.training.run import cross_validate

pytestmark = [pytest.mark.data, pytest.mark.slow]


def test_people_who_are_left_out_are_read_better(shared_data: Path, tmp_path: Path) -> None:
    """Of 108 faces of five people, each person by a model of the other four."""
    own = read_recipe(find_recipe("own"))
    found = cross_validate(own, [shared_data / "jaffe_half.parquet"], tmp_path, 5)
    assert (found.people, found.n) == (5, 108)
    assert found.accuracy is not None
    assert found.start_accuracy is not None
    assert found.accuracy.mean > found.start_accuracy.mean + 0.05
    assert found.better_folds >= 4


def test_a_seeded_part_of_another_set_is_read_better(shared_data: Path, tmp_path: Path) -> None:
    table = pq.read_table(shared_data / "muxspace.parquet", columns=["image", "label"])
    rows = np.random.default_rng(1).choice(table.num_rows, 400, replace=False)
    pq.write_table(table.take(np.sort(rows)), tmp_path / "part.parquet")
    baseline = train(tmp_path / "part.parquet", tmp_path / "run").result.baseline
    assert baseline is not None
    assert baseline.is_better, baseline

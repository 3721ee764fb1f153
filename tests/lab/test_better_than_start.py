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


def test_seeded_parts_of_another_set_are_read_better(shared_data: Path, tmp_path: Path) -> None:
    """Parts of 400 faces, by the first seeds there are; none was left out for its outcome."""
    table = pq.read_table(shared_data / "muxspace.parquet", columns=["image", "label"])
    gains = []
    for seed in range(2):
        rows = np.random.default_rng(seed).choice(table.num_rows, 400, replace=False)
        part = tmp_path / f"{seed}.parquet"
        pq.write_table(table.take(np.sort(rows)), part)
        one = train(part, tmp_path / f"run {seed}").result.baseline
        assert one is not None
        gains.append(one.accuracy - one.start_accuracy)
        # Some 80 faces are measured: a loss within the 95 % interval of the start may be chance.
        spread = np.sqrt(one.start_accuracy * (1 - one.start_accuracy) / one.n)
        assert gains[-1] > -1.96 * spread, one
    assert np.mean(gains) > 0, gains

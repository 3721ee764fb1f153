"""Degraded faces: so many of them, in the last epochs alone, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from drawn import drawn_faces, tiny_recipe

from yuzug.lab.evaluation.corruptions import FAULTS
from yuzug.lab.training import trainer as training
from yuzug.lab.training.robustness import _KINDS, Robustness, degrade
from yuzug.lab.training.trainer import Trainer


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_share_of_the_faces_is_degraded_and_the_others_stay() -> None:
    faces = torch.from_numpy(drawn_faces(400).images)[:, None].float()
    worse = degrade(faces, Robustness(share=0.5), seeded(0))
    assert worse.shape == faces.shape
    assert 0 <= float(worse.min()) <= float(worse.max()) <= 255
    changed = (worse != faces).flatten(1).any(dim=1)
    assert 160 < int(changed.sum()) < 240
    torch.testing.assert_close(worse, degrade(faces, Robustness(share=0.5), seeded(0)))
    assert bool((worse != degrade(faces, Robustness(share=0.5), seeded(1))).any())
    assert degrade(faces, Robustness(), seeded(0)) is faces


@pytest.mark.parametrize("kind", _KINDS)
def test_the_worst_of_a_kind_changes_more_than_the_mildest(kind: str) -> None:
    change, _ = FAULTS[kind]
    face = drawn_faces(1).images[0]
    losses = [
        float(np.abs(change(face, level).astype(int) - face).mean()) for level in _KINDS[kind]
    ]
    assert 0 < losses[0] < losses[1]


def test_only_the_last_epochs_see_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = tiny_recipe(
        cycles=[{"epochs": 3, "learning_rate": 0.01}], robustness={"share": 1.0, "last_epochs": 1}
    )
    trainer = Trainer(recipe, drawn_faces(32), drawn_faces(8, seed=1), tmp_path)
    seen = []

    def noted(*args: object) -> torch.Tensor:
        seen.append(trainer.epoch)
        return degrade(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "degrade", noted)
    trainer.run()
    assert set(seen) == {2}


def test_weights_of_older_recipes_keep_their_digest() -> None:
    assert tiny_recipe(robustness={"share": 0.0}).digest == tiny_recipe().digest
    assert tiny_recipe(robustness={"share": 0.5}).digest != tiny_recipe().digest

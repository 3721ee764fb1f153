"""The lab: data without leaks, training that resumes, numbers that are what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from drawn import drawn_faces, png, tiny_recipe
from PIL import Image
from sklearn.metrics import balanced_accuracy_score

from yuzug.emotions import LABEL_SETS
from yuzug.errors import YuzugError
from yuzug.lab.data.duplicates import fingerprints, groups, has_near, hold_out
from yuzug.lab.data.faceset import VOTES, FaceSet, read
from yuzug.lab.data.training_data import Measured
from yuzug.lab.evaluation.evaluate import evaluate
from yuzug.lab.evaluation.metrics import expected_calibration_error, per_class
from yuzug.lab.training.augment import Augmentation, augment
from yuzug.lab.training.calibrate import fit_temperature, softmax, sure_at
from yuzug.lab.training.finalize import finalize
from yuzug.lab.training.recipe import Cycle
from yuzug.lab.training.recipe_files import read_recipe
from yuzug.lab.training.schedule import learning_rate
from yuzug.lab.training.targets import targets
from yuzug.lab.training.trainer import Trainer
from yuzug.models import read_card
from yuzug.pipeline import Analyzer

RECIPES = sorted(Path(__file__).resolve().parents[2].glob("yuzug/lab/training/recipes/*.yaml"))


def test_parquet_and_folders_hold_the_same(tmp_path: Path) -> None:
    faces = drawn_faces(6)
    columns: dict[str, list[object]] = {
        "image": [png(one) for one in faces.images],
        "label": list(faces.labels),
        "split": list(faces.splits),
    }
    for index, name in enumerate(VOTES):
        columns[f"votes_{name}"] = [round(10 * float(row[index])) for row in faces.votes]
    columns["votes_unknown"] = [2] * 6
    pq.write_table(pa.table(columns), tmp_path / "faces.parquet")
    for number, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        place = tmp_path / "folder" / "train" / str(label)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(png(image))
    parquet, folder = read(tmp_path / "faces.parquet", 48), read(tmp_path / "folder", 48)
    np.testing.assert_array_equal(parquet.images, faces.images)
    np.testing.assert_allclose(parquet.votes, faces.votes, atol=1e-6)
    assert sorted(folder.labels) == sorted(parquet.labels)
    assert set(folder.splits) == {"train"}
    assert {one.tobytes() for one in folder.images} == {one.tobytes() for one in faces.images}


def test_a_folder_without_faces_is_refused(tmp_path: Path) -> None:
    with pytest.raises(YuzugError, match="no faces"):
        read(tmp_path, 48)


def test_a_parquet_file_must_be_one_of_faces(tmp_path: Path) -> None:
    path = tmp_path / "faces.parquet"
    path.write_text("not parquet")
    with pytest.raises(YuzugError, match="no table") as caught:
        read(path, 48)
    assert caught.value.kind == "data.invalid"
    pq.write_table(pa.table({"picture": [b""]}), path)
    with pytest.raises(YuzugError, match="without the column image and label"):
        read(path, 48)


def test_majority_leaves_out_ties_and_what_was_won_from_outside() -> None:
    votes = np.zeros((4, 8), np.float32)
    votes[0, 3] = 0.6  # clear
    votes[1, [0, 1]] = 0.5  # a tie
    votes[2, 2] = 0.4  # six of ten say it is no face or unknown
    none = np.array([""] * 4)
    faces = FaceSet(np.zeros((4, 2, 2), np.uint8), labels=none, splits=none, votes=votes)
    assert faces.majority().tolist() == [VOTES[3], "", "", ""]


def test_near_copies_are_found_and_held_out_of_both_sides() -> None:
    random = np.random.default_rng(0)
    base = np.stack([smooth_face(random) for _ in range(40)])
    copy = np.clip(base[:5].astype(int) + 6, 0, 255).astype(np.uint8)
    train = np.concatenate([base[:30], copy])
    measured = base[28:40]
    prints, others = fingerprints(train), fingerprints(measured)
    assert has_near(prints, others).nonzero()[0].tolist() == [28, 29]
    assert (groups(prints)[30:] == groups(prints)[:5]).all()
    assert len(set(groups(prints))) == 30
    rest, held = hold_out(prints, others, 0.25, "key", np.array([""] * 35))
    assert not set(rest) & set(held)
    assert sorted({row - 30 if row >= 30 else row for row in (*rest, *held)}) == list(range(28))
    assert len(rest) + len(held) == 28
    assert not has_near(prints[held], prints[rest]).any()


def test_the_same_faces_are_held_out_whatever_stands_beside_them() -> None:
    random = np.random.default_rng(0)
    ours, theirs = (np.stack([smooth_face(random) for _ in range(150)]) for _ in range(2))
    # Half of theirs is as ours, a little brighter: near copies with a chance of their own.
    theirs[:75] = np.clip(ours[:75].astype(int) + 6, 0, 255)
    alone, beside = fingerprints(ours), fingerprints(np.concatenate([theirs, ours]))
    nothing = alone[:0]
    rest, held = hold_out(alone, nothing, 0.3, "key", np.array(["a"] * 150))
    _, of_both = hold_out(beside, nothing, 0.3, "key", np.array(["a"] * 300))
    assert 25 < len(held) < 65
    assert not has_near(beside[of_both], alone[rest]).any()  # nothing that the first was trained on
    back = 149 - hold_out(alone[::-1], nothing, 0.3, "key", np.array(["a"] * 150))[1]
    assert sorted(back) == held.tolist()
    _, with_other_key = hold_out(alone, nothing, 0.3, "other", np.array(["a"] * 150))
    assert set(with_other_key) != set(held)


def test_a_small_class_holds_one_out_if_it_has_five() -> None:
    random = np.random.default_rng(1)
    prints = fingerprints(np.stack([smooth_face(random) for _ in range(14)]))
    labels = np.array(["few"] * 4 + ["five"] * 5 + ["more"] * 5)
    rest, held = hold_out(prints, prints[:0], 1e-9, "key", labels)
    assert sorted(labels[held]) == ["five", "more"]
    assert len(rest) == 12
    _, held = hold_out(prints[:6], prints[:0], 1e-9, "key", labels[[0, 1, 2, 4, 5, 6]])
    assert len(held) == 1  # no label has five, all together have


def smooth_face(random: np.random.Generator) -> np.ndarray:
    coarse = random.integers(0, 255, (12, 12), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((48, 48), Image.Resampling.BICUBIC))


def test_targets_follow_labels_and_votes() -> None:
    faces = drawn_faces(20)
    made = targets(faces, smoothing=0.1)
    for name, share in made.shares.items():
        used = made.weights[name] > 0
        torch.testing.assert_close(share[used].sum(dim=1), torch.ones(int(used.sum())))
    three = made.weights["3"] > 0
    assert three.tolist() == [label in LABEL_SETS[3].names for label in faces.labels]


def test_augmentation_keeps_shape_and_range_and_repeats_by_seed() -> None:
    faces = torch.from_numpy(drawn_faces(8).images)[:, None]
    one, two = (
        augment(faces, Augmentation(), 40, torch.Generator().manual_seed(5)) for _ in range(2)
    )
    torch.testing.assert_close(one, two)
    assert one.shape == (8, 1, 40, 40)
    assert 0 <= float(one.min()) <= float(one.max()) <= 255
    still = Augmentation(
        rotation_deg=0, scale=0, shift=0, shear=0, contrast=0, brightness=0, erase=0, flip=False
    )
    same = augment(faces, still, 48, torch.Generator())
    torch.testing.assert_close(same, faces.float(), atol=0.01, rtol=0)


def test_each_cycle_rises_then_falls() -> None:
    cycles = (Cycle(epochs=10, learning_rate=0.1), Cycle(epochs=4, learning_rate=0.04))
    rates = [learning_rate(step, cycles, 10) for step in range(140)]
    first, second = rates[:100], rates[100:]
    assert (max(first), first.index(max(first))) == (pytest.approx(0.1), 14)
    assert (max(second), second.index(max(second))) == (pytest.approx(0.04), 5)
    assert first[-1] < 0.001
    assert second[-1] < 0.001


def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    faces, held = drawn_faces(64), drawn_faces(24, seed=1)
    through = Trainer(tiny_recipe(), faces, held, tmp_path / "through")
    through.run()
    broken = Trainer(tiny_recipe(), faces, held, tmp_path / "broken")
    broken._one_epoch()
    again = Trainer(tiny_recipe(), faces, held, tmp_path / "broken")
    assert again.epoch == 1
    again.run()
    for name, value in through.network.state_dict().items():
        torch.testing.assert_close(value, again.network.state_dict()[name], msg=name)


def test_training_learns_and_finish_writes_what_evaluate_measures(tmp_path: Path) -> None:
    faces, held = drawn_faces(256), drawn_faces(96, seed=1)
    recipe = tiny_recipe(cycles=[{"epochs": 6, "learning_rate": 0.05}], ema=0.8)
    best = Trainer(recipe, faces, held, tmp_path).run()
    path = finalize(recipe, best, held, [Measured("drawn", "validation", held)])
    card = read_card(path)
    assert set(card.heads) == {str(n) for n in LABEL_SETS}
    assert card.heads["8"].fitted_to == "votes"
    shown = card.heads["7"].metrics[0]
    assert shown.accuracy > 0.5  # chance is 0.14
    analyzer = Analyzer.load(path, 7)
    again = evaluate(analyzer, held, data="drawn", split="validation", labels="label")
    assert again.metrics() == shown


def test_data_without_votes_trains_every_head(tmp_path: Path) -> None:
    faces = drawn_faces(96)
    plain = FaceSet(faces.images, faces.labels, faces.splits, np.zeros_like(faces.votes))
    best = Trainer(tiny_recipe(), plain, plain, tmp_path).run()
    card = read_card(finalize(tiny_recipe(), best, plain, [Measured("drawn", "validation", plain)]))
    assert card.heads["8"].fitted_to == "label"
    assert card.heads["8"].metrics[0].n == 96


def test_a_part_is_measured_by_the_heads_that_know_a_label_of_it(tmp_path: Path) -> None:
    faces = drawn_faces(96)
    plain = FaceSet(faces.images, faces.labels, faces.splits, np.zeros_like(faces.votes))
    neutral = faces.take(faces.labels == "neutral")
    best = Trainer(tiny_recipe(), faces, faces, tmp_path).run()
    parts = [Measured("plain", "validation", plain), Measured("voted", "outside", faces),
             Measured("calm", "outside", neutral)]  # fmt: skip
    heads = read_card(finalize(tiny_recipe(), best, faces, parts)).heads
    assert [one.data for one in heads["3"].metrics] == ["plain", "voted"]  # no neutral there
    told = [(one.data, one.labels, one.n) for one in heads["8"].metrics]
    assert told == [
        ("plain", "label", 96), ("voted", "votes", 96), ("calm", "votes", len(neutral))
    ]  # fmt: skip


def test_temperature_and_edge_are_fitted() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 4, 4000)
    logits = random.normal(size=(4000, 4)).astype(np.float32)
    logits[np.arange(4000), truth] += 1.0
    temperature = fit_temperature(3 * logits, truth)
    assert temperature == pytest.approx(3 * fit_temperature(logits, truth), rel=0.02)
    shares = softmax(logits, temperature)
    assert (shares.max(axis=1) >= sure_at(shares)).mean() == pytest.approx(0.76, abs=0.01)


def test_numbers_are_those_of_the_textbook() -> None:
    names = ("a", "b", "c")
    truth = np.array(list("aaaabbbccc"))
    predicted = np.array(list("aaabbbcccc"))
    classes = per_class(truth, predicted, names)
    assert classes["a"].recall == 0.75
    assert classes["b"].precision == pytest.approx(2 / 3, abs=1e-4)
    assert classes["b"].specificity == pytest.approx(6 / 7, abs=1e-4)
    mean_recall = np.mean([one.recall for one in classes.values()])
    assert mean_recall == pytest.approx(balanced_accuracy_score(truth, predicted), abs=1e-4)
    half = np.array([True, False] * 50)
    assert expected_calibration_error(np.full(100, 0.7, np.float32), half) == pytest.approx(0.2)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_shipped_recipes_fit_the_schema(path: Path) -> None:
    assert read_recipe(path).name == path.stem


def test_a_wrong_key_in_a_recipe_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(RECIPES[0].read_text() + "learning_rte: 3\n")
    with pytest.raises(YuzugError, match="learning_rte") as caught:
        read_recipe(path)
    assert "\n" not in str(caught.value)

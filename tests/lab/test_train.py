"""Training: what a recipe may name is done, a kill loses nothing, processes share the work."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from drawn import drawn_faces, folder_of, png, tiny_recipe
from PIL import Image
from torch.utils._python_dispatch import TorchDispatchMode

from yuzug.cli import main
from yuzug.errors import YuzugError
from yuzug.lab.data.training_data import Measured, gather
from yuzug.lab.evaluation.metrics import balanced_accuracy
from yuzug.lab.training.augment import mix
from yuzug.lab.training.devices import has_bfloat16
from yuzug.lab.training.finalize import finalize
from yuzug.lab.training.losses import class_weights_of, loss
from yuzug.lab.training.recipe import OWN, Recipe
from yuzug.lab.training.recipe_files import read_recipe
from yuzug.lab.training.results import Result
from yuzug.lab.training.resume import Parts, Progress, save_state
from yuzug.lab.training.schedule import learning_rate
from yuzug.lab.training.targets import targets
from yuzug.lab.training.trainer import HeldOut, Trainer
from yuzug.models import load, read_card, resolve
from yuzug.models.checkpoint import save
from yuzug.models.networks import ARCHITECTURES, build
from yuzug.pipeline import Analyzer
from yuzug.ui.photo.exporting import archive

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop"])
def test_every_optimizer_goes_on_where_it_was_stopped(name: str, tmp_path: Path) -> None:
    recipe = tiny_recipe(
        optimizer=name, cycles=[{"epochs": 2, "learning_rate": 0.002}], schedule="cosine"
    )
    faces, held = drawn_faces(48), drawn_faces(24, seed=1)
    through = Trainer(recipe, faces, held, tmp_path / "through")
    through.run()
    Trainer(recipe, faces, held, tmp_path / "broken")._one_epoch()
    again = Trainer(recipe, faces, held, tmp_path / "broken")
    assert again.epoch == 1
    again.run()
    for key, value in through.network.state_dict().items():
        torch.testing.assert_close(value, again.network.state_dict()[key], msg=key)


def test_a_folder_keeps_the_run_of_one_recipe(tmp_path: Path) -> None:
    faces = drawn_faces(32)
    Trainer(tiny_recipe(), faces, faces, tmp_path)._one_epoch()
    with pytest.raises(YuzugError, match="the run of another recipe"):
        Trainer(tiny_recipe(batch=8), faces, faces, tmp_path)


def test_a_run_goes_on_with_the_faces_that_it_began_with(tmp_path: Path) -> None:
    faces, held = drawn_faces(32), drawn_faces(8, seed=1)
    Trainer(tiny_recipe(), faces, held, tmp_path)._one_epoch()
    assert Trainer(tiny_recipe(), faces, held, tmp_path).epoch == 1
    relabelled = replace(held, labels=held.labels[::-1])
    for other in ((faces.take(np.arange(31)), held), (faces, held.take(np.arange(7))),
                  (held, faces), (faces, relabelled)):  # fmt: skip
        with pytest.raises(YuzugError, match="a run on other data"):
            Trainer(tiny_recipe(), *other, tmp_path)


def test_a_run_goes_on_with_the_weights_that_it_began_with(tmp_path: Path) -> None:
    first = tmp_path / "first.safetensors"
    first.write_bytes(resolve("cnn").read_bytes())
    spec = read_card(first).preprocessing.model_dump()
    faces = drawn_faces(16)
    for number, changes in enumerate(
        ({"start_from": str(first)}, {"teaching": {"teachers": [str(first)], "share": 0.5}})
    ):
        recipe, out = tiny_recipe(preprocessing=spec, **changes), tmp_path / str(number)
        Trainer(recipe, faces, faces, out)._one_epoch()
        assert Trainer(recipe, faces, faces, out).epoch == 1
        checkpoint = load(first)
        card = checkpoint.card.model_copy(update={"name": f"changed {number}"})
        save(checkpoint.network, card, first)
        with pytest.raises(YuzugError, match=r"another file of .*first\.safetensors"):
            Trainer(recipe, faces, faces, out)


def test_a_run_that_does_not_say_its_data_is_not_gone_on_with(tmp_path: Path) -> None:
    faces, path = drawn_faces(16), tmp_path / "state.safetensors"
    trainer = Trainer(tiny_recipe(), faces, faces, tmp_path)
    older = Progress(recipe=tiny_recipe().digest)
    save_state(path, Parts(trainer.network, trainer.average, trainer.optimizer), older)
    with pytest.raises(YuzugError, match="a run of an older version"):
        Trainer(tiny_recipe(), faces, faces, tmp_path)


def test_plateau_and_early_stop_follow_the_held_out_score(tmp_path: Path) -> None:
    recipe = tiny_recipe(
        schedule="plateau", plateau={"factor": 0.5, "patience": 1}, early_stop=3,
        cycles=[{"epochs": 30, "learning_rate": 1e-7}], ema=0, optimizer="adam",
    )  # fmt: skip
    trainer = Trainer(recipe, drawn_faces(32), drawn_faces(24, seed=1), tmp_path)
    trainer.score = lambda: HeldOut(0.5, 1.0)  # type: ignore[method-assign]  # it never gets better
    trainer.run()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["learning_rate"] for line in lines] == [1e-7, 1e-7, 5e-8, 2.5e-8]


def test_the_training_score_is_that_of_faces_that_are_trained_on(tmp_path: Path) -> None:
    faces = drawn_faces(48)
    for name, held in (("all", faces), ("fewer", faces.take(np.arange(48) % 4 == 0))):
        trainer = Trainer(tiny_recipe(), faces, held, tmp_path / name)
        rows = np.linspace(0, 47, len(held)).astype(int)
        same = Trainer(tiny_recipe(), held, faces.take(rows), tmp_path / f"{name} beside")
        assert trainer.training_score() == same.score().score
    trainer.run()
    (line, *_) = (tmp_path / "fewer" / "log.jsonl").read_text().splitlines()
    assert 0 <= json.loads(line)["training_score"] <= 1


def test_a_cosine_falls_from_the_start_and_the_others_stay() -> None:
    cycles = tiny_recipe().cycles
    fall = [learning_rate(step, cycles, 10, "cosine") for step in range(20)]
    assert fall[0] == cycles[0].learning_rate
    assert fall == sorted(fall, reverse=True)
    assert learning_rate(19, cycles, 10, "constant") == cycles[0].learning_rate


def test_rare_classes_weigh_more() -> None:
    faces = drawn_faces(400)
    rare = faces.take((faces.labels != "happy") | (np.arange(400) % 8 == 0))
    weights = class_weights_of(targets(rare, 0.0), 1.0)
    assert weights is not None
    sevens = dict(zip(LABELS_7, weights["7"].tolist(), strict=True))
    assert max(sevens, key=lambda name: sevens[name]) == "happy"
    assert class_weights_of(targets(rare, 0.0), 0.0) is None
    wanted = targets(rare, 0.0)
    rows = torch.tensor([int(np.flatnonzero(rare.labels == "happy")[0])])
    plain = loss({"7": torch.zeros(1, 7)}, wanted, rows, {"7": 1.0})
    weighed = loss({"7": torch.zeros(1, 7)}, wanted, rows, {"7": 1.0}, class_weights=weights)
    assert float(weighed / plain) == pytest.approx(sevens["happy"])


LABELS_7 = tiny_recipe().heads(())["7"]


def test_mixed_faces_hold_the_share_that_they_say() -> None:
    faces = torch.zeros(8, 1, 32, 32)
    faces[4:] = 200.0
    random = torch.Generator().manual_seed(0)
    assert mix(faces, random) is None
    for kind in ("mixup", "cutmix"):
        for _ in range(5):
            mixed = mix(faces, random, **{kind: 1.0})
            assert mixed is not None
            own, other = faces.mean(dim=(1, 2, 3)), faces[mixed.partners].mean(dim=(1, 2, 3))
            expected = mixed.share * own + (1 - mixed.share) * other
            torch.testing.assert_close(mixed.faces.mean(dim=(1, 2, 3)), expected)


def test_everything_that_a_recipe_may_name_learns_together(tmp_path: Path) -> None:
    recipe = tiny_recipe(
        architecture="cnn48", cycles=[{"epochs": 8, "learning_rate": 0.003}], schedule="cosine",
        optimizer="adamw", focal=1.0, class_weights=0.5, mixup=0.2, cutmix=0.2, ema=0.5,
        head_weights={3: 1.0}, mixed_precision=False, choose_by="balanced_accuracy", early_stop=8,
    )  # fmt: skip
    faces = drawn_faces(400)
    faces = faces.take(np.isin(faces.labels, recipe.heads(())["3"]))
    trainer = Trainer(recipe, faces, faces, tmp_path)
    trainer.run()
    assert set(trainer.network.heads) == {"3"}
    assert max(trainer.progress.scores) > 0.6  # chance is 0.33


@pytest.mark.skipif(not Path("/proc/cpuinfo").is_file(), reason="this system tells it elsewhere")
def test_halves_are_used_where_the_processor_has_them() -> None:
    flags = set(Path("/proc/cpuinfo").read_text().split())
    if not hasattr(torch.cpu, "get_capabilities"):
        flags = set()
    has = bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})
    assert has_bfloat16(torch.device("cpu")) == has


def test_balanced_accuracy_counts_classes_alike() -> None:
    logits = np.eye(2, dtype=np.float32)[[0, 0, 0, 0]]
    truth = np.array(["a", "a", "a", "b"])
    assert balanced_accuracy(logits, truth, ("a", "b")) == 0.5


@pytest.mark.parametrize("name", ["cnn3", "cnn48"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_smaller_networks_are_built_and_split_where_they_are_explained(
    name: str, channels: int
) -> None:
    assert name in ARCHITECTURES
    network = build(name, channels=channels, size_px=64, heads={"8": 8}).eval()
    features = network.features(torch.zeros(1, channels, 64, 64))
    assert min(features.shape[2:]) >= 7
    assert network.head(features, "8").shape == (1, 8)


def test_a_sample_takes_classes_in_turn_and_a_head_gets_only_its_faces(tmp_path: Path) -> None:
    faces = drawn_faces(300)
    folder_of(faces, tmp_path / "faces")
    recipe = tiny_recipe(head_weights={3: 1.0}, sample=30)
    data = gather([tmp_path / "faces"], recipe)
    names, counts = np.unique(data.train.labels, return_counts=True)
    assert set(names) == set(recipe.heads(())["3"])
    assert counts.tolist() == [10, 10, 10]
    assert data.measured[0].split == "held out"


def test_of_outside_data_all_is_measured_and_nothing_like_it_trained_on(tmp_path: Path) -> None:
    ours, theirs = drawn_faces(120), drawn_faces(40, seed=3)
    folder_of(ours, tmp_path / "ours")
    folder_of(theirs, tmp_path / "theirs")
    folder_of(ours.take(np.arange(20)), tmp_path / "twins")
    sets = [tmp_path / "theirs", tmp_path / "twins"]
    data = gather([tmp_path / "ours"], tiny_recipe(), sets)
    outside = [part for part in data.measured if part.split == "outside"]
    assert [(part.data, len(part.faces)) for part in outside] == [("theirs", 40), ("twins", 20)]
    measured = {face.tobytes() for part in outside for face in part.faces.images}
    for part in (data.train, data.held):
        assert not measured & {face.tobytes() for face in part.images}


def test_nothing_like_a_face_of_any_other_split_is_trained_on(tmp_path: Path) -> None:
    split, plain = tmp_path / "split", folder_of(drawn_faces(60, seed=1), tmp_path / "plain")
    folder_of(drawn_faces(60), split / "train")
    folder_of(drawn_faces(12, seed=2), split / "validation")
    secret = drawn_faces(20, seed=3)
    folder_of(secret, split / "test")
    for number, (face, label) in enumerate(zip(secret.images, secret.labels, strict=True)):
        # The same pictures stand among those to train on, in this data and in the other.
        place = split / "train" if number % 2 else plain
        (place / str(label) / f"copy{number}.png").write_bytes(png(face))
    data = gather([split, plain], tiny_recipe())
    hidden = {face.tobytes() for face in gather([split / "test"], tiny_recipe()).train.images}
    assert hidden
    for part in (data.train, data.held):
        assert len(part)
        assert not hidden & {face.tobytes() for face in part.images}


def test_every_face_is_accounted_for(tmp_path: Path) -> None:
    ours = folder_of(drawn_faces(100), tmp_path / "ours" / "train")
    folder_of(drawn_faces(20, seed=1), ours.parent / "validation")
    folder_of(drawn_faces(9, seed=2), ours.parent / "test")
    for name, image in {"blank": np.zeros((48, 48), np.uint8),
                        "copy": drawn_faces(20, seed=1).images[0]}.items():  # fmt: skip
        (ours / "happy" / f"{name}.png").write_bytes(png(image))
    theirs = folder_of(drawn_faces(12, seed=3), tmp_path / "theirs")
    recipe = tiny_recipe(head_weights={4: 1.0})
    data = gather([ours.parent], recipe, [theirs])
    counts = data.counts
    assert (counts.found, counts.measured, counts.other_splits) == (143, 32, 9)
    assert (counts.near_copies, counts.blank) == (1, 1)
    assert (counts.trained, counts.held_out) == (len(data.train), len(data.held))
    left = drawn_faces(100).labels
    assert counts.unused == (~np.isin(left, recipe.heads(())["4"])).sum()
    assert (
        sum(counts.model_dump(exclude={"found", "near_copies_kept", "unknown_labels"}).values())
        == counts.found
    )


@pytest.mark.parametrize("how", ["drop", "keep", "report"])
def test_near_copies_of_data_without_splits_are_treated_as_asked(tmp_path: Path, how: Any) -> None:
    faces = drawn_faces(60)
    folder_of(faces, tmp_path / "faces")
    for number, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        (tmp_path / "faces" / str(label) / f"again {number}.png").write_bytes(png(image + 2))
    data = gather([tmp_path / "faces"], tiny_recipe(), near_copies=how)
    counts = data.counts
    assert (counts.near_copies == 60) == (how == "drop")
    assert (counts.near_copies_kept > 30) == (how != "drop")
    listed = {tuple(Path(file).stem for file in pair) for pair in data.near_copies}
    assert len(listed) == (counts.near_copies_kept if how == "report" else 0)
    assert all(again == f"again {first}" or first == f"again {again}" for again, first in listed)


def test_data_sets_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for place in ("a", "b"):
        folder_of(drawn_faces(40, seed=ord(place)), tmp_path / place / "faces")
    other = folder_of(drawn_faces(12, seed=3), tmp_path / "other")
    paths = [tmp_path / "a" / "faces", tmp_path / "b" / "faces"]
    measured = gather(paths, tiny_recipe(), [other]).measured
    assert [one.data for one in measured] == ["a/faces", "b/faces", "other"]


def test_a_sample_holds_out_its_share_only(tmp_path: Path) -> None:
    folder_of(drawn_faces(400), tmp_path / "faces")
    data = gather([tmp_path / "faces"], tiny_recipe(sample=40))
    assert (len(data.train), len(data.held)) == (40, 4)


def test_too_few_faces_are_refused_before_training(tmp_path: Path) -> None:
    few = folder_of(drawn_faces(4), tmp_path / "few")
    with pytest.raises(YuzugError, match="no face to hold out among"):
        gather([few], tiny_recipe())
    strange = folder_of(drawn_faces(20), tmp_path / "strange", {"happy": "x", "sad": "y"})
    with pytest.raises(YuzugError, match="must have labels from the recipe"):
        gather([strange], tiny_recipe())
    names = {"happy": "a", "sad": "b", "angry": "c"}
    mine = folder_of(drawn_faces(60), tmp_path / "mine" / "train", names).parent
    folder_of(drawn_faces(20, seed=1), mine / "validation", names | {"fear": "d"})
    with pytest.raises(YuzugError, match="no face of d to train on among"):
        gather([mine], tiny_recipe(own_labels=True))


def test_own_labels_become_a_checkpoint_of_one_head(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"happy": "cheerful", "sad": "gloomy", "angry": "cross"}
    mine = folder_of(drawn_faces(220), tmp_path / "mine", names)
    more = folder_of(drawn_faces(60, seed=2), tmp_path / "more", names)
    recipe = read_recipe(ROOT / "yuzug/lab/training/recipes/own.yaml").model_dump(mode="json")
    recipe |= {"architecture": "cnn", "start_from": "cnn", "cycles": [
        {"epochs": 3, "learning_rate": 0.02}]}  # fmt: skip
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(recipe))
    out = tmp_path / "out"
    words = ["train", str(tmp_path / "own.yaml"), "--data", str(mine), str(more), "--out", str(out)]
    assert main(words) == 0
    path = Path(capsys.readouterr().out.strip())
    card = read_card(path)
    assert card.heads[OWN].labels == ("cheerful", "cross", "gloomy")
    assert [one.data for one in card.heads[OWN].metrics] == ["mine", "more"]
    assert not any("FER2013" in limit for limit in card.limits)
    face = Analyzer.load(path, OWN).analyze(png(drawn_faces(1).images[0]), crops=True).dominant
    assert face is not None
    assert set(face.probabilities) == set(names.values())
    result = Result.model_validate_json((out / "result.json").read_text())
    assert (result.epochs, result.recipe["start_from"]) == (3, "cnn")
    with Image.open(out / "curves.png") as curves:
        assert curves.size > (300, 100)


def test_corrected_faces_of_the_app_teach_the_bundled_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrected = tmp_path / "corrected"
    faces = drawn_faces(40)
    for label in ("happy", "sad"):
        for image in faces.images[faces.labels == label][:5]:
            with zipfile.ZipFile(io.BytesIO(archive(png(image), label))) as packed:
                packed.extractall(corrected)
    out = tmp_path / "out"
    assert main(["train", "corrected", "--data", str(corrected), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "10 faces found: 6 for training, 2 held out, 2 for measuring" in said.err
    card, bundled = read_card(Path(said.out.strip())), read_card(resolve("resnet18"))
    assert {name: head.labels for name, head in card.heads.items()} == {
        name: head.labels for name, head in bundled.heads.items()
    }
    # Two faces tell nothing of confidence, so what was fitted before holds on.
    assert card.heads["7"].temperature == bundled.heads["7"].temperature
    assert card.heads["7"].metrics[0].n == 2
    ours, theirs = (load(path).network for path in (Path(said.out.strip()), resolve("resnet18")))
    moved = ours.heads["7"].weight - theirs.heads["7"].weight
    assert 0 < float(moved.abs().max()) < 0.1


def test_the_card_holds_the_recipe_and_its_licence(tmp_path: Path) -> None:
    recipe, faces = tiny_recipe(licence="CC-BY-4.0"), drawn_faces(48)
    best = Trainer(recipe, faces, faces, tmp_path).run()
    card = read_card(finalize(recipe, best, faces, [Measured("drawn", "validation", faces)]))
    assert card.licence == "CC-BY-4.0"
    assert Recipe.model_validate(card.recipe_values) == recipe
    assert card.recipe_digest == recipe.digest != tiny_recipe().digest
    assert tiny_recipe(licence="Apache-2.0").digest == tiny_recipe().digest


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"architecture": "resnet9"}, "architecture: 'resnet9' is none of resnet18, cnn"),
        ({"stages": [{"epochs": 1, "size_px": 24}]}, "stages: the head of cnn reads one size"),
        ({"head_weights": {7: -1.0}}, "head_weights.7"),
        ({"weight_decay": float("inf")}, "weight_decay"),
    ],
)
def test_a_recipe_that_cannot_run_is_refused_when_it_is_read(
    changes: dict[str, object], named: str, tmp_path: Path
) -> None:
    values = tiny_recipe().model_dump(mode="json") | changes
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(values))
    with pytest.raises(YuzugError) as caught:
        read_recipe(tmp_path / "wrong.yaml")
    assert named in str(caught.value)


def test_a_recipe_must_be_text(tmp_path: Path) -> None:
    (tmp_path / "faces.parquet").write_bytes(b"PAR1\xff\xfe\x00")
    with pytest.raises(YuzugError, match="must be a YAML file"):
        read_recipe(tmp_path / "faces.parquet")


def test_a_teacher_without_a_head_is_named(tmp_path: Path) -> None:
    faces, recipe = drawn_faces(16), tiny_recipe(head_weights={7: 1.0})
    best = Trainer(recipe, faces, faces, tmp_path / "seven").run()
    seven = str(finalize(recipe, best, faces, [Measured("drawn", "validation", faces)]))
    teaching = {"teaching": {"teachers": [seven], "share": 0.5}}
    Trainer(tiny_recipe(head_weights={7: 1.0}, **teaching), faces, faces, tmp_path / "taught")
    with pytest.raises(YuzugError, match="without the head 3"):
        Trainer(tiny_recipe(**teaching), faces, faces, tmp_path / "not taught")


def test_weights_of_another_architecture_are_a_wrong_recipe(tmp_path: Path) -> None:
    faces = drawn_faces(16)
    with pytest.raises(YuzugError, match="start from a cnn48") as caught:
        Trainer(tiny_recipe(architecture="cnn48", start_from="cnn"), faces, faces, tmp_path)
    assert caught.value.kind == "start.unfit"


def test_a_loss_that_is_no_number_stops_training_and_leaves_the_files(tmp_path: Path) -> None:
    faces = drawn_faces(32)
    Trainer(tiny_recipe(), faces, faces, tmp_path)._one_epoch()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    trainer = Trainer(tiny_recipe(), faces, faces, tmp_path)
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(float("nan"))
    with pytest.raises(YuzugError, match="not finite in epoch 2"):
        trainer.run()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


class Asked(TorchDispatchMode):
    """Counts the numbers that are read out of tensors: on a GPU each waits for all before it.

    Whole numbers do not count: they count updates and seed draws, on the CPU.
    """

    count = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        asks = func is torch.ops.aten._local_scalar_dense.default
        self.count += asks and args[0].dtype != torch.long
        return func(*args, **(kwargs or {}))


def test_a_step_asks_the_device_for_no_number(tmp_path: Path) -> None:
    counts = []
    for faces in (drawn_faces(32), drawn_faces(96)):
        trainer = Trainer(tiny_recipe(), faces, faces, tmp_path / str(len(faces)))
        trainer.steps_ahead = 50
        trainer._run_epoch()  # the first one makes the optimizer's memory
        with Asked() as asked:
            trainer._run_epoch()
        counts.append((trainer.steps_per_epoch, asked.count))
    (few, of_few), (many, of_many) = counts
    assert many > few
    assert of_many == of_few


@pytest.mark.parametrize("count", [1, 21])
def test_own_labels_are_two_to_twenty(count: int) -> None:
    recipe = tiny_recipe(own_labels=True)
    assert len(recipe.heads([f"label {number}" for number in range(20)])[OWN]) == 20
    assert recipe.heads(["a", "b"]) == {OWN: ("a", "b")}
    with pytest.raises(YuzugError, match="2 to 20"):
        recipe.heads([f"label {number}" for number in range(count)])


def _recipe_file(folder: Path, epochs: int) -> Path:
    values = tiny_recipe(cycles=[{"epochs": epochs, "learning_rate": 0.05}], batch=8)
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(values.model_dump(mode="json", exclude_defaults=True)))
    return path


def _train(recipe: Path, data: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "yuzug.cli", "train", str(recipe),
            "--data", str(data), "--out", str(out)]  # fmt: skip


_ENV = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def test_a_run_killed_by_the_system_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    data = folder_of(drawn_faces(160), tmp_path / "faces")
    recipe = _recipe_file(tmp_path, epochs=4)
    killed = tmp_path / "killed"
    process = subprocess.Popen(
        _train(recipe, data, killed), env=_ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 600  # others may keep the machine busy
    while not (killed / "log.jsonl").is_file() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = len((killed / "log.jsonl").read_text().splitlines())
    assert 1 <= done < 4
    for out in (killed, tmp_path / "through"):
        torch.set_num_threads(1)
        assert main(_train(recipe, data, out)[3:]) == 0
    one, two = (
        [json.loads(line) | {"seconds": 0} for line in (out / "log.jsonl").read_text().splitlines()]
        for out in (killed, tmp_path / "through")
    )
    assert one == two
    assert len(one) == 4
    weights = [(out / "tiny.safetensors").read_bytes() for out in (killed, tmp_path / "through")]
    assert weights[0] == weights[1]


def test_two_processes_share_the_work(tmp_path: Path) -> None:
    data = folder_of(drawn_faces(160), tmp_path / "faces")
    out = tmp_path / "out"
    launch = (
        "-m accelerate.commands.launch --cpu --num_processes 2 --num_machines 1 "
        "--mixed_precision no --dynamo_backend no"
    )
    words = [sys.executable, *launch.split(), *_train(_recipe_file(tmp_path, 2), data, out)[1:]]
    done = subprocess.run(words, env=_ENV, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert Path(done.stdout.strip().splitlines()[-1]) == out / "tiny.safetensors"
    assert len((out / "log.jsonl").read_text().splitlines()) == 2
    assert set(read_card(out / "tiny.safetensors").heads) == set(tiny_recipe().heads(()))

"""Folds: each face is measured once, people and near copies stay together, "test" unseen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn import drawn_faces, folder_of, png, tiny_recipe

from yuzug.cli import main
from yuzug.errors import YuzugError
from yuzug.lab.data.faceset import FACES, read
from yuzug.lab.data.folds import Folds, folds_of
from yuzug.lab.data.prepare import prepare_folder
from yuzug.lab.data.training_data import DataSet, arrange
from yuzug.lab.training.repeats import FOLDS, CrossValidation
from yuzug.lab.training.results import Result

Capture = pytest.CaptureFixture[str]


def table_of(place: Path, people: int, splits: list[str] | None = None, seed: int = 0) -> Path:
    """Drawn faces in a table with a person for each, and splits where there are to be some."""
    faces = drawn_faces(60, seed=seed)
    columns = {
        "image": [png(image) for image in faces.images],
        "label": faces.labels.tolist(),
        "subject": [f"p{number % people}" for number in range(60)],
    }
    if splits is not None:
        columns["split"] = splits
    pq.write_table(pa.table(columns), place)
    return place


def shared(path: Path, count: int) -> Folds:
    return folds_of([DataSet(path.name, read(path, 48))], count, seed=0)


def test_a_persons_faces_stand_in_one_fold_and_each_face_in_one(tmp_path: Path) -> None:
    folds = shared(table_of(tmp_path / "faces.parquet", people=7), 3)
    assert folds.people == 7
    measured = [one[0].faces.splits == "validation" for one in folds.sets]
    assert np.sum(measured, axis=0).tolist() == [1] * 60
    subjects = folds.sets[0][0].faces.subjects
    assert subjects is not None
    for mask in measured:
        assert mask.any()
        assert not set(subjects[mask]) & set(subjects[~mask])


def test_a_test_split_is_in_no_fold(tmp_path: Path) -> None:
    splits = ["train"] * 40 + ["validation"] * 10 + ["test"] * 10
    folds = shared(table_of(tmp_path / "faces.parquet", 60, splits), 2)
    for one in folds.sets:
        assert one[0].faces.splits.tolist()[50:] == ["test"] * 10
        assert "test" not in one[0].faces.splits.tolist()[:50]


def test_near_copies_stand_in_one_fold(tmp_path: Path) -> None:
    faces = drawn_faces(30)
    folder_of(faces, tmp_path)
    for number, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        (tmp_path / str(label) / f"again {number}.png").write_bytes(png(image + 2))
    folds = shared(tmp_path, 3)
    files = folds.sets[0][0].faces.files
    assert folds.people == 0
    assert files is not None
    for one in folds.sets:
        of = dict(zip(files.tolist(), one[0].faces.splits.tolist(), strict=True))
        for number, label in enumerate(faces.labels.tolist()):
            assert of[f"{label}/{number}.png"] == of[f"{label}/again {number}.png"]


def test_fewer_people_than_folds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(YuzugError, match="got 2: ask for fewer folds"):
        shared(table_of(tmp_path / "faces.parquet", people=2), 3)


def test_a_fold_may_lack_a_small_data_set_and_never_measures_its_test_split(tmp_path: Path) -> None:
    splits = ["train"] * 6 + ["test"] * 54
    sets = [
        DataSet("big", read(table_of(tmp_path / "big.parquet", people=12), 48)),
        DataSet("small", read(table_of(tmp_path / "small.parquet", 1, splits, seed=1), 48)),
    ]
    recipe = tiny_recipe(architecture="cnn", cycles=[{"epochs": 1, "learning_rate": 0.1}])
    measured = []
    for parts in folds_of(sets, 4, seed=0).sets:
        gathered = arrange(parts, recipe, fold=True)
        measured += [(one.data, one.split) for one in gathered.measured]
    assert {split for _, split in measured} == {"validation"}
    assert [name for name, _ in measured].count("big") == 4
    assert [name for name, _ in measured].count("small") == 1  # it has one person


def test_prepared_faces_keep_their_person(tmp_path: Path) -> None:
    table_of(tmp_path / "faces.parquet", people=6)
    out = tmp_path / "out"
    prepare_folder(tmp_path / "faces.parquet", out, crops=True, size_px=48)
    rows = (out / FACES).read_text(encoding="utf-8").splitlines()
    assert rows[0] == "file,subject,source"
    faces = read(out, 48)
    assert faces.subjects is not None
    assert set(faces.subjects) == {f"p{number}" for number in range(6)}
    assert folds_of([DataSet("out", faces)], 2, seed=0).people > 1


def test_folds_are_measured_and_then_one_model_is_trained(tmp_path: Path, capsys: Capture) -> None:
    data = folder_of(drawn_faces(60), tmp_path / "data")
    recipe = tmp_path / "small.yaml"
    recipe.write_text(
        "architecture: cnn\npreprocessing: {size_px: 32, detail_px: 32}\nhead_weights: {7: 1}\n"
        "epochs: 1\n"
    )
    out = tmp_path / "run"
    words = ["train", str(recipe), "--data", str(data), "--out", str(out)]
    pattern = r"(\d)\.png"
    assert main([*words, "--folds", "2", "--subject", pattern]) == 0
    told = capsys.readouterr()
    assert Path(told.out.strip()) == out / "small.safetensors"
    assert "Fold 2 of 2" in told.err
    assert "60 faces of 10 people" in told.err
    found = CrossValidation.model_validate_json((out / FOLDS).read_text(encoding="utf-8"))
    assert (found.folds, found.people, found.n) == (2, 10, 60)
    each = [Result.of(out / f"fold-{number}") for number in (1, 2)]
    accuracies = tuple(one.heads["7"][0].accuracy for one in each)
    assert found.heads[0].accuracy.each == accuracies
    assert not list(out.glob("fold-*/*.safetensors"))  # what is there to be measured is not kept
    before = (out / FOLDS).read_bytes()
    assert main([*words, "--folds", "2", "--subject", pattern]) == 0  # all of it is finished
    assert (out / FOLDS).read_bytes() == before
    capsys.readouterr()
    alone = tmp_path / "alone"
    assert main([*words[:-1], str(alone), "--quiet"]) == 0
    own, other = (json.loads((one / "result.json").read_text()) for one in (out, alone))
    assert own | {"minutes": 0} == other | {"minutes": 0}  # its own result knows nothing of folds


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--folds", "1"], "got --folds 1"),
        (["--folds", "3", "--seeds", "1"], "--folds with --seeds"),
        (["--subject", "a"], "--subject without --folds"),
        (["--folds", "3", "--subject", "("], "must be a regular expression"),
    ],
)
def test_folds_that_cannot_be_are_refused(
    extra: list[str], said: str, tmp_path: Path, capsys: Capture
) -> None:
    data = folder_of(drawn_faces(4), tmp_path / "data")
    assert main(["train", "own", "--data", str(data), "--out", str(tmp_path / "o"), *extra]) == 2
    assert said in capsys.readouterr().err

"""Layouts of labelled pictures: tables, data sets saved to disk, and split folders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn import drawn_faces, folder_of, png, tiny_recipe

from yuzug.errors import ImageError, OptionError
from yuzug.lab.data.faceset import FaceSet, read
from yuzug.lab.data.labels import emotion_of, synonyms
from yuzug.lab.data.prepare import prepare_folder
from yuzug.lab.data.training_data import gather

FACES = drawn_faces(12)


def is_the_set(faces: FaceSet) -> None:
    np.testing.assert_array_equal(faces.images, FACES.images)
    assert faces.labels.tolist() == FACES.labels.tolist()


def test_a_csv_of_paths(tmp_path: Path) -> None:
    lines = ["Path,Emotion,Usage"]
    for number, (image, label) in enumerate(zip(FACES.images, FACES.labels, strict=True)):
        (tmp_path / "pictures").mkdir(exist_ok=True)
        (tmp_path / "pictures" / f"{number}.png").write_bytes(png(image))
        lines.append(f"pictures/{number}.png,{label},{'Training' if number % 2 else 'PublicTest'}")
    (tmp_path / "faces.csv").write_text("\n".join(lines))
    faces = read(tmp_path / "faces.csv", 48)
    is_the_set(faces)
    assert set(faces.splits) == {"train", "validation"}
    assert faces.files is not None
    assert faces.files[3] == "pictures/3.png"
    (tmp_path / "pictures" / "3.png").unlink()
    with pytest.raises(ImageError, match="in row 3"):
        read(tmp_path / "faces.csv", 48)


def test_the_csv_of_fer2013(tmp_path: Path) -> None:
    order = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    rows = [
        f"{order.index(str(label))},{' '.join(map(str, image.ravel()))},Training"
        for image, label in zip(FACES.images, FACES.labels, strict=True)
    ]
    (tmp_path / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]))
    is_the_set(read(tmp_path / "fer2013.csv", 48))


@pytest.mark.parametrize("several", [False, True])
def test_a_data_set_that_was_saved_to_disk(several: bool, tmp_path: Path) -> None:
    """The files that ``datasets.save_to_disk`` writes, as its documentation shows them."""
    names = sorted(set(FACES.labels.tolist()))
    for split in ("train", "validation") if several else ("",):
        folder = tmp_path / split
        folder.mkdir(exist_ok=True)
        table = pa.table(
            {
                "image": [{"bytes": png(one), "path": None} for one in FACES.images],
                "label": [names.index(str(label)) for label in FACES.labels],
            }
        )
        file = str(folder / "data-00000-of-00001.arrow")
        with pa.OSFile(file, "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
        (folder / "state.json").write_text(json.dumps(state))
        features = {"label": {"names": names, "_type": "ClassLabel"}}
        (folder / "dataset_info.json").write_text(json.dumps({"features": features}))
    if several:
        note = {"splits": ["train", "validation"]}
        (tmp_path / "dataset_dict.json").write_text(json.dumps(note))
    faces = read(tmp_path, 48)
    is_the_set(faces.split("validation") if several else faces)


def test_classes_of_a_hub_parquet_have_their_names(tmp_path: Path) -> None:
    names = sorted(set(FACES.labels.tolist()))
    features = {"label": {"names": names, "_type": "ClassLabel"}}
    table = pa.table(
        {
            "image": [png(one) for one in FACES.images],
            "label": [names.index(str(label)) for label in FACES.labels],
        }
    )
    note = json.dumps({"info": {"features": features}}).encode()
    pq.write_table(table.replace_schema_metadata({b"huggingface": note}), tmp_path / "a.parquet")
    is_the_set(read(tmp_path / "a.parquet", 48))


def test_a_table_without_labels_says_what_columns_it_has(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("picture,name\na.png,joy\n")
    with pytest.raises(OptionError, match=r"it has picture, name") as caught:
        read(tmp_path / "a.csv", 48)
    assert caught.value.kind == "data.invalid"


@pytest.mark.parametrize("other", ["test", "val", "Validation"])
def test_data_with_two_splits_is_trained_and_measured(other: str, tmp_path: Path) -> None:
    folder_of(drawn_faces(120), tmp_path / "train")
    folder_of(drawn_faces(20, seed=1), tmp_path / other)
    data = gather([tmp_path], tiny_recipe())
    (part,) = data.measured
    assert part.split == ("test" if other == "test" else "validation")
    assert len(part.faces) == 20
    assert len(data.train) + len(data.held) == 120
    out = tmp_path / "out"
    report = prepare_folder(tmp_path, out, size_px=48, crops=True)
    assert report.kept == 140
    assert sum(report.splits["train"].values()) == 120
    assert sum(report.splits[part.split].values()) == 20


def test_prepare_reads_tables_and_their_subjects(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    images = [random.integers(0, 255, (48, 48), dtype=np.uint8) for _ in range(30)]
    columns = {
        "image": [png(one) for one in images],
        "label": (["happy", "sad", None] * 10),
        "subject": [f"p{number % 5}" for number in range(30)],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    report = prepare_folder(tmp_path / "a.parquet", tmp_path / "out", size_px=48, crops=True)
    assert (report.found, report.kept, report.subjects) == (30, 20, 5)
    assert report.dropped == {"no_label": 10}


def test_labels_by_other_names_are_trained_on_as_emotions(tmp_path: Path) -> None:
    names = {"happy": "Joy", "sad": "Üzgün", "angry": "KIZGIN", "fear": "bored"}
    folder_of(drawn_faces(200), tmp_path / "data", names)
    data = gather([tmp_path / "data"], tiny_recipe())
    assert set(data.train.labels) == {"happy", "sad", "angry"}
    assert data.mapping == {"Joy": "happy", "Üzgün": "sad", "KIZGIN": "angry"}
    bored = int((drawn_faces(200).labels == "fear").sum())
    assert data.counts.unknown_labels == {"bored": bored}
    data = gather([tmp_path / "data"], tiny_recipe(), mapping={"bored": "neutral"})
    assert "neutral" in set(data.train.labels)
    own = gather([tmp_path / "data"], tiny_recipe(own_labels=True))
    assert set(own.train.labels) == set(names.values())
    assert own.mapping == {}
    with pytest.raises(OptionError, match="lead to labels"):
        gather([tmp_path / "data"], tiny_recipe(), mapping={"bored": "boredom"})


def test_two_labels_of_one_emotion_are_not_guessed() -> None:
    assert emotion_of("anger") == "angry"
    assert synonyms(["joy"], ["happy", "mutlu"]) == {}
    assert synonyms(["joy", "happy"], ["Mutlu", "sad"]) == {"joy": "Mutlu", "happy": "Mutlu"}

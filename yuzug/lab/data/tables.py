"""Labelled pictures in a table: parquet, CSV, or a Hugging Face data set that was saved to disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yuzug.errors import ImageError, OptionError

# The names under which data sets keep a column, the usual one first.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "image": ("image", "img", "bytes", "path", "file", "file_name", "filename", "filepath",
              "image_path", "pixels"),
    "label": ("label", "labels", "emotion", "expression", "class", "category"),
    "split": ("split", "usage", "subset", "partition"),
    "subject": ("subject", "person", "subject_id", "user"),
}  # fmt: skip
# FER2013's CSV numbers its labels.
_FER2013 = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_SPLITS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "privatetest": "test", "val": "validation", "valid": "validation", "dev": "validation",
    "validation": "validation", "publictest": "validation", "eval": "validation",
}  # fmt: skip
# What a folder of ``datasets.save_to_disk`` holds.
_DICT, _STATE, _INFO = "dataset_dict.json", "state.json", "dataset_info.json"


def split_name(name: str) -> str:
    """A split by its usual name; any other name stays as it is.

    >>> split_name("Validation"), split_name("val"), split_name("fold3")
    ('validation', 'validation', 'fold3')
    """
    return _SPLITS.get(name.strip().lower(), name)


def is_split(name: str) -> bool:
    """Whether a folder of this name is a split and no label."""
    return name.strip().lower() in _SPLITS


def is_table(path: Path) -> bool:
    """Whether a path is a table, and not a folder of pictures."""
    return path.is_file() or any((path / name).is_file() for name in (_DICT, _STATE))


def read_table(path: Path) -> pa.Table:
    """The rows of a table under the usual column names; labels and splits are strings.

    The columns are ``image`` and ``label``, and any of ``split``, ``subject`` and
    ``votes_<emotion>`` that there are.

    Raises:
        OptionError: ``option.invalid`` where this is no such table.
    """
    try:
        table = _named(_opened(path), path)
    except (pa.ArrowInvalid, OSError, KeyError, json.JSONDecodeError) as error:
        raise not_faces(f"{path}, which is no table: {str(error).splitlines()[0]}") from error
    if not table.num_rows:
        raise not_faces(f"no faces under {path}")
    return table


def not_faces(got: str) -> OptionError:
    """The error of data that is not labelled faces."""
    return OptionError(
        "data.invalid",
        must="the data must be labelled faces: label/*.png, split/label/*.png, a parquet or CSV "
        "file with image and label, or a data set saved to disk",
        got=got,
        do="check the path",
    )


def picture_of(cell: Any, folder: Path) -> Path | bytes | NDArray[np.uint8]:
    """What a cell holds: a path below ``folder``, encoded bytes, or grey pixels (S, S).

    Hugging Face's ``{"bytes": …, "path": …}`` and FER2013's "70 80 82 …" are among these.

    Raises:
        ImageError: ``image.empty`` for anything else.
    """
    if isinstance(cell, dict):
        cell = cell.get("bytes") or cell.get("path")
    if isinstance(cell, bytes) and cell:
        return cell
    if isinstance(cell, str) and cell.strip():
        values = cell.split()
        side = round(len(values) ** 0.5)
        if side * side == len(values) > 1 and all(one.isdecimal() for one in values):
            return np.array(values, np.uint8).reshape(side, side)
        return folder / cell
    raise ImageError(
        "image.empty",
        must="a face must be the bytes or the path of a picture",
        got="none" if not cell else f"a {type(cell).__name__}",
        do="write the encoded pictures, or their paths, into the column image",
    )


def words(cells: Sequence[Any]) -> NDArray[np.str_]:
    """Cells as strings, empty for null."""
    return np.array(["" if cell is None else str(cell) for cell in cells])


def _opened(path: Path) -> pa.Table:
    if path.is_dir():
        return _saved_to_disk(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        options = pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        return pyarrow.csv.read_csv(path, parse_options=options)
    return _labels_by_name(pq.read_table(path), _hub_features(pq.read_schema(path)))


def _saved_to_disk(path: Path) -> pa.Table:
    """What ``datasets.save_to_disk`` wrote: a data set, or several as splits."""
    if not (path / _DICT).is_file():
        return _arrow_files(path)
    splits = json.loads((path / _DICT).read_text(encoding="utf-8"))["splits"]
    tables = []
    for name in splits:
        table = _arrow_files(path / name)
        tables.append(table.append_column("split", pa.array([name] * table.num_rows)))
    return pa.concat_tables(tables, promote_options="default")


def _arrow_files(folder: Path) -> pa.Table:
    state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    tables = []
    for one in state["_data_files"]:
        with pa.memory_map(str(folder / Path(one["filename"]).name)) as source:
            tables.append(pa.ipc.open_stream(source).read_all())
    info = json.loads((folder / _INFO).read_text(encoding="utf-8"))
    return _labels_by_name(pa.concat_tables(tables), info.get("features") or {})


def _hub_features(schema: pa.Schema) -> dict[str, Any]:
    """The features that Hugging Face keeps in a parquet file."""
    note = (schema.metadata or {}).get(b"huggingface")
    found: dict[str, Any] = json.loads(note).get("info", {}).get("features", {}) if note else {}
    return found


def _labels_by_name(table: pa.Table, features: Mapping[str, Any]) -> pa.Table:
    """Numbered classes by their names."""
    for name, feature in features.items():
        names = feature.get("names") if isinstance(feature, dict) else None
        if name in table.column_names and isinstance(names, list):
            labels = [None if n is None or n < 0 else names[n] for n in table[name].to_pylist()]
            table = table.set_column(
                table.column_names.index(name), name, pa.array(labels, pa.string())
            )
    return table


def _named(table: pa.Table, path: Path) -> pa.Table:
    """The columns by the names of this package."""
    there = {name.strip().lower(): name for name in table.column_names}
    found = {}
    for ours, aliases in _COLUMNS.items():
        column = next((there[alias] for alias in aliases if alias in there), None)
        if column is not None:
            found[ours] = table[column]
    missing = [name for name in ("image", "label") if name not in found]
    if missing:
        columns = ", ".join(table.column_names)
        raise not_faces(f"{path} without the column {' and '.join(missing)} (it has {columns})")
    if pa.types.is_integer(found["label"].type):
        found["label"] = _numbered(found["label"], path, is_fer2013="pixels" in there)
    for name in ("label", "split"):
        if name in found:
            found[name] = pc.cast(found[name], pa.string())
    if "split" in found:
        splits = [split_name(one) for one in words(found["split"].to_pylist()).tolist()]
        found["split"] = pa.array(splits, pa.string())
    votes = {name: table[name] for name in table.column_names if name.startswith("votes_")}
    return pa.table(found | votes)


def _numbered(labels: pa.ChunkedArray, path: Path, *, is_fer2013: bool) -> pa.Array:
    """Numbers as labels: FER2013's by their names, others as they are."""
    numbers = labels.to_pylist()
    if is_fer2013:
        if not all(0 <= number < len(_FER2013) for number in numbers):
            raise not_faces(f"{path} with labels that are none of FER2013's 0 to 6")
        return pa.array([_FER2013[number] for number in numbers])
    return pa.array([None if number is None else str(number) for number in numbers], pa.string())

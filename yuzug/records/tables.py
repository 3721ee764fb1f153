"""Tables of what was read: one row a face, as Parquet, CSV or JSON Lines.

Numbers are rounded as in the JSON records, so that all formats hold the same ones. A frame or a
picture without a face is one row too, whose columns of a face are empty.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

from yuzug.errors import OptionError, YuzugError
from yuzug.extras import needs_extra
from yuzug.records.record import readable

if TYPE_CHECKING:
    import pyarrow as pa

    from yuzug.analysis import Analysis, Face

Kind = Literal["text", "integer", "float", "boolean"]
Value = str | int | float | bool | None
Row = dict[str, Value]

FORMATS = ("parquet", "csv", "jsonl")
# Columns beside those of the classes, in their order.
_FILM: dict[str, Kind] = {"film": "text", "frame": "integer", "time_s": "float", "track": "integer"}
_PICTURE: dict[str, Kind] = {"image": "text", "error": "text", "face": "integer"}
_BOX: dict[str, Kind] = dict.fromkeys(("x", "y", "w", "h", "score"), "float")
_READING: dict[str, Kind] = {
    "emotion": "text",
    "confidence": "float",
    "sure": "boolean",
    "doubts": "text",
    "person": "boolean",
}
_QUALITY = ("size_px", "sharpness", "brightness", "contrast", "roll_deg", "turn")
_REGIONS = ("brows", "eyes", "nose", "cheeks", "mouth", "outside")
_REGION_COLUMNS = tuple(f"region_{name}" for name in _REGIONS)
_FIXED = frozenset((*_FILM, *_PICTURE, *_BOX, *_READING, *_QUALITY, *_REGION_COLUMNS))


@dataclass(frozen=True)
class Columns:
    """The names of the columns and what each holds.

    Args:
        kinds: name of the column → "text", "integer", "float" or "boolean".
    """

    kinds: Mapping[str, Kind]

    @classmethod
    def of_films(cls, labels: Sequence[str]) -> Columns:
        """Columns for the frames of films, with one for each of these labels.

        >>> list(Columns.of_films(["happy", "sad"]).kinds)[:4]
        ['film', 'frame', 'time_s', 'track']
        """
        return cls(_FILM | _of_faces(labels))

    @classmethod
    def of_pictures(cls, labels: Sequence[str]) -> Columns:
        """Columns for pictures, with one for each of these labels.

        >>> list(Columns.of_pictures(["happy", "sad"]).kinds)[:4]
        ['image', 'error', 'face', 'x']
        """
        return cls(_PICTURE | _of_faces(labels))

    def filled(self, values: Mapping[str, Value]) -> Row:
        """A row with these values, None in every other column."""
        return {name: values.get(name) for name in self.kinds}

    def schema(self) -> pa.Schema:
        """The same for pyarrow; of an integer 64 bits, of a number 64 too."""
        import pyarrow as pa

        types = {"text": pa.string(), "integer": pa.int64(), "float": pa.float64()}
        types["boolean"] = pa.bool_()
        return pa.schema([(name, types[kind]) for name, kind in self.kinds.items()])


def film_rows(columns: Columns, film: str, analysis: Analysis) -> list[Row]:
    """The rows of one frame of a film: one a face, or one that is empty."""
    frame: dict[str, Value] = {
        "film": readable(film),
        "frame": analysis.frame,
        "time_s": None if analysis.time_s is None else round(analysis.time_s, 6),
    }
    if not analysis.faces:
        return [columns.filled(frame)]
    return [columns.filled(frame | {"track": face.track} | _face(face)) for face in analysis.faces]


def picture_rows(columns: Columns, image: str, analysis: Analysis) -> list[Row]:
    """The rows of one picture: one a face, the largest first, or one that is empty."""
    name = readable(image)
    if not analysis.faces:
        return [columns.filled({"image": name})]
    return [
        columns.filled({"image": name, "face": number, **_face(face)})
        for number, face in enumerate(analysis.faces)
    ]


def error_row(columns: Columns, image: str, error: YuzugError) -> Row:
    """The row of a picture that could not be read."""
    sentence = " ".join(f"{type(error).__name__}: {error}".split())
    return columns.filled({"image": readable(image), "error": readable(sentence)})


def _of_faces(labels: Sequence[str]) -> dict[str, Kind]:
    classes: dict[str, Kind] = {_column_of(label): "float" for label in labels}
    quality: dict[str, Kind] = dict.fromkeys(_QUALITY, "float")
    regions: dict[str, Kind] = dict.fromkeys(_REGION_COLUMNS, "float")
    return _BOX | _READING | classes | quality | regions


def _column_of(label: str) -> str:
    """The column of a label: its name, unless that is another column's, as an own label may be."""
    return f"p_{label}" if label in _FIXED else label


def _face(face: Face) -> dict[str, Value]:
    quality, regions = face.quality, face.regions
    shares = regions.shares if regions else {}
    seen = {name: getattr(quality, name) for name in _QUALITY} if quality else {}
    return {
        **dict(zip("xywh", (round(value, 1) for value in face.box_xywh), strict=True)),
        "score": _share(face.score),
        "emotion": face.emotion,
        "confidence": _share(face.confidence),
        "sure": face.sure,
        "doubts": ";".join(face.doubts),
        "person": face.plain is not None,
        **{_column_of(label): _share(share) for label, share in face.probabilities.items()},
        **{name: _share(value) for name, value in seen.items()},
        **{f"region_{name}": _share(share) for name, share in shares.items()},
    }


def _share(value: float | None) -> float | None:
    # A face in profile has an infinite turn, which JSON cannot say.
    return None if value is None or value in (float("inf"), float("-inf")) else round(value, 4)


class TableWriter(Protocol):
    """Writes rows; closed by the ``with`` statement that opened it."""

    def write(self, rows: Sequence[Row]) -> None:
        """Add these rows."""
        ...

    def append(self, part: Path) -> None:
        """Add the rows of another table of the same format and columns, without a header."""
        ...

    def close(self) -> None: ...


def format_of(path: Path) -> str:
    """The format that a file's ending asks for, out of :data:`FORMATS`.

    >>> format_of(Path("faces.CSV"))
    'csv'

    Raises:
        OptionError: ``option.invalid`` for another ending.
    """
    ending = path.suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise OptionError(
            "option.invalid",
            must=f"a table must end in {', '.join('.' + name for name in FORMATS)}",
            got=path.name,
            do="name it so",
        )
    return ending


@contextmanager
def table(path: Path, columns: Columns, *, header: bool = True) -> Iterator[TableWriter]:
    """A new table, moved to this path once it is complete.

    Until then it stands beside it as ``.<name>.part``; where anything fails, it is removed.

    Args:
        path: its ending says the format: see :func:`format_of`.
        columns: what the rows hold.
        header: whether a CSV file begins with the names of the columns.

    Raises:
        OptionError: ``option.invalid`` for another ending, ``table.unwritable`` where the file
            cannot be written, ``extra.missing`` where Parquet is asked for without pyarrow.

    >>> import tempfile
    >>> columns = Columns({"film": "text", "frame": "integer"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with table(Path(folder) / "a.csv", columns) as written:
    ...         written.write([{"film": "a.mp4", "frame": 0}])
    ...     print((Path(folder) / "a.csv").read_text())
    film,frame
    a.mp4,0
    <BLANKLINE>
    """
    kind = format_of(path)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with _writable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            writer = _writer(kind, unfinished, columns, header)
        try:
            yield writer
        finally:
            writer.close()
        with _writable(path):
            os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise YuzugError(
            "table.unwritable",
            must="the table must be one that can be written",
            got=f"{path} ({error.strerror or error})",
            do="choose another place",
        ) from error


def _writer(kind: str, path: Path, columns: Columns, header: bool) -> TableWriter:
    if kind == "parquet":
        return _Parquet(path, columns)
    if kind == "csv":
        return _Csv(path, columns, header)
    return _JsonLines(path)


class _Parquet:
    def __init__(self, path: Path, columns: Columns) -> None:
        pa = arrow()
        import pyarrow.parquet as pq

        self._pa, self._schema = pa, columns.schema()
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        if rows:
            self._file.write_table(self._pa.Table.from_pylist(list(rows), schema=self._schema))

    def append(self, part: Path) -> None:
        import pyarrow.parquet as pq

        self._file.write_table(pq.read_table(part, schema=self._schema))

    def close(self) -> None:
        self._file.close()


class _Csv:
    def __init__(self, path: Path, columns: Columns, header: bool) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        if header:
            self._rows.writerow(columns.kinds)

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._rows.writerow([_cell(value) for value in row.values()])

    def append(self, part: Path) -> None:
        with part.open(encoding="utf-8", newline="") as file:
            shutil.copyfileobj(file, self._file)

    def close(self) -> None:
        self._file.close()


def _cell(value: Value) -> Value:
    return str(value).lower() if isinstance(value, bool) else value


class _JsonLines:
    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="\n")

    def write(self, rows: Sequence[Row]) -> None:
        self._file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    def append(self, part: Path) -> None:
        with part.open(encoding="utf-8", newline="") as file:
            shutil.copyfileobj(file, self._file)

    def close(self) -> None:
        self._file.close()


def arrow() -> Any:
    """The module pyarrow.

    Raises:
        YuzugError: ``extra.missing`` where it is not installed.
    """
    with needs_extra("video", "a Parquet file or an Arrow table", "ask for a .csv file"):
        import pyarrow
    return pyarrow

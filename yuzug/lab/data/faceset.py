"""Labelled faces in memory, read from a parquet file or from folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from yuzug.emotions import Emotion
from yuzug.errors import ImageError, OptionError
from yuzug.faces import full_image
from yuzug.images import FORMATS, load_image
from yuzug.models.preprocess import resize, to_grey
from yuzug.pipeline import CROP_PX

VOTES = tuple(emotion.value for emotion in Emotion)
_OUTSIDE = ("unknown", "not_a_face")
# What ``yuzug prepare`` draws of a data set, beside its splits.
COUNTS = "counts.png"


@dataclass(frozen=True)
class FaceSet:
    """Cropped grey faces with their labels, aligned on axis 0.

    ``images`` is uint8 (N, side, side); ``labels`` (N,) holds names; ``splits`` (N,) names or
    ""; ``votes`` float32 (N, 8) in the order of :data:`VOTES` sums to at most 1 in a row (what is
    missing went to "unknown" and "not a face") and is zero in a row without votes.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.str_]
    splits: NDArray[np.str_]
    votes: NDArray[np.float32]

    def __post_init__(self) -> None:
        lengths = {len(self.images), len(self.labels), len(self.splits), len(self.votes)}
        if len(lengths) != 1:
            raise ValueError(
                f"images, labels, splits and votes differ in length: {sorted(lengths)}"
            )

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> FaceSet:
        """The rows of a mask or of an index."""
        return FaceSet(self.images[rows], self.labels[rows], self.splits[rows], self.votes[rows])

    def split(self, name: str) -> FaceSet:
        """The rows of one split."""
        return self.take(self.splits == name)

    def majority(self) -> NDArray[np.str_]:
        """The label with most votes in each row; "" for a tie, no votes, or one won from outside.

        Source: Barsoum et al. 2016, "Training deep networks for facial expression recognition
        with crowd-sourced label distribution", majority voting.
        """
        top = self.votes.max(axis=1)
        outside = 1.0 - self.votes.sum(axis=1)
        alone = (self.votes == top[:, None]).sum(axis=1) == 1
        # 1e-4: the shares are tenths in float32, so an honest difference is far larger.
        clear = alone & (top > 0) & (top > outside + 1e-4)
        return np.where(clear, np.array(VOTES)[self.votes.argmax(axis=1)], "")


def read(path: Path, side_px: int) -> FaceSet:
    """A set from a parquet file, from ``split/label/*.png`` or from ``label/*.png``.

    Raises:
        ImageError: for the first picture that cannot be read, with its row or file.
        OptionError: ``option.invalid`` where the path holds no labelled faces, or pictures that
            stand elsewhere than the others.
    """
    return _read_parquet(path, side_px) if path.is_file() else _read_folder(path, side_px)


def suffixes() -> frozenset[str]:
    """How the names of pictures end that :mod:`yuzug.images` opens, such as ".png"."""
    every = Image.registered_extensions()
    return frozenset(suffix for suffix, name in every.items() if name in FORMATS)


def grey_square(picture: NDArray[np.uint8], size_px: int) -> NDArray[np.uint8]:
    """A cropped face as training and serving frame it: the border of the shorter side repeats.

    RGB (H, W, 3) or grey (H, W) uint8 → (size_px, size_px) uint8.

    >>> grey_square(np.full((30, 20), 7, np.uint8), 16).shape
    (16, 16)
    """
    height, width = picture.shape[:2]
    if height != width:
        side_px = min(max(height, width), max(size_px, CROP_PX))
        picture = full_image((height, width)).crop(picture, side_px)
    return resize(to_grey(picture), size_px)


def _not_faces(got: str) -> OptionError:
    return OptionError(
        "option.invalid",
        must="the data must be labelled faces: parquet, split/label/*.png or label/*.png",
        got=got,
        do="check the path",
    )


def _read_parquet(path: Path, side_px: int) -> FaceSet:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _not_faces(f"{path}, which is no parquet file") from error
    names = set(table.column_names)
    missing = {"image", "label"} - names
    if missing:
        raise _not_faces(f"{path} without the column {', '.join(sorted(missing))}")
    rows = table.num_rows
    if not rows:
        raise _not_faces(f"no faces under {path}")
    images = []
    for row, cell in enumerate(table["image"].to_pylist()):
        with _placed(f"in row {row}"):
            images.append(grey_square(_decoded(cell), side_px))
    votes = np.zeros((rows, len(VOTES) + len(_OUTSIDE)), np.float32)
    for column, name in enumerate(VOTES + _OUTSIDE):
        if f"votes_{name}" in names:
            cast = table[f"votes_{name}"].cast("float32").fill_null(0)
            votes[:, column] = cast.to_numpy()
    total = np.maximum(votes.sum(axis=1, keepdims=True), 1)
    shares = (votes / total)[:, : len(VOTES)].astype(np.float32)
    splits = _words(table["split"].to_pylist()) if "split" in names else np.array([""] * rows)
    return FaceSet(np.stack(images), _words(table["label"].to_pylist()), splits, shares)


def _words(cells: list[Any]) -> NDArray[np.str_]:
    return np.array(["" if cell is None else str(cell) for cell in cells])


@contextmanager
def _placed(where: str) -> Iterator[None]:
    """Say of a picture that cannot be read where it stands."""
    try:
        yield
    except ImageError as error:
        raise ImageError(
            error.kind, must=error.must, got=f"{error.got} {where}", do=error.do
        ) from error


def _decoded(cell: Any) -> NDArray[np.uint8]:
    """The picture of a cell: encoded bytes, or Hugging Face's ``{"bytes": …, "path": …}``."""
    data = cell.get("bytes") if isinstance(cell, dict) else cell
    if not isinstance(data, bytes) or not data:
        raise ImageError(
            "image.empty",
            must="a face must be the bytes of a picture",
            got="none" if not data else f"a {type(data).__name__}",
            do="write the encoded pictures into the column image",
        )
    try:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        grey = None
    return load_image(data) if grey is None else np.asarray(grey, np.uint8)


def _read_folder(path: Path, side_px: int) -> FaceSet:
    files = _pictures(path)
    images = []
    for file in files:
        with _placed(f"in {file}"):
            images.append(grey_square(load_image(file), side_px))
    parts = [file.relative_to(path).parts for file in files]
    return FaceSet(
        np.stack(images),
        np.array([part[-2] for part in parts]),
        np.array([part[0] if len(part) == 3 else "" for part in parts]),
        np.zeros((len(files), len(VOTES)), np.float32),
    )


def _pictures(path: Path) -> list[Path]:
    """The pictures under a folder, all of them ``label/*.png`` or all ``split/label/*.png``."""
    known = suffixes()
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in known and not file.is_dir() and file != path / COUNTS
    )
    by_depth: dict[int, list[Path]] = {}
    for file in files:
        by_depth.setdefault(len(file.relative_to(path).parts), []).append(file)
    if not {2, 3} & set(by_depth):
        raise _not_faces(f"no faces under {path}")
    if len(by_depth) > 1:
        each = (f"{len(some)} as {some[0].relative_to(path)}" for some in by_depth.values())
        raise OptionError(
            "option.invalid",
            must="all images must be in label/*.png, or all in split/label/*.png",
            got=" and ".join(each),
            do="move some of them, or sort them with yuzug prepare",
        )
    return files

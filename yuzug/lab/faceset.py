"""Labelled faces in memory, read from a parquet file or from folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yuzug.emotions import Emotion
from yuzug.errors import YuzugError
from yuzug.images import load_image
from yuzug.models.preprocess import resize, to_grey

VOTES = tuple(emotion.value for emotion in Emotion)
_OUTSIDE = ("unknown", "not_a_face")
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp"})


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
            raise YuzugError(
                "option.invalid",
                must="images, labels, splits and votes must be of one length",
                got=f"lengths {sorted(lengths)}",
                do="build the set from rows",
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
        ImageError: for the first picture that cannot be read.
        YuzugError: ``option.invalid`` where the path holds no labelled faces.
    """
    faces = _read_parquet(path, side_px) if path.is_file() else _read_folder(path, side_px)
    if not len(faces):
        raise _not_faces(f"no faces under {path}")
    return faces


def _not_faces(got: str) -> YuzugError:
    return YuzugError(
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
    images = [_grey_square(data, side_px) for data in table["image"].to_pylist()]
    labels = [label or "" for label in table["label"].to_pylist()]
    rows = len(images)
    splits = table["split"].to_pylist() if "split" in names else [""] * rows
    votes = np.zeros((rows, len(VOTES) + len(_OUTSIDE)), np.float32)
    for column, name in enumerate(VOTES + _OUTSIDE):
        if f"votes_{name}" in names:
            cast = table[f"votes_{name}"].cast("float32").fill_null(0)
            votes[:, column] = cast.to_numpy()
    total = np.maximum(votes.sum(axis=1, keepdims=True), 1)
    shares = (votes / total)[:, : len(VOTES)].astype(np.float32)
    return FaceSet(np.stack(images), np.array(labels), np.array(splits), shares)


def _read_folder(path: Path, side_px: int) -> FaceSet:
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in PICTURES)
    files = [file for file in files if 2 <= len(file.relative_to(path).parts) <= 3]
    if not files:
        empty = np.zeros(0, dtype=str)
        return FaceSet(
            np.zeros((0, side_px, side_px), np.uint8), empty, empty, np.zeros((0, 8), np.float32)
        )
    images = [resize(to_grey(load_image(file)), side_px) for file in files]
    parts = [file.relative_to(path).parts for file in files]
    return FaceSet(
        np.stack(images),
        np.array([part[-2] for part in parts]),
        np.array([part[0] if len(part) == 3 else "" for part in parts]),
        np.zeros((len(files), len(VOTES)), np.float32),
    )


def _grey_square(data: bytes, side_px: int) -> NDArray[np.uint8]:
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return resize(to_grey(load_image(data)), side_px)
    return resize(np.asarray(grey, np.uint8), side_px)

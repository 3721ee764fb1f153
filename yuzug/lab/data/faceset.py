"""Labelled faces in memory, read from a table or from folders."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from yuzug.emotions import Emotion
from yuzug.errors import ImageError, OptionError
from yuzug.faces import full_image
from yuzug.images import FORMATS, HEIC_ENDINGS, load_image
from yuzug.lab.data.tables import is_table, not_faces, picture_of, read_table, split_name, words
from yuzug.models.preprocess import resize, to_grey
from yuzug.pipeline_steps import CROP_PX

VOTES = tuple(emotion.value for emotion in Emotion)
# What a face is compared with: its label, or the majority of its annotators' votes.
LabelSource = Literal["label", "votes"]
# A picture whose grey levels have a smaller standard deviation is blank; FER2013 has thirteen.
BLANK_STD = 2.0
_OUTSIDE = ("unknown", "not_a_face")
# What ``yuzug prepare`` writes beside the splits: their counts as a picture, and a row a face.
COUNTS, FACES = "counts.png", "faces.csv"
# A longer string in a table is the pixels themselves and no path.
_LONGEST_PATH = 1000


@dataclass(frozen=True)
class FaceSet:
    """Cropped grey faces with their labels, aligned on axis 0.

    ``images`` is uint8 (N, side, side); ``labels`` (N,) holds names; ``splits`` (N,) names or
    ""; ``votes`` float32 (N, 8) in the order of :data:`VOTES` sums to at most 1 in a row (what is
    missing went to "unknown" and "not a face") and is zero in a row without votes. ``files`` (N,)
    says where each face came from: a path below the data, or the number of a row. ``subjects``
    (N,) names the person of each face, "" where that is not known.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.str_]
    splits: NDArray[np.str_]
    votes: NDArray[np.float32]
    files: NDArray[np.str_] | None = None
    subjects: NDArray[np.str_] | None = None

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
        files = None if self.files is None else self.files[rows]
        subjects = None if self.subjects is None else self.subjects[rows]
        return FaceSet(
            self.images[rows], self.labels[rows], self.splits[rows], self.votes[rows], files,
            subjects,
        )  # fmt: skip

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

    def label_source(self, labels: Sequence[str]) -> LabelSource:
        """What a head over these labels is trained on and compared with.

        The votes where it has all eight emotions and any face has votes, the label otherwise.
        """
        return "votes" if tuple(labels) == VOTES and self.votes.any() else "label"

    def targets(self, source: LabelSource) -> NDArray[np.str_]:
        """The label of each face, or the majority of its votes ("" for none), shape (N,)."""
        return self.majority() if source == "votes" else self.labels

    def classes(self) -> NDArray[np.str_]:
        """The majority of the votes, and the label of a face without one, shape (N,)."""
        majority = self.majority()
        return np.where(majority == "", self.labels, majority)


def read(path: Path, side_px: int) -> FaceSet:
    """Read a table, see :mod:`yuzug.lab.data.tables`, ``split/label/*.png`` or ``label/*.png``.

    Raises:
        ImageError: for the first picture that cannot be read, with its row or file.
        OptionError: ``option.invalid`` where the path holds no labelled faces, or pictures that
            stand elsewhere than the others.
    """
    return _read_table(path, side_px) if is_table(path) else _read_folder(path, side_px)


def suffixes() -> frozenset[str]:
    """How the names of pictures end that :mod:`yuzug.images` opens, such as ".png".

    HEIC and AVIF are among them wherever this runs: what reads them may be missing, and then the
    error of the picture says so.
    """
    every = Image.registered_extensions()
    known = {suffix for suffix, name in every.items() if name in FORMATS}
    return frozenset({*known, *HEIC_ENDINGS, ".avif"})


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


def _read_table(path: Path, side_px: int) -> FaceSet:
    table = read_table(path)
    names = set(table.column_names)
    rows = table.num_rows
    folder = path if path.is_dir() else path.parent
    images = []
    for row, cell in enumerate(table["image"].to_pylist()):
        with _located(f"in row {row}"):
            images.append(grey_square(_decoded(picture_of(cell, folder)), side_px))
    votes = np.zeros((rows, len(VOTES) + len(_OUTSIDE)), np.float32)
    for column, name in enumerate(VOTES + _OUTSIDE):
        if f"votes_{name}" in names:
            cast = table[f"votes_{name}"].cast("float32").fill_null(0)
            votes[:, column] = cast.to_numpy()
    total = np.maximum(votes.sum(axis=1, keepdims=True), 1)
    shares = (votes / total)[:, : len(VOTES)].astype(np.float32)
    splits = words(table["split"].to_pylist()) if "split" in names else np.array([""] * rows)
    files = [
        cell if isinstance(cell, str) and len(cell) < _LONGEST_PATH else str(row)
        for row, cell in enumerate(table["image"].to_pylist())
    ]
    subjects = words(table["subject"].to_pylist()) if "subject" in names else None
    labels = words(table["label"].to_pylist())
    return FaceSet(np.stack(images), labels, splits, shares, np.array(files), subjects)


@contextmanager
def _located(where: str) -> Iterator[None]:
    """Say of a picture that cannot be read where it is."""
    try:
        yield
    except ImageError as error:
        raise ImageError(
            error.kind, must=error.must, got=f"{error.got} {where}", do=error.do
        ) from error


def _decoded(picture: Path | bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels: grey where OpenCV decodes the bytes, which is much faster for many small ones."""
    if isinstance(picture, np.ndarray):
        return picture
    if isinstance(picture, Path):
        return load_image(picture)
    try:
        grey = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        grey = None
    return load_image(picture) if grey is None else np.asarray(grey, np.uint8)


def _read_folder(path: Path, side_px: int) -> FaceSet:
    files = _pictures(path)
    images = []
    for file in files:
        with _located(f"in {file}"):
            images.append(grey_square(load_image(file), side_px))
    parts = [file.relative_to(path).parts for file in files]
    names = [file.relative_to(path).as_posix() for file in files]
    people = _subjects(path)
    return FaceSet(
        np.stack(images),
        np.array([part[-2] for part in parts]),
        np.array([split_name(part[0]) if len(part) == 3 else "" for part in parts]),
        np.zeros((len(files), len(VOTES)), np.float32),
        np.array(names),
        np.array([people.get(name, "") for name in names]) if people else None,
    )


def _subjects(path: Path) -> dict[str, str]:
    """The person of each file, as ``yuzug prepare`` noted it beside the splits."""
    if not (path / FACES).is_file():
        return {}
    with (path / FACES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["file"]: row["subject"] for row in rows if row.get("subject") and row.get("file")}


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
        raise not_faces(f"no faces under {path}")
    if len(by_depth) > 1:
        each = (f"{len(some)} as {some[0].relative_to(path)}" for some in by_depth.values())
        raise OptionError(
            "data.invalid",
            must="all images must be in label/*.png, or all in split/label/*.png",
            got=" and ".join(each),
            do="move some of them, or sort them with yuzug prepare",
        )
    return files

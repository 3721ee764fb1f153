"""Several data sets as one: what to train on, what is held out, and what is only measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yuzug.errors import YuzugError
from yuzug.lab.duplicates import fingerprints, hold_out
from yuzug.lab.faceset import FaceSet, read
from yuzug.lab.recipe import Recipe

# Less contrast than this is a blank picture, of which FER2013 has thirteen.
_MIN_STD = 2.0
# Of data without a split this share is measured on.
_FIFTH = 0.2
# Another key than that of the held-out part, which would else lie within the fifth.
_FIFTH_KEY = "measured"


# The split of data of which nothing at all is trained on.
OUTSIDE = "outside"


@dataclass(frozen=True)
class Measured:
    """A part that is only measured, with the names of its data and split."""

    data: str
    split: str
    faces: FaceSet


@dataclass(frozen=True)
class Gathered:
    """``train`` and ``held`` share no near copy with each other or with what is measured."""

    train: FaceSet
    held: FaceSet
    measured: tuple[Measured, ...]


def gather(paths: Sequence[Path], recipe: Recipe, outside: Sequence[Path] = ()) -> Gathered:
    """Read data sets for a recipe.

    Of data with splits, "train" is trained on and "validation" measured, and nothing like a face
    of another split is used; of data without, a fifth is measured that has no near copy in the
    rest. Of data ``outside`` all is measured.

    Raises:
        YuzugError: ``option.invalid`` where a path holds no faces, or lacks one of the splits.
    """
    sets = [read(path, recipe.preprocessing.detail_px) for path in paths]
    prints = [fingerprints(faces.images) for faces in sets]
    # What stands in any split but "train", also in one that nobody measures here.
    kept_out = [
        one[faces.splits != "train"]
        for faces, one in zip(sets, prints, strict=True)
        if _is_split(faces)
    ]
    trains, train_prints, measured, measured_prints = [], [], [], [*kept_out]
    for path, faces, one in zip(paths, sets, prints, strict=True):
        if _is_split(faces):
            train_rows, rows = part_rows(faces, "train"), part_rows(faces, "validation")
            split = "validation"
        else:
            others = np.concatenate([*kept_out, one[:0]])
            train_rows, rows = hold_out(one, others, _FIFTH, _FIFTH_KEY, faces.labels)
            split = "held out"
        trains.append(faces.take(train_rows))
        train_prints.append(one[train_rows])
        measured.append(Measured(path.name, split, faces.take(rows)))
        measured_prints.append(one[rows])
    for path in outside:
        faces = read(path, recipe.preprocessing.detail_px)
        measured.append(Measured(path.name, OUTSIDE, faces))
        measured_prints.append(fingerprints(faces.images))
    train, held = split_for(
        joined(trains), np.concatenate(train_prints), np.concatenate(measured_prints), recipe
    )
    return Gathered(train, held, tuple(measured))


def split_for(
    train: FaceSet,
    train_prints: NDArray[np.bool_],
    measured_prints: NDArray[np.bool_],
    recipe: Recipe,
) -> tuple[FaceSet, FaceSet]:
    """The part to train on and the held-out part; see :func:`yuzug.lab.duplicates.hold_out`."""
    key = f"held out {recipe.seed}"
    rest, held = hold_out(train_prints, measured_prints, recipe.held_out, key, train.labels)
    visible = train.images.reshape(len(train), -1).std(axis=1) >= _MIN_STD
    kept = train.take(rest[visible[rest]])
    return _sampled(_taught(kept, recipe), recipe), train.take(held[visible[held]])


def joined(sets: Sequence[FaceSet]) -> FaceSet:
    """The faces of all sets, one after another."""
    return FaceSet(
        np.concatenate([one.images for one in sets]),
        np.concatenate([one.labels for one in sets]),
        np.concatenate([one.splits for one in sets]),
        np.concatenate([one.votes for one in sets]),
    )


def part_rows(faces: FaceSet, split: str) -> NDArray[np.intp]:
    """The rows of a split that must be there.

    Raises:
        YuzugError: ``option.invalid`` where there is none.
    """
    rows = np.flatnonzero(faces.splits == split)
    if not len(rows):
        known = ", ".join(sorted({str(name) for name in faces.splits} - {""}))
        raise YuzugError(
            "option.invalid",
            must=f"the data must have faces in the split {split!r}",
            got=f"the splits {known}" if known else "no splits",
            do="name another split, or other data",
        )
    return rows


def _is_split(faces: FaceSet) -> bool:
    return bool((faces.splits != "").any())


def _taught(faces: FaceSet, recipe: Recipe) -> FaceSet:
    """The faces that some head of the recipe can learn from."""
    heads = recipe.heads(faces.labels)
    labels = {label for names in heads.values() for label in names}
    known = np.isin(faces.labels, list(labels))
    if "8" in heads:
        known |= faces.votes.any(axis=1)
    return faces.take(known)


def _sampled(faces: FaceSet, recipe: Recipe) -> FaceSet:
    """As many as the recipe's sample, class by class in turn, so that rare ones are whole."""
    if recipe.sample is None or len(faces) <= recipe.sample:
        return faces
    majority = faces.majority()
    classes = np.where(majority == "", faces.labels, majority)
    order = np.random.default_rng(recipe.seed).permutation(len(faces))
    # The place of each face among those of its class; by place, classes take turns.
    turn = np.zeros(len(faces), int)
    for name in np.unique(classes):
        rows = order[classes[order] == name]
        turn[rows] = np.arange(len(rows))
    chosen = order[np.argsort(turn[order], kind="stable")][: recipe.sample]
    return faces.take(np.sort(chosen))

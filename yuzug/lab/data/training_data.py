"""Several data sets as one: what to train on, what is held out, and what is only measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from yuzug.errors import OptionError
from yuzug.lab.data.duplicates import fingerprints, hold_out
from yuzug.lab.data.faceset import VOTES, FaceSet, read
from yuzug.lab.training.recipe import Recipe

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


class Counts(BaseModel):
    """Where all faces went: ``found`` is the sum of the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    found: int
    trained: int
    held_out: int
    measured: int
    other_splits: int
    near_copies: int
    """Of one another, or of a face that is measured or stands in another split."""
    blank: int
    unused: int
    """With a label that no head of the recipe learns, or beyond its sample."""


@dataclass(frozen=True)
class Gathered:
    """``train`` and ``held`` share no near copy with each other or with what is measured."""

    train: FaceSet
    held: FaceSet
    measured: tuple[Measured, ...]
    counts: Counts


def gather(paths: Sequence[Path], recipe: Recipe, outside: Sequence[Path] = ()) -> Gathered:
    """Read data sets for a recipe.

    Of data with splits, "train" is trained on and "validation" measured, and nothing like a face
    of another split is used; of data without, a fifth is measured that has no near copy in the
    rest. Of data ``outside`` all is measured.

    Raises:
        OptionError: ``option.invalid`` where a path holds no faces, or lacks one of the splits;
            where no face is left to hold out, or none of some label to train on.
    """
    sets = [read(path, recipe.preprocessing.detail_px) for path in paths]
    labels = np.concatenate([faces.labels for faces in sets])
    heads = recipe.heads(labels)
    prints = [fingerprints(faces.images) for faces in sets]
    # What stands in any split but "train", also in one that nobody measures here.
    kept_out = np.concatenate([one[_kept_out(f)] for f, one in zip(sets, prints, strict=True)])
    sides = [_sides(faces, one, kept_out) for faces, one in zip(sets, prints, strict=True)]
    measured = [
        Measured(path.name, "validation" if _is_split(faces) else "held out", faces.take(rows))
        for path, faces, (_, rows) in zip(paths, sets, sides, strict=True)
    ]
    measured_prints = [one[rows] for one, (_, rows) in zip(prints, sides, strict=True)]
    for path in outside:
        faces = read(path, recipe.preprocessing.detail_px)
        measured.append(Measured(path.name, OUTSIDE, faces))
        measured_prints.append(fingerprints(faces.images))
    pool = joined([faces.take(rows) for faces, (rows, _) in zip(sets, sides, strict=True)])
    drawn = hold_out(
        np.concatenate([one[rows] for one, (rows, _) in zip(prints, sides, strict=True)]),
        np.concatenate([kept_out, *measured_prints]),
        recipe.held_out,
        f"held out {recipe.seed}",
        pool.labels,
    )
    rest, held = (_visible(pool.take(rows)) for rows in drawn)
    known, held_known = _taught(rest, heads), _taught(held, heads)
    _are_enough(known, held_known, labels[_is_known(labels, heads)])
    parts = _sampled(known, recipe), _sampled(held_known, recipe, recipe.held_out)
    return Gathered(
        *parts,
        measured=tuple(measured),
        counts=_counts(sets, parts, measured, len(drawn[0]) + len(drawn[1]), len(rest) + len(held)),
    )


def _counts(
    sets: Sequence[FaceSet],
    parts: tuple[FaceSet, FaceSet],
    measured: Sequence[Measured],
    drawn: int,
    visible: int,
) -> Counts:
    """The counts, where so many were ``drawn`` from what may be trained on, and are ``visible``."""
    train, held = (len(part) for part in parts)
    others = [_kept_out(faces) & (faces.splits != "validation") for faces in sets]
    where = {
        "trained": train,
        "held_out": held,
        "measured": sum(len(part.faces) for part in measured),
        "other_splits": sum(int(rows.sum()) for rows in others),
        "blank": drawn - visible,
        "unused": visible - train - held,
    }
    outside = sum(len(part.faces) for part in measured if part.split == OUTSIDE)
    found = sum(len(faces) for faces in sets) + outside
    return Counts(found=found, near_copies=found - sum(where.values()), **where)


def _sides(
    faces: FaceSet, prints: NDArray[np.bool_], kept_out: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of one data set to draw from, and those that are measured."""
    if _is_split(faces):
        return part_rows(faces, "train"), part_rows(faces, "validation")
    return hold_out(prints, kept_out, _FIFTH, _FIFTH_KEY, faces.labels)


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
        OptionError: ``option.invalid`` where there is none.
    """
    rows = np.flatnonzero(faces.splits == split)
    if not len(rows):
        known = ", ".join(sorted({str(name) for name in faces.splits} - {""}))
        raise OptionError(
            "option.invalid",
            must=f"the data must have faces in the split {split!r}",
            got=f"the splits {known}" if known else "no splits",
            do="choose another split, or other data",
        )
    return rows


def _is_split(faces: FaceSet) -> bool:
    return bool((faces.splits != "").any())


def _kept_out(faces: FaceSet) -> NDArray[np.bool_]:
    """Which faces stand in a split that is not trained on."""
    return np.asarray((faces.splits != "train") & _is_split(faces), np.bool_)


def _visible(faces: FaceSet) -> FaceSet:
    """The faces that are no blank pictures."""
    return faces.take(faces.images.std(axis=(1, 2)) >= _MIN_STD)


def _is_known(labels: NDArray[np.str_], heads: Mapping[str, tuple[str, ...]]) -> NDArray[np.bool_]:
    """Which labels some head has an output for."""
    return np.isin(labels, [label for names in heads.values() for label in names])


def _taught(faces: FaceSet, heads: Mapping[str, tuple[str, ...]]) -> FaceSet:
    """The faces that some head can learn from."""
    known = _is_known(faces.labels, heads)
    if VOTES in heads.values():
        known |= faces.votes.any(axis=1)
    return faces.take(known)


def _are_enough(train: FaceSet, held: FaceSet, labels: NDArray[np.str_]) -> None:
    """Whether there is something of each label to learn, and something to judge by.

    Raises:
        OptionError: ``option.invalid`` where there is not.
    """
    lacking = sorted(set(labels.tolist()) - set(train.labels.tolist()))
    missing = "" if len(held) else "to hold out"
    if lacking:
        missing = f"of {', '.join(lacking)} to train on"
    if not len(train):
        missing = "to train on"
    if missing:
        counts = [f"{(labels == name).sum()} {name}" for name in np.unique(labels)]
        raise OptionError(
            "option.invalid",
            must="faces of every label must be left to train on beside the measured ones",
            got=f"no face {missing} among {', '.join(counts) or 'none with a label of the recipe'}",
            do="add images of each label, or leave out a label that has few",
        )


def _sampled(faces: FaceSet, recipe: Recipe, share: float = 1.0) -> FaceSet:
    """A share of the recipe's sample, class by class in turn, so that rare ones are whole."""
    if recipe.sample is None or len(faces) <= round(share * recipe.sample):
        return faces
    majority = faces.majority()
    classes = np.where(majority == "", faces.labels, majority)
    order = np.random.default_rng(recipe.seed).permutation(len(faces))
    # The place of each face among those of its class; by place, classes take turns.
    turn = np.zeros(len(faces), int)
    for name in np.unique(classes):
        rows = order[classes[order] == name]
        turn[rows] = np.arange(len(rows))
    chosen = order[np.argsort(turn[order], kind="stable")][: max(1, round(share * recipe.sample))]
    return faces.take(np.sort(chosen))

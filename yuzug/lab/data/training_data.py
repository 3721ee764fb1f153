"""Training data from several data sets: training, held-out and measured parts without leakage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from yuzug.errors import OptionError
from yuzug.lab.data.duplicates import NearCopies, fingerprints, first_copies, hold_out
from yuzug.lab.data.faceset import BLANK_STD, VOTES, FaceSet, read
from yuzug.lab.data.labels import EMOTIONS, renamed
from yuzug.lab.training.recipe import Recipe
from yuzug.texts.causes import caused

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
    """Left out as near copies of one another, or of a face of another split."""
    near_copies_kept: int = 0
    """Near copies among those that are trained on, where they are to be kept."""
    blank: int
    unused: int
    """With a label that no head of the recipe learns, or beyond its sample."""
    unknown_labels: dict[str, int] = {}
    """How many faces of each label that no head learns; they are among the unused ones."""


@dataclass(frozen=True)
class Gathered:
    """``train`` and ``held`` share no near copy with each other or with what is measured."""

    train: FaceSet
    held: FaceSet
    measured: tuple[Measured, ...]
    counts: Counts
    mapping: dict[str, str]
    """Labels of the data that were renamed."""
    near_copies: tuple[tuple[str, str], ...] = ()
    """Faces that are trained on and the earlier one that each is a near copy of, by their files;
    only where they are to be reported."""


@dataclass(frozen=True)
class DataSet:
    """Labelled faces under the name of their file or folder."""

    name: str
    faces: FaceSet


def read_sets(paths: Sequence[Path], recipe: Recipe) -> list[DataSet]:
    """The faces of several paths at the size that a recipe reads.

    Raises:
        OptionError: ``data.invalid`` where a path holds no labelled faces.
    """
    names = _names(paths)
    return [
        DataSet(name, read(path, recipe.preprocessing.detail_px))
        for name, path in zip(names, paths, strict=True)
    ]


def _names(paths: Sequence[Path]) -> list[str]:
    """The name of each path, with that of its folder where two share it, so that figures of two
    data sets are never taken for one."""
    every = [path.resolve() for path in paths]
    shared = {name for name, n in Counter(path.name for path in every).items() if n > 1}
    return [f"{one.parent.name}/{one.name}" if one.name in shared else one.name for one in every]


def gather(
    paths: Sequence[Path],
    recipe: Recipe,
    outside: Sequence[Path] = (),
    mapping: Mapping[str, str] | None = None,
    near_copies: NearCopies = "drop",
) -> Gathered:
    """Read data sets for a recipe and :func:`arrange` them.

    Raises:
        OptionError: ``data.invalid`` where a path holds no labelled faces; those of ``arrange``.
    """
    every = read_sets([*paths, *outside], recipe)
    return arrange(every[: len(paths)], recipe, every[len(paths) :], mapping, near_copies)


def arrange(
    data: Sequence[DataSet],
    recipe: Recipe,
    outside: Sequence[DataSet] = (),
    mapping: Mapping[str, str] | None = None,
    near_copies: NearCopies = "drop",
    *,
    fold: bool = False,
) -> Gathered:
    """The parts of data sets that a recipe trains on, holds out and measures.

    Of data with splits, "train" is trained on and "validation" measured ("test" where that is the
    only other one), and no near copy of a face of another split is used; of data without, a fifth
    is measured that has no near copy in the rest. Of data ``outside`` all is measured.

    Args:
        mapping: new names of labels; other names of emotions are known where the recipe has
            heads for emotions, see :mod:`yuzug.lab.data.labels`.
        near_copies: whether near copies with one label are dropped or kept for training, and
            whether they are listed.
        fold: whether the splits are those of a fold: "train" and "validation" alone count, and a
            small set may have no face in one of them.

    Raises:
        OptionError: ``data.split`` where a set lacks one of the splits, ``data.few`` where no face
            is left to hold out, or none of some label to train on.
    """
    sets, mapping = _renamed([one.faces for one in data], mapping or {}, recipe)
    labels = np.concatenate([faces.labels for faces in sets])
    heads = recipe.heads(labels)
    prints = [fingerprints(faces.images) for faces in sets]
    # What stands in any split but "train", also in one that nobody measures here.
    kept_out = np.concatenate([one[_kept_out(f)] for f, one in zip(sets, prints, strict=True)])
    sides = [
        _fold_sides(faces) if fold else _sides(faces, one, kept_out, near_copies)
        for faces, one in zip(sets, prints, strict=True)
    ]
    names_of = ["validation" if fold else measured_split(faces) or "held out" for faces in sets]
    measured = [
        Measured(one.name, split, faces.take(rows))
        for one, split, faces, (_, rows) in zip(data, names_of, sets, sides, strict=True)
        if len(rows) or not fold
    ]
    measured_prints = [one[rows] for one, (_, rows) in zip(prints, sides, strict=True)]
    for other in outside:
        faces = other.faces
        names = [label for head in heads.values() for label in head]
        known_here = {one: mapping[one] for one in set(faces.labels.tolist()) & set(mapping)}
        faces = renamed(faces, known_here, names).faces
        measured.append(Measured(other.name, OUTSIDE, faces))
        measured_prints.append(fingerprints(faces.images))
    pool = joined([faces.take(rows) for faces, (rows, _) in zip(sets, sides, strict=True)])
    drawn = hold_out(
        np.concatenate([one[rows] for one, (rows, _) in zip(prints, sides, strict=True)]),
        np.concatenate([kept_out, *measured_prints]),
        recipe.held_out,
        f"held out {recipe.seed}",
        pool.labels,
        near_copies=near_copies,
    )
    rest, held = (_visible(pool.take(rows)) for rows in drawn)
    known, held_known = _learnable(rest, heads), _learnable(held, heads)
    _are_enough(known, held_known, labels[_is_known(labels, heads)])
    parts = _sampled(known, recipe), _sampled(held_known, recipe, recipe.held_out)
    counts = _counts(
        sets,
        parts,
        measured,
        other_splits=sum(
            int((_kept_out(faces) & (faces.splits != split)).sum())
            for faces, split in zip(sets, names_of, strict=True)
        ),
        drawn=len(drawn[0]) + len(drawn[1]),
        visible=len(rest) + len(held),
    )
    unknown = labels[~_is_known(labels, heads) & (labels != "")]
    unknown_names, sizes = np.unique(unknown, return_counts=True)
    copies = () if near_copies == "drop" else _copies(parts[0])
    counts = counts.model_copy(
        update={
            "near_copies_kept": len(copies),
            "unknown_labels": dict(zip(unknown_names.tolist(), sizes.tolist(), strict=True)),
        }
    )
    listed = copies if near_copies == "report" else ()
    return Gathered(*parts, tuple(measured), counts, mapping, listed)


def _copies(faces: FaceSet) -> tuple[tuple[str, str], ...]:
    """The files of faces and of the first one that each is a near copy of."""
    first, files = first_copies(fingerprints(faces.images), faces.labels), _files(faces)
    return tuple((str(files[row]), str(files[first[row]])) for row in np.flatnonzero(first >= 0))


def _renamed(
    sets: Sequence[FaceSet], asked: Mapping[str, str], recipe: Recipe
) -> tuple[list[FaceSet], dict[str, str]]:
    """Each set with its labels renamed, and all labels that were."""
    names = None if recipe.own_labels else EMOTIONS
    every = joined(sets)
    mapping = renamed(every, asked, names).mapping
    new = []
    for faces in sets:
        here = set(faces.labels.tolist())
        new.append(renamed(faces, {k: v for k, v in mapping.items() if k in here}, names).faces)
    return new, mapping


def _counts(
    sets: Sequence[FaceSet],
    parts: tuple[FaceSet, FaceSet],
    measured: Sequence[Measured],
    *,
    other_splits: int,
    drawn: int,
    visible: int,
) -> Counts:
    """The counts, where so many were ``drawn`` from what may be trained on, and are ``visible``."""
    train, held = (len(part) for part in parts)
    where = {
        "trained": train,
        "held_out": held,
        "measured": sum(len(part.faces) for part in measured),
        "other_splits": other_splits,
        "blank": drawn - visible,
        "unused": visible - train - held,
    }
    outside = sum(len(part.faces) for part in measured if part.split == OUTSIDE)
    found = sum(len(faces) for faces in sets) + outside
    return Counts.model_validate(
        where | {"found": found, "near_copies": found - sum(where.values())}
    )


def _sides(
    faces: FaceSet,
    prints: NDArray[np.bool_],
    kept_out: NDArray[np.bool_],
    near_copies: NearCopies,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows of one data set to draw from, and those that are measured."""
    if _is_split(faces):
        return part_rows(faces, "train"), part_rows(faces, measured_split(faces) or "validation")
    return hold_out(prints, kept_out, _FIFTH, _FIFTH_KEY, faces.labels, near_copies=near_copies)


def _fold_sides(faces: FaceSet) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The same in a fold, where either may be empty."""
    return np.flatnonzero(faces.splits == "train"), np.flatnonzero(faces.splits == "validation")


def joined(sets: Sequence[FaceSet]) -> FaceSet:
    """The faces of all sets, one after another."""
    return FaceSet(
        np.concatenate([one.images for one in sets]),
        np.concatenate([one.labels for one in sets]),
        np.concatenate([one.splits for one in sets]),
        np.concatenate([one.votes for one in sets]),
        np.concatenate([_files(one) for one in sets]),
        np.concatenate([_subjects(one) for one in sets]),
    )


def _files(faces: FaceSet) -> NDArray[np.str_]:
    return np.arange(len(faces)).astype(str) if faces.files is None else faces.files


def _subjects(faces: FaceSet) -> NDArray[np.str_]:
    return np.full(len(faces), "") if faces.subjects is None else faces.subjects


def measured_split(faces: FaceSet) -> str | None:
    """The split that is measured: "validation", else "test"; None for data without splits."""
    names = set(faces.splits.tolist()) - {""}
    if not names:
        return None
    return "test" if "validation" not in names and "test" in names else "validation"


def part_rows(faces: FaceSet, split: str) -> NDArray[np.intp]:
    """The rows of a split that must be there.

    Raises:
        OptionError: ``option.invalid`` where there is none.
    """
    rows = np.flatnonzero(faces.splits == split)
    if not len(rows):
        known = ", ".join(sorted({str(name) for name in faces.splits} - {""}))
        if not known:
            raise caused(OptionError, "data.split", "splits_none", split=repr(split))
        raise caused(OptionError, "data.split", "split_unknown", split=repr(split), known=known)
    return rows


def _is_split(faces: FaceSet) -> bool:
    return bool((faces.splits != "").any())


def _kept_out(faces: FaceSet) -> NDArray[np.bool_]:
    """Which faces stand in a split that is not trained on."""
    return np.asarray((faces.splits != "train") & _is_split(faces), np.bool_)


def _visible(faces: FaceSet) -> FaceSet:
    """The faces that are no blank pictures."""
    return faces.take(faces.images.std(axis=(1, 2)) >= BLANK_STD)


def _is_known(labels: NDArray[np.str_], heads: Mapping[str, tuple[str, ...]]) -> NDArray[np.bool_]:
    """Which labels some head has an output for."""
    return np.isin(labels, [label for names in heads.values() for label in names])


def _learnable(faces: FaceSet, heads: Mapping[str, tuple[str, ...]]) -> FaceSet:
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
    cause = "" if len(held) else "few_to_hold_out"
    if lacking:
        cause = "few_of_labels"
    if not len(train):
        cause = "few_to_train"
    if not cause:
        return
    if not len(labels):
        raise caused(OptionError, "data.few", "few_known")
    counts = ", ".join(f"{(labels == name).sum()} {name}" for name in np.unique(labels))
    values = {"lacking": ", ".join(lacking)} if cause == "few_of_labels" else {}
    raise caused(OptionError, "data.few", cause, counts=counts, **values)


def _sampled(faces: FaceSet, recipe: Recipe, share: float = 1.0) -> FaceSet:
    """Draw the recipe's sample class by class in turn, so that rare classes are kept complete."""
    if recipe.sample is None or len(faces) <= round(share * recipe.sample):
        return faces
    classes = faces.classes()
    order = np.random.default_rng(recipe.seed).permutation(len(faces))
    # The place of each face among those of its class; by place, classes take turns.
    turn = np.zeros(len(faces), int)
    for name in np.unique(classes):
        rows = order[classes[order] == name]
        turn[rows] = np.arange(len(rows))
    chosen = order[np.argsort(turn[order], kind="stable")][: max(1, round(share * recipe.sample))]
    return faces.take(np.sort(chosen))

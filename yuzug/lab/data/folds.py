"""K folds of labelled faces, of which each is measured once by a run that never saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yuzug.errors import OptionError
from yuzug.lab.data.duplicates import fingerprints, groups
from yuzug.lab.data.split import assign
from yuzug.lab.data.training_data import DataSet, joined
from yuzug.texts.causes import caused

# The splits whose faces are shared out; what stands in any other is left as it is.
_SHARED = ("", "train", "validation")


@dataclass(frozen=True)
class Folds:
    """The same data sets once for each fold, with that fold as the split "validation"."""

    sets: tuple[tuple[DataSet, ...], ...]
    people: int
    """How many people the data names; 0 where it names none."""


def folds_of(data: Sequence[DataSet], count: int, seed: int) -> Folds:
    """Share out the faces of "train" and "validation", or of data without splits, over folds.

    All faces of a person stand in one fold, and so do near copies of faces without a name; classes
    are in proportion. The split "test" is in no fold, so that it stays unseen.

    Raises:
        OptionError: ``data.few`` where there are fewer people, or groups of faces, than folds.
    """
    every = joined([one.faces for one in data])
    of = np.repeat(np.arange(len(data)), [len(one.faces) for one in data])
    rows = np.flatnonzero(np.isin(every.splits, _SHARED))
    near = groups(fingerprints(every.images[rows])) if len(rows) else rows
    subjects = np.full(len(every), "") if every.subjects is None else every.subjects
    names = [
        f"{of[row]} {subjects[row]}" if subjects[row] else f"near {group}"
        for row, group in zip(rows, near.tolist(), strict=True)
    ]
    if len(set(names)) < count:
        raise caused(OptionError, "data.few", "few_for_folds", folds=count, n=len(set(names)))
    shares = {str(fold): 1 / count for fold in range(count)}
    fold_of = np.full(len(every), -1)
    fold_of[rows] = [int(one) for one in assign(every.labels[rows].tolist(), names, seed, shares)]
    sets = []
    for fold in range(count):
        splits = np.where(fold_of == fold, "validation", "train")
        splits = np.where(fold_of < 0, every.splits, splits)
        sets.append(
            tuple(
                replace(one, faces=replace(one.faces, splits=splits[of == index]))
                for index, one in enumerate(data)
            )
        )
    people = len({name for name in names if not name.startswith("near ")})
    return Folds(tuple(sets), people)

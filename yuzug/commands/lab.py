"""What the commands of the lab share: its packages, and the splits of its data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yuzug.errors import YuzugError

if TYPE_CHECKING:
    from yuzug.lab.faceset import FaceSet


def part_of(faces: FaceSet, split: str) -> FaceSet:
    part = faces.split(split)
    if not len(part):
        known = ", ".join(sorted({str(name) for name in faces.splits} - {""}))
        raise YuzugError(
            "option.invalid",
            must=f"the data must have faces in the split {split!r}",
            got=f"the splits {known}" if known else "no splits",
            do="name another split, or other data",
        )
    return part


@contextmanager
def lab_installed() -> Iterator[None]:
    """Say which extra is missing where an import fails for want of it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("yuzug"):
            raise
        raise YuzugError(
            "extra.missing",
            must="train and evaluate need the packages of the extra 'lab'",
            got=f"no {error.name}",
            do="install them with: pip install '.[lab]'",
        ) from error

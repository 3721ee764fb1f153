"""Prepare labelled pictures for training: find and align faces, drop copies, split."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from yuzug.errors import OptionError
from yuzug.faces import Detector, default_detector
from yuzug.images import MIN_SIDE_PX
from yuzug.lab.data.duplicates import NearCopies, groups
from yuzug.lab.data.faceset import FACES
from yuzug.lab.data.pictures import (
    Picture,
    near_duplicates,
    prints_of,
    read_pictures,
    without_identical,
)
from yuzug.lab.data.sources import Dropped, Reason, labelled_files, table_rows
from yuzug.lab.data.split import SHARES, assign
from yuzug.lab.data.subjects import subject_in, subject_pattern
from yuzug.lab.data.tables import is_table
from yuzug.texts.causes import caused

_PRINT_PX = 64


class Report(BaseModel):
    """What ``yuzug prepare`` prints, and with every dropped file writes as ``report.json``."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    found: int
    """Files of any sort; each was kept or dropped."""
    kept: int
    dropped: dict[Reason, int]
    several_faces: int
    """Kept pictures with more than one face, of which the largest was taken."""
    near_kept: int
    """Near copies that were kept because they were to be."""
    subjects: int | None
    """People, by the pattern; null without one."""
    without_subject: int
    """Kept files in which the pattern found nobody; each counts as a person of its own."""
    splits: dict[str, dict[str, int]]
    lacking: dict[str, tuple[str, ...]]
    """The labels of which a split has no face; splits that lack none are left out."""
    files: tuple[Dropped, ...] = ()
    several: tuple[str, ...] = ()
    """The files with more than one face."""
    near: tuple[Dropped, ...] = ()
    """Near copies that were kept, where they are to be reported."""


def prepare_folder(
    source: Path,
    out: Path,
    *,
    size_px: int = 224,
    seed: int = 0,
    subject: str | None = None,
    crops: bool = False,
    near_copies: NearCopies = "drop",
    detector: Detector | None = None,
) -> Report:
    """Find, crop and align the faces of labelled pictures and write ``out/split/label/*.png``.

    Args:
        source: a folder whose pictures stand in folders named by their labels, with or without
            split folders above them; or a table, see :mod:`yuzug.lab.data.tables`. Splits that
            the data has are kept.
        size_px: side of the faces that are written.
        subject: a regular expression searched in the path below ``source``; its first group, or
            all of it, names the person, whose faces stay in one split.
        crops: the pictures already are faces, and none is searched for.
        near_copies: what is done with near copies of one label.
        detector: finds the faces; the best one to be had, unless given.

    Raises:
        OptionError: ``option.invalid`` where there are no pictures, the pattern is none, the size
            is less than a picture must have, or ``out`` already holds something.
    """
    pattern = subject_pattern(subject)
    if size_px < MIN_SIDE_PX:
        raise caused(OptionError, "option.invalid", "size_small", least=MIN_SIDE_PX, size=size_px)
    sources, dropped = table_rows(source) if is_table(source) else labelled_files(source)
    found = len(sources) + len(dropped)
    labels = sorted({one.label for one in sources})
    if out.exists() and any(out.iterdir()):
        raise caused(OptionError, "output.occupied", "output_occupied", folder=out)
    if not crops and detector is None:
        detector = default_detector().detector
    pictures, unfit = read_pictures(sources, size_px, None if crops else detector)
    pictures, same = without_identical(pictures)
    copies = near_duplicates(pictures)
    if near_copies == "drop":
        again = {one.file for one in copies}
        pictures = [one for one in pictures if one.file not in again]
        dropped += copies
    dropped += unfit + same
    subjects = [one.source.subject or subject_in(one.file, pattern) for one in pictures]
    has_subjects = pattern is not None or any(subjects)
    places = _split(pictures, subjects, seed)
    files = [_write(out, place, picture) for picture, place in zip(pictures, places, strict=True)]
    out.mkdir(parents=True, exist_ok=True)
    _note(out, files, subjects, pictures)
    splits = _counts(pictures, places)
    several = tuple(one.file for one in pictures if one.faces > 1)
    report = Report(
        found=found,
        kept=len(pictures),
        dropped=dict(Counter(one.reason for one in dropped)),
        several_faces=len(several),
        near_kept=0 if near_copies == "drop" else len(copies),
        subjects=len(set(subjects) - {""}) if has_subjects else None,
        without_subject=subjects.count("") if has_subjects else 0,
        splits=splits,
        lacking={
            split: missing
            for split, counts in splits.items()
            if (missing := tuple(label for label in labels if label not in counts))
        },
        files=tuple(dropped),
        several=several,
        near=tuple(copies) if near_copies == "report" else (),
    )
    (out / "report.json").write_text(report.model_dump_json(by_alias=True, indent=1), "utf-8")
    return report


def _split(pictures: list[Picture], subjects: list[str], seed: int) -> list[str]:
    """The split of each picture: the one it had, or one drawn with all near it and its person."""
    if not pictures:
        return []
    near = groups(prints_of(pictures))
    names = [name or f"near {group}" for name, group in zip(subjects, near.tolist(), strict=True)]
    free = [index for index, one in enumerate(pictures) if not one.source.split]
    drawn = assign(
        [pictures[index].label for index in free], [names[index] for index in free], seed
    )
    places = [one.source.split for one in pictures]
    for index, split in zip(free, drawn, strict=True):
        places[index] = split
    return places


def _write(out: Path, split: str, picture: Picture) -> str:
    """Write a face and return its path below ``out``."""
    folder = out / split / picture.label
    folder.mkdir(parents=True, exist_ok=True)
    # Files of one name in several folders stay apart.
    file = folder / f"{Path(picture.file).stem}-{picture.digest[:8]}.png"
    file.write_bytes(picture.png)
    return file.relative_to(out).as_posix()


def _note(out: Path, files: list[str], subjects: list[str], pictures: list[Picture]) -> None:
    """Write ``faces.csv``: each face, its person, and the picture that it was cut from."""
    with (out / FACES).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "subject", "source"))
        rows.writerows(zip(files, subjects, (one.file for one in pictures), strict=True))


def _counts(pictures: list[Picture], places: list[str]) -> dict[str, dict[str, int]]:
    pairs = list(zip(places, (picture.label for picture in pictures), strict=True))
    return {
        split: dict(sorted(Counter(label for place, label in pairs if place == split).items()))
        for split in dict.fromkeys([*SHARES, *places])
    }

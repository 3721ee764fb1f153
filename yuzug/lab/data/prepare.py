"""Prepare labelled pictures for training: find and align faces, drop copies, split."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field
from tqdm import tqdm

from yuzug.errors import ImageError, OptionError
from yuzug.faces import Detector, align, default_detector
from yuzug.images import FORMATS, MIN_SIDE_PX, load_image
from yuzug.lab.data.duplicates import NearCopies, fingerprints, first_copies, groups
from yuzug.lab.data.faceset import BLANK_STD, grey_square, suffixes
from yuzug.lab.data.split import SHARES, assign
from yuzug.lab.data.tables import is_split, is_table, picture_of, read_table, split_name, words
from yuzug.models.preprocess import resize

_PRINT_PX = 64

Reason = Literal[
    "not_a_picture", "unsupported_format", "no_label", "unreadable", "no_face", "blank",
    "other_label", "identical", "near",
]  # fmt: skip
# Pictures that a camera writes and this package does not read.
_UNSUPPORTED = frozenset({".heic", ".heif", ".avif", ".raw", ".dng", ".cr2", ".nef", ".arw"})


class Dropped(BaseModel):
    """A file that was left out, and why; ``of`` is the one it repeats, or what was wrong."""

    model_config = ConfigDict(frozen=True)

    file: str
    reason: Reason
    of: str


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


@dataclass(frozen=True)
class _Source:
    """A labelled picture before it is read; ``split`` and ``subject`` may be empty."""

    file: str
    label: str
    picture: Any
    split: str = ""
    subject: str = ""


@dataclass(frozen=True)
class _Picture:
    """A readable face as PNG."""

    source: _Source
    png: bytes
    digest: str
    small: NDArray[np.uint8]
    faces: int

    @property
    def file(self) -> str:
        return self.source.file

    @property
    def label(self) -> str:
        return self.source.label


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
    pattern = _compiled(subject)
    if size_px < MIN_SIDE_PX:
        raise OptionError(
            "option.invalid",
            must=f"the faces must have at least {MIN_SIDE_PX} px on each side",
            got=str(size_px),
            do="give a larger size",
        )
    sources, dropped = _rows(source) if is_table(source) else _labelled_files(source)
    found = len(sources) + len(dropped)
    labels = sorted({one.label for one in sources})
    if out.exists() and any(out.iterdir()):
        raise OptionError(
            "output.occupied",
            must="the output folder must be new or empty",
            got=f"{out} with something in it",
            do="choose another one",
        )
    if not crops and detector is None:
        detector = default_detector().detector
    pictures, unfit = _read(sources, size_px, None if crops else detector)
    pictures, same = _without_identical(pictures)
    copies = _near_copies(pictures)
    if near_copies == "drop":
        again = {one.file for one in copies}
        pictures = [one for one in pictures if one.file not in again]
        dropped += copies
    dropped += unfit + same
    subjects = [one.source.subject or _subject(one.file, pattern) for one in pictures]
    has_subjects = pattern is not None or any(subjects)
    places = _split(pictures, subjects, seed)
    for picture, place in zip(pictures, places, strict=True):
        _write(out, place, picture)
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
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(report.model_dump_json(by_alias=True, indent=1), "utf-8")
    return report


def _compiled(subject: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(subject) if subject is not None else None
    except re.error as error:
        raise OptionError(
            "option.invalid",
            must="the subject must be a regular expression",
            got=f"{subject!r}: {error}",
            do=r"write one such as '(\d+)_'",
        ) from error


def _labelled_files(source: Path) -> tuple[list[_Source], list[Dropped]]:
    """The pictures in folders, and all other files."""
    known = suffixes()
    files: list[_Source] = []
    dropped: list[Dropped] = []
    # A link that leads nowhere is no folder either, and is reported as unreadable.
    for path in sorted(path for path in source.rglob("*") if not path.is_dir()):
        name = path.relative_to(source).as_posix()
        suffix = path.suffix.lower()
        if suffix not in known and not _is_picture(path):
            reason: Reason = "unsupported_format" if suffix in _UNSUPPORTED else "not_a_picture"
            advice = "save it as JPEG or PNG" if suffix in _UNSUPPORTED else path.suffix
            dropped.append(Dropped(file=name, reason=reason, of=advice))
        elif path.parent == source:
            dropped.append(Dropped(file=name, reason="no_label", of=""))
        else:
            top = path.relative_to(source).parts[0]
            below = path.parent != source / top
            split = split_name(top) if below and is_split(top) else ""
            files.append(_Source(name, path.parent.name, path, split))
    if not files:
        raise OptionError(
            "data.invalid",
            must="the folder must contain images in folders named after their labels",
            got=f"none under {source}",
            do="put them there as label/image.png",
        )
    return files, dropped


def _is_picture(path: Path) -> bool:
    """Whether a file is a picture under another name, such as a JPEG called .heic."""
    try:
        with Image.open(path, formats=FORMATS):
            return True
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _rows(path: Path) -> tuple[list[_Source], list[Dropped]]:
    """The rows of a table with a picture and a label, and the others."""
    table = read_table(path)
    folder = path if path.is_dir() else path.parent
    columns = {
        name: words(table[name].to_pylist()).tolist()
        if name in table.column_names
        else [""] * table.num_rows
        for name in ("label", "split", "subject")
    }
    sources: list[_Source] = []
    dropped: list[Dropped] = []
    for row, cell in enumerate(table["image"].to_pylist()):
        label, split, subject = (columns[name][row] for name in ("label", "split", "subject"))
        try:
            picture = picture_of(cell, folder)
        except ImageError as error:
            dropped.append(Dropped(file=f"row {row}", reason="unreadable", of=str(error)))
            continue
        file = str(cell) if isinstance(picture, Path) else f"row {row}"
        if label:
            sources.append(_Source(file, label, picture, split, subject))
        else:
            dropped.append(Dropped(file=file, reason="no_label", of=""))
    return sources, dropped


def _read(
    sources: list[_Source], size_px: int, detector: Detector | None
) -> tuple[list[_Picture], list[Dropped]]:
    pictures: list[_Picture] = []
    dropped: list[Dropped] = []
    for source in tqdm(sources, desc="reading", unit="file", disable=None):
        try:
            photo = load_image(source.picture)
        except ImageError as error:
            dropped.append(Dropped(file=source.file, reason="unreadable", of=str(error)))
            continue
        faces = 1
        if detector is None:
            grey = grey_square(photo, size_px)
        else:
            found = detector.detect(photo, thorough=True)
            if not found and photo.std() >= BLANK_STD:
                dropped.append(Dropped(file=source.file, reason="no_face", of=detector.name))
                continue
            faces = len(found)
            grey = grey_square(align(found[0]).crop(photo, size_px) if found else photo, size_px)
        if grey.std() < BLANK_STD:
            contrast = f"contrast {grey.std():.1f}"
            dropped.append(Dropped(file=source.file, reason="blank", of=contrast))
            continue
        digest = hashlib.sha256(grey.tobytes()).hexdigest()
        png = cv2.imencode(".png", grey)[1].tobytes()
        pictures.append(_Picture(source, png, digest, resize(grey, _PRINT_PX), faces))
    return pictures, dropped


def _without_identical(pictures: list[_Picture]) -> tuple[list[_Picture], list[Dropped]]:
    """The first of each face; identical ones with different labels are all dropped."""
    first: dict[str, _Picture] = {}
    labels: dict[str, set[str]] = {}
    for picture in pictures:
        first.setdefault(picture.digest, picture)
        labels.setdefault(picture.digest, set()).add(picture.label)
    kept: list[_Picture] = []
    dropped: list[Dropped] = []
    for picture in pictures:
        reason: Reason
        if len(labels[picture.digest]) > 1:
            reason, of = "other_label", ", ".join(sorted(labels[picture.digest]))
        elif first[picture.digest] is not picture:
            reason, of = "identical", first[picture.digest].file
        else:
            kept.append(picture)
            continue
        dropped.append(Dropped(file=picture.file, reason=reason, of=of))
    return kept, dropped


def _prints(pictures: list[_Picture]) -> NDArray[np.bool_]:
    return fingerprints(np.stack([picture.small for picture in pictures]))


def _near_copies(pictures: list[_Picture]) -> list[Dropped]:
    """The pictures that are near copies of an earlier one with their label."""
    if not pictures:
        return []
    before = first_copies(_prints(pictures), np.array([picture.label for picture in pictures]))
    return [
        Dropped(file=picture.file, reason="near", of=pictures[earlier].file)
        for picture, earlier in zip(pictures, before.tolist(), strict=True)
        if earlier >= 0
    ]


def _split(pictures: list[_Picture], subjects: list[str], seed: int) -> list[str]:
    """The split of each picture: the one it had, or one drawn with all near it and its person."""
    if not pictures:
        return []
    near = groups(_prints(pictures))
    names = [name or f"near {group}" for name, group in zip(subjects, near.tolist(), strict=True)]
    free = [index for index, one in enumerate(pictures) if not one.source.split]
    drawn = assign(
        [pictures[index].label for index in free], [names[index] for index in free], seed
    )
    places = [one.source.split for one in pictures]
    for index, split in zip(free, drawn, strict=True):
        places[index] = split
    return places


def _subject(file: str, pattern: re.Pattern[str] | None) -> str:
    found = pattern.search(file) if pattern else None
    if found is None:
        return ""
    return (found.group(1) if found.re.groups else found.group()) or ""


def _write(out: Path, split: str, picture: _Picture) -> None:
    folder = out / split / picture.label
    folder.mkdir(parents=True, exist_ok=True)
    # Files of one name in several folders stay apart.
    (folder / f"{Path(picture.file).stem}-{picture.digest[:8]}.png").write_bytes(picture.png)


def _counts(pictures: list[_Picture], places: list[str]) -> dict[str, dict[str, int]]:
    pairs = list(zip(places, (picture.label for picture in pictures), strict=True))
    return {
        split: dict(sorted(Counter(label for place, label in pairs if place == split).items()))
        for split in dict.fromkeys([*SHARES, *places])
    }

"""A folder of labelled pictures made fit to train on: grey, one size, no copies, split."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from tqdm import tqdm

from yuzug.errors import ImageError, OptionError
from yuzug.images import MIN_SIDE_PX, load_image
from yuzug.lab.data.duplicates import fingerprints, near_before
from yuzug.lab.data.faceset import grey_square, suffixes
from yuzug.lab.data.split import SHARES, assign
from yuzug.models.preprocess import resize

# Less contrast than this is a blank picture.
_MIN_STD = 2.0
_PRINT_PX = 64

Reason = Literal[
    "not_a_picture", "no_label", "unreadable", "blank", "other_label", "identical", "near"
]


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
    subjects: int | None
    """People, by the pattern; null without one."""
    without_subject: int
    """Kept files in which the pattern found nobody; each counts as a person of its own."""
    splits: dict[str, dict[str, int]]
    lacking: dict[str, tuple[str, ...]]
    """The labels of which a split has no face; splits that lack none are left out."""
    files: tuple[Dropped, ...] = ()


@dataclass(frozen=True)
class _Picture:
    """A readable file: its place below the folder, its label, and its face as PNG."""

    file: str
    label: str
    png: bytes
    digest: str
    small: NDArray[np.uint8]


def prepare_folder(
    source: Path, out: Path, *, size_px: int = 224, seed: int = 0, subject: str | None = None
) -> Report:
    """Write ``out/split/label/*.png`` from pictures whose last folder is their label.

    ``subject`` is a pattern found in the path below ``source``; its first group, or all of it,
    names the person, whose faces stay in one split.

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
    files, dropped = _labelled_files(source)
    found = len(files) + len(dropped)
    labels = sorted({file.parent.name for file in files})
    if out.exists() and any(out.iterdir()):
        raise OptionError(
            "option.invalid",
            must="the output folder must be new or empty",
            got=f"{out} with something in it",
            do="choose another one",
        )
    pictures, unfit = _read(source, files, size_px)
    pictures, copies = _without_copies(pictures)
    dropped += unfit + copies
    subjects = [_subject(picture.file, pattern) for picture in pictures]
    groups = [name or f"file {one.file}" for name, one in zip(subjects, pictures, strict=True)]
    places = assign([picture.label for picture in pictures], groups, seed)
    for picture, place in zip(pictures, places, strict=True):
        _write(out, place, picture)
    splits = _counts(pictures, places)
    report = Report(
        found=found,
        kept=len(pictures),
        dropped=dict(Counter(one.reason for one in dropped)),
        subjects=len(set(subjects) - {""}) if pattern else None,
        without_subject=subjects.count("") if pattern else 0,
        splits=splits,
        lacking={
            split: missing
            for split, counts in splits.items()
            if (missing := tuple(label for label in labels if label not in counts))
        },
        files=tuple(dropped),
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


def _labelled_files(source: Path) -> tuple[list[Path], list[Dropped]]:
    """The pictures in folders, and all other files."""
    known = suffixes()
    files: list[Path] = []
    dropped: list[Dropped] = []
    # A link that leads nowhere is no folder either, and is told as unreadable.
    for path in sorted(path for path in source.rglob("*") if not path.is_dir()):
        name = path.relative_to(source).as_posix()
        if path.suffix.lower() not in known:
            dropped.append(Dropped(file=name, reason="not_a_picture", of=path.suffix))
        elif path.parent == source:
            dropped.append(Dropped(file=name, reason="no_label", of=""))
        else:
            files.append(path)
    if not files:
        raise OptionError(
            "option.invalid",
            must="the folder must contain images in folders named after their labels",
            got=f"none under {source}",
            do="put them there as label/image.png",
        )
    return files, dropped


def _read(source: Path, files: list[Path], size_px: int) -> tuple[list[_Picture], list[Dropped]]:
    pictures: list[_Picture] = []
    dropped: list[Dropped] = []
    for path in tqdm(files, desc="reading", unit="file", disable=None):
        name = path.relative_to(source).as_posix()
        try:
            grey = grey_square(load_image(path), size_px)
        except ImageError as error:
            dropped.append(Dropped(file=name, reason="unreadable", of=str(error)))
            continue
        if grey.std() < _MIN_STD:
            dropped.append(Dropped(file=name, reason="blank", of=f"contrast {grey.std():.1f}"))
            continue
        digest = hashlib.sha256(grey.tobytes()).hexdigest()
        png = cv2.imencode(".png", grey)[1].tobytes()
        pictures.append(_Picture(name, path.parent.name, png, digest, resize(grey, _PRINT_PX)))
    return pictures, dropped


def _without_copies(pictures: list[_Picture]) -> tuple[list[_Picture], list[Dropped]]:
    """The first of each face; identical ones with unlike labels go all."""
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
    if not kept:
        return kept, dropped
    before = near_before(fingerprints(np.stack([picture.small for picture in kept])))
    dropped += [
        Dropped(file=picture.file, reason="near", of=kept[earlier].file)
        for picture, earlier in zip(kept, before.tolist(), strict=True)
        if earlier >= 0
    ]
    return [one for one, earlier in zip(kept, before, strict=True) if earlier < 0], dropped


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
        for split in SHARES
    }

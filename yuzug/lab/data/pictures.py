"""Faces read from labelled pictures: found, cropped, aligned; copies among them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from yuzug.errors import ImageError
from yuzug.faces import Detector, align
from yuzug.images import load_image
from yuzug.lab.data.duplicates import fingerprints, first_copies
from yuzug.lab.data.faceset import BLANK_STD, grey_square
from yuzug.lab.data.sources import Dropped, Reason, Source
from yuzug.models.preprocess import resize

_PRINT_PX = 64
# Errors of sound pictures that a package which is not here would read.
_UNSUPPORTED = ("image.heic", "image.avif")


@dataclass(frozen=True)
class Picture:
    """A readable face as PNG, grey and square.

    ``digest`` is the sha256 of its pixels, ``small`` the uint8 (64, 64) that its fingerprint is
    made of, ``faces`` how many faces the photo had.
    """

    source: Source
    png: bytes
    digest: str
    small: NDArray[np.uint8]
    faces: int

    @property
    def file(self) -> str:
        """The file or row that it came from."""
        return self.source.file

    @property
    def label(self) -> str:
        """The label that its source gives it."""
        return self.source.label


def read_pictures(
    sources: list[Source], size_px: int, detector: Detector | None
) -> tuple[list[Picture], list[Dropped]]:
    """Find, crop and align the largest face of each source; without a detector each is a face.

    Returns the pictures, ``size_px`` a side, and the sources that are none, each with its reason.
    """
    pictures: list[Picture] = []
    dropped: list[Dropped] = []
    for source in tqdm(sources, desc="reading", unit="file", disable=None):
        try:
            photo = load_image(source.picture)
        except ImageError as error:
            reason: Reason = "unsupported_format" if error.kind in _UNSUPPORTED else "unreadable"
            dropped.append(Dropped(file=source.file, reason=reason, of=str(error)))
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
        pictures.append(Picture(source, png, digest, resize(grey, _PRINT_PX), faces))
    return pictures, dropped


def without_identical(pictures: list[Picture]) -> tuple[list[Picture], list[Dropped]]:
    """The first of each face; identical ones with different labels are all dropped."""
    first: dict[str, Picture] = {}
    labels: dict[str, set[str]] = {}
    for picture in pictures:
        first.setdefault(picture.digest, picture)
        labels.setdefault(picture.digest, set()).add(picture.label)
    kept: list[Picture] = []
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


def prints_of(pictures: list[Picture]) -> NDArray[np.bool_]:
    """The fingerprints of pictures, bool (N, 256)."""
    return fingerprints(np.stack([picture.small for picture in pictures]))


def near_duplicates(pictures: list[Picture]) -> list[Dropped]:
    """The pictures that are near copies of an earlier one with their label."""
    if not pictures:
        return []
    before = first_copies(prints_of(pictures), np.array([picture.label for picture in pictures]))
    return [
        Dropped(file=picture.file, reason="near", of=pictures[earlier].file)
        for picture, earlier in zip(pictures, before.tolist(), strict=True)
        if earlier >= 0
    ]

"""The person in each picture, found in its path by a pattern."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from yuzug.errors import OptionError
from yuzug.lab.data.faceset import FaceSet
from yuzug.texts.causes import caused


def subject_pattern(subject: str | None) -> re.Pattern[str] | None:
    r"""The regular expression that names a person; None without one.

    Raises:
        OptionError: ``option.invalid`` where it is none.
    """
    try:
        return re.compile(subject) if subject is not None else None
    except re.error as error:
        raise caused(
            OptionError, "option.invalid", "subject_pattern", pattern=repr(subject), fault=error
        ) from error


def subject_in(path: str, pattern: re.Pattern[str] | None) -> str:
    r"""The person in a path: the first group of the pattern, or all of it; "" where it finds none.

    >>> subject_in("happy/017_2.png", re.compile(r"(\d+)_"))
    '017'
    """
    found = pattern.search(path) if pattern else None
    if found is None:
        return ""
    return (found.group(1) if found.re.groups else found.group()) or ""


def with_subjects(faces: FaceSet, pattern: re.Pattern[str] | None) -> FaceSet:
    """The faces with the person that the pattern finds in the path of each; as they are without."""
    if pattern is None or faces.files is None:
        return faces
    names = [subject_in(name, pattern) for name in faces.files.tolist()]
    return replace(faces, subjects=np.array(names, str))

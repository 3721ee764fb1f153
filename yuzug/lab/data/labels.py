"""Label names of a data set renamed to those of a model: synonyms by table, the rest as asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from yuzug.emotions import Emotion
from yuzug.errors import OptionError
from yuzug.lab.data.faceset import FaceSet, LabelSource
from yuzug.recommender.catalogue.load import bundled
from yuzug.texts.causes import caused

EMOTIONS = tuple(emotion.value for emotion in Emotion)


class Renamed(NamedTuple):
    """Faces whose labels were renamed, and the mapping that was applied."""

    faces: FaceSet
    mapping: dict[str, str]


def emotion_of(label: str) -> str | None:
    """The canonical emotion that a label names in English or Turkish; None where none does.

    The table is the one with which advice reads labels: ``labels`` in
    ``recommendations/policy.yaml``.

    >>> emotion_of("Joy"), emotion_of("Kızgın"), emotion_of("bored")
    ('happy', 'angry', None)
    """
    emotion = bundled().policy.emotion_of(label)
    return None if emotion is None else emotion.value


def synonyms(labels: Iterable[str], names: Sequence[str]) -> dict[str, str]:
    """Which of a model's ``names`` means the same emotion as each label that is not one of them.

    Labels that mean no emotion, or one that no name or several names stand for, are left out.

    >>> synonyms(["joy", "Üzgün", "angry", "bored"], ["angry", "happy", "sad"])
    {'joy': 'happy', 'Üzgün': 'sad'}
    """
    by_emotion: dict[str, list[str]] = {}
    for name in names:
        emotion = emotion_of(name)
        if emotion is not None:
            by_emotion.setdefault(emotion, []).append(name)
    found = {}
    for label in labels:
        same = by_emotion.get(emotion_of(label) or "", [])
        if label and label not in names and len(same) == 1:
            found[label] = same[0]
    return found


def renamed(faces: FaceSet, asked: Mapping[str, str], names: Sequence[str] | None) -> Renamed:
    """The faces with labels renamed as ``asked``, and by :func:`synonyms` where nothing is asked.

    Without ``names`` any new name is taken, and there are no synonyms.

    Raises:
        OptionError: ``option.invalid`` for a label that no face has, or a name that is no label of
            the model.
    """
    had = sorted(set(faces.labels.tolist()) - {""})
    _are_known("mapping_from", asked, had)
    if names is not None:
        _are_known("mapping_to", asked.values(), names)
    mapping = {**synonyms(had, names or ()), **asked}
    new = np.array([mapping.get(label, label) for label in faces.labels.tolist()], str)
    return Renamed(replace(faces, labels=new), mapping)


def named_by(
    names: Sequence[str], faces: FaceSet, source: LabelSource, asked: Mapping[str, str]
) -> Renamed:
    """The faces as a model is compared with them: :func:`renamed` to its ``names``.

    Votes are for emotions and keep their names.

    Raises:
        OptionError: ``data.mapping`` for a mapping that does not fit.
    """
    if source == "label":
        return renamed(faces, asked, names)
    if asked:
        raise caused(OptionError, "data.mapping", "mapping_votes", labels=", ".join(asked))
    return Renamed(faces, {})


def _are_known(cause: str, given: Iterable[str], known: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise caused(
            OptionError,
            "data.mapping",
            cause,
            unknown=", ".join(unknown),
            known=", ".join(known),
        )

"""The emotions, the label sets of 3 to 8 classes, and their names in Turkish and English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, get_args

from yuzug.errors import ModelError

Language = Literal["en", "tr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Emotion(str, Enum):
    """One of the eight expressions that the label sets are made of.

    >>> Emotion.SAD.value, Emotion.SAD.looks("tr")
    ('sad', 'üzgün')
    """

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"
    CONTEMPT = "contempt"

    def looks(self, lang: Language) -> str:
        """The adjective that completes "the expression looks …"."""
        return _LOOKS[self][0 if lang == "en" else 1]


_LOOKS: dict[Emotion, tuple[str, str]] = {
    Emotion.ANGRY: ("angry", "öfkeli"),
    Emotion.DISGUST: ("disgusted", "tiksinmiş"),
    Emotion.FEAR: ("fearful", "korkmuş"),
    Emotion.HAPPY: ("happy", "mutlu"),
    Emotion.SAD: ("sad", "üzgün"),
    Emotion.SURPRISE: ("surprised", "şaşkın"),
    Emotion.NEUTRAL: ("neutral", "nötr"),
    Emotion.CONTEMPT: ("contemptuous", "küçümseyici"),
}


@dataclass(frozen=True)
class LabelSet:
    """A choice of emotions that a reading is spread over.

    The order here is the order in which people read them; the order of a model's outputs
    stands in its card and nowhere else.
    """

    emotions: tuple[Emotion, ...]

    @property
    def classes(self) -> int:
        """How many there are, 3 to 8."""
        return len(self.emotions)

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical names, in this set's order."""
        return tuple(emotion.value for emotion in self.emotions)


_E = Emotion
LABEL_SETS: dict[int, LabelSet] = {
    label_set.classes: label_set
    for label_set in (
        LabelSet((_E.ANGRY, _E.HAPPY, _E.SAD)),
        LabelSet((_E.ANGRY, _E.HAPPY, _E.SAD, _E.NEUTRAL)),
        LabelSet((_E.ANGRY, _E.FEAR, _E.HAPPY, _E.SAD, _E.SURPRISE)),
        LabelSet((_E.ANGRY, _E.DISGUST, _E.FEAR, _E.HAPPY, _E.SAD, _E.SURPRISE)),
        LabelSet((_E.ANGRY, _E.DISGUST, _E.FEAR, _E.HAPPY, _E.SAD, _E.SURPRISE, _E.NEUTRAL)),
        LabelSet(tuple(Emotion)),
    )
}


def label_set(classes: int) -> LabelSet:
    """The label set with this many classes.

    >>> label_set(3).names
    ('angry', 'happy', 'sad')

    Raises:
        ModelError: ``model.classes`` where there is no such set.
    """
    if classes not in LABEL_SETS:
        raise ModelError(
            "model.classes",
            must="the number of classes must be 3, 4, 5, 6, 7 or 8",
            got=str(classes),
            do="choose one of these",
        )
    return LABEL_SETS[classes]


def looks(name: str, lang: Language) -> str:
    """The adjective for a label; a user's own label, which no table knows, stays as it is."""
    return Emotion(name).looks(lang) if name in _VALUES else name


_VALUES = frozenset(emotion.value for emotion in Emotion)

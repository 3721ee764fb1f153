"""What a picture to teach with must show, and which of the model's labels a name stands for."""

from __future__ import annotations

from collections.abc import Sequence

from yuzug.emotions import Emotion
from yuzug.errors import PersonError
from yuzug.models.person import NEUTRAL

# A second face with this share of the area of the first is no chance find in the background.
_SECOND_FACE = 0.25
_CANONICAL = frozenset(emotion.value for emotion in Emotion)


def is_alone(areas: Sequence[float]) -> bool:
    """Whether a picture with faces of these areas, the largest first, shows one person.

    >>> is_alone([100.0, 9.0]), is_alone([100.0, 50.0]), is_alone([])
    (True, False, False)
    """
    return len([area for area in areas if area >= _SECOND_FACE * areas[0]]) == 1


def label_named(name: str, labels: Sequence[str]) -> str:
    """The label that goes by this name: its own, or another name of its emotion.

    The relaxed face can always be taught, whatever labels there are.

    >>> label_named("joy", ["happy", "sad"]), label_named("neutral", ["happy", "sad"])
    ('happy', 'neutral')

    Raises:
        PersonError: ``person.label`` where there is none.
    """
    neutral = neutral_label(labels)
    if name in labels or name == neutral:
        return name
    emotion = _emotion_of(name)
    for label in (*labels, neutral):
        if emotion is not None and _emotion_of(label) is emotion:
            return label
    raise PersonError(
        "person.label",
        must=f"a label to teach must be one of {', '.join(dict.fromkeys([*labels, NEUTRAL]))}",
        got=repr(name),
        do="rename it, or choose another number of classes",
    )


def neutral_label(labels: Sequence[str]) -> str:
    """The label of the relaxed face; "neutral" where these labels have none.

    >>> neutral_label(["Mutlu", "Nötr"]), neutral_label(["happy", "sad"])
    ('Nötr', 'neutral')
    """
    if NEUTRAL in labels or set(labels) <= _CANONICAL:
        return NEUTRAL
    resting = (label for label in labels if _emotion_of(label) is Emotion.NEUTRAL)
    return next(resting, NEUTRAL)


def _emotion_of(name: str) -> Emotion | None:
    """The emotion that goes by this name in the recommendations, in any language they know."""
    from yuzug.recommender import bundled  # a whole catalogue, which few readings need

    return bundled().policy.emotion_of(name)

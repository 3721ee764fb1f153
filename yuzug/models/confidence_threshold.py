"""Selective prediction: when a prediction is below its confidence threshold, or outside its labels.

Either makes the result "not sure"; what the picture itself makes uncertain (blur, darkness, tilt)
is judged in :mod:`yuzug.faces.quality`.

Source: Geifman and El-Yaniv 2017, "Selective classification for deep neural networks".
"""

from __future__ import annotations

# Above this share outside the label set, none of its labels fits.
OUTSIDE_LIMIT = 0.5
# The flags, as they stand in the JSON.
UNSURE = "unsure"
NONE_OF_THESE = "none_of_these"


def not_sure_because(confidence: float, outside: float, threshold: float) -> tuple[str, ...]:
    """Flags of a prediction that is not to be relied on; none where it is sure.

    Args:
        confidence: calibrated probability of the label that is shown, in [0, 1].
        outside: probability that the widest head gives to labels outside the set, in [0, 1].
        threshold: confidence threshold of the head: ``sure_at`` in its card.

    >>> not_sure_because(0.9, 0.1, threshold=0.45), not_sure_because(0.3, 0.6, threshold=0.45)
    ((), ('unsure', 'none_of_these'))
    """
    flags = []
    if confidence < threshold:
        flags.append(UNSURE)
    if outside > OUTSIDE_LIMIT:
        flags.append(NONE_OF_THESE)
    return tuple(flags)

"""Learning-rate schedules, early stopping, and which epoch's weights are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence

from yuzug.lab.training.recipe import Cycle, Plateau, Schedule

# Share of a one-cycle course in which the rate rises, and where each course ends.
_RISE = 0.15
_LOWEST = 1e-3
# With fewer held-out faces, differences between epochs are mostly noise: one of 50 is 2 points.
FEW_HELD_OUT = 100
_MEAN_EPOCHS = 3


def learning_rate(
    step: int,
    cycles: Sequence[Cycle],
    steps_per_epoch: int,
    schedule: Schedule = "one-cycle",
) -> float:
    """The rate at a step, counted from 0 over all cycles.

    ``one-cycle``: a linear rise over the first 15 % of a cycle, then half a cosine down to 1e-3
    of the peak; ``cosine``: that fall from the start; the others keep the peak.
    Source: Smith and Topin 2018, "Super-convergence"; Loshchilov and Hutter 2017, "SGDR".
    """
    cycle, first = cycles[0], 0
    for one in cycles[1:]:
        start = first + cycle.epochs * steps_per_epoch
        if step < start:
            break
        cycle, first = one, start
    if schedule in ("plateau", "constant"):
        return cycle.learning_rate
    steps = cycle.epochs * steps_per_epoch
    rise = max(1, round(_RISE * steps)) if schedule == "one-cycle" else 0
    passed = step - first
    if passed < rise:
        return cycle.learning_rate * (passed + 1) / rise
    progress = (passed - rise) / max(1, steps - rise)
    return cycle.learning_rate * (_LOWEST + (1 - _LOWEST) * (1 + math.cos(math.pi * progress)) / 2)


def plateau_factor(scores: Sequence[float], plateau: Plateau) -> float:
    """What the rate is multiplied with after epochs of these scores, larger ones better.

    >>> plateau_factor([0.5, 0.4, 0.4, 0.4], Plateau(factor=0.1, patience=3))
    0.1
    >>> plateau_factor([0.5, 0.4, 0.4, 0.6], Plateau(factor=0.1, patience=3))
    1.0
    """
    factor, best, waited = 1.0, -math.inf, 0
    for score in scores:
        if score > best:
            best, waited = score, 0
        else:
            waited += 1
        if waited >= plateau.patience:
            factor, waited = factor * plateau.factor, 0
    return factor


def is_over(scores: Sequence[float], patience: int | None) -> bool:
    """Whether the best of these scores is ``patience`` epochs old.

    >>> is_over([0.5, 0.6, 0.5, 0.4], 2), is_over([0.5, 0.6, 0.5], 2), is_over([0.5] * 9, None)
    (True, False, False)
    """
    if patience is None or not scores:
        return False
    return len(scores) - 1 - scores.index(max(scores)) >= patience


def keeps_last(scores: Sequence[float], held_out: int) -> bool:
    """Whether the weights of the last of these epochs replace those that were kept so far.

    With fewer than 100 held-out faces always: there the averaged weights of the last epoch are a
    better choice than the best of noisy scores. With more, where the mean score of its last three
    epochs is at least that of every earlier epoch, so that of epochs that tie the later one stays.

    >>> keeps_last([0.5, 0.4], held_out=11), keeps_last([0.5, 0.5], held_out=400)
    (True, True)
    >>> keeps_last([0.5, 0.5, 0.5, 0.4], held_out=400)
    False
    """
    if held_out < FEW_HELD_OUT or len(scores) < _MEAN_EPOCHS:
        return True
    means = [
        sum(scores[end - _MEAN_EPOCHS : end]) / _MEAN_EPOCHS
        for end in range(_MEAN_EPOCHS, len(scores) + 1)
    ]
    return means[-1] >= max(means)


def kept_epoch(scores: Sequence[float], held_out: int) -> int:
    """The epoch, counted from 1, whose weights :func:`keeps_last` keeps; 0 without any."""
    ends = range(1, len(scores) + 1)
    return max((end for end in ends if keeps_last(scores[:end], held_out)), default=0)

"""Temporal smoothing of predictions: an exponential average and hysteresis of the label.

Both are defined in seconds, so that 8 and 25 frames a second show the same; how many frames a
second a webcam gives varies from one moment to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TAU_S = 0.3
MARGIN = 0.1
EVIDENCE_S = 0.02
FORGET_S = 1.0

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Smoothed:
    """A reading over time.

    Attributes:
        values: float64 (n,), the smoothed probabilities; they sum to what the inputs sum to.
        dominant: index of the label to show, which may lag behind the largest value.
    """

    values: Vector
    dominant: int


class Average:
    """Exponential average with a time constant: each input holds since the one before.

    A step is followed to 63 % after ``tau_s`` seconds, whatever the frame rate.
    """

    def __init__(self, tau_s: float = TAU_S) -> None:
        self._tau_s = tau_s
        self._values: Vector | None = None
        self._at_s = 0.0

    def update(self, values: npt.ArrayLike, at_s: float) -> Vector:
        """The average after these values (n,), taken at ``at_s`` seconds."""
        new = np.asarray(values, dtype=np.float64)
        if self._values is None:
            self._values = new
        else:
            weight = 1 - math.exp(-max(at_s - self._at_s, 0.0) / self._tau_s)
            self._values = self._values + weight * (new - self._values)
        self._at_s = at_s
        return self._values


class Hysteresis:
    """Holds a label until another one has led clearly, or for long.

    The lead beyond ``margin``, summed over time, must reach ``evidence_s`` (probability times
    seconds): at 0.02 a lead of 0.5 beyond the margin takes 0.04 s, one of 0.05 takes 0.4 s.

    >>> hold = Hysteresis(margin=0.1, evidence_s=0.05)
    >>> [hold.update(p, t) for p, t in [([0.6, 0.4], 0), ([0.4, 0.6], 0.25), ([0.4, 0.6], 0.75)]]
    [0, 0, 1]
    """

    def __init__(self, margin: float = MARGIN, evidence_s: float = EVIDENCE_S) -> None:
        self._margin = margin
        self._evidence_s = evidence_s
        self._held: int | None = None
        self._evidence: Vector = np.zeros(0)
        self._at_s = 0.0

    def update(self, values: npt.ArrayLike, at_s: float) -> int:
        """The index to show for these values (n,), taken at ``at_s`` seconds."""
        array = np.asarray(values, dtype=np.float64)
        passed_s, self._at_s = max(at_s - self._at_s, 0.0), at_s
        if self._held is None:
            self._held, self._evidence = int(array.argmax()), np.zeros_like(array)
            return self._held
        lead = array - array[self._held] - self._margin
        # A lead that is lost counts for nothing: the next one starts from zero.
        self._evidence = np.where(lead > 0, self._evidence + lead * passed_s, 0.0)
        best = int(self._evidence.argmax())
        if self._evidence[best] >= self._evidence_s:
            self._held, self._evidence = best, np.zeros_like(array)
        return self._held


class Smoother:
    """An average and a hysteresis for each track; forgets who has not been read for a second.

    Other labels than before (another model, another class count) reset it.

    >>> smoother = Smoother(tau_s=1.0)
    >>> smoother.update(0, ("happy", "sad"), [1.0, 0.0], at_s=0.0).dominant
    0
    >>> smoother.update(0, ("happy", "sad"), [0.0, 1.0], at_s=1.0).values.round(2).tolist()
    [0.37, 0.63]
    """

    def __init__(
        self,
        *,
        tau_s: float = TAU_S,
        margin: float = MARGIN,
        evidence_s: float = EVIDENCE_S,
        forget_s: float = FORGET_S,
    ) -> None:
        self._tau_s = tau_s
        self._margin = margin
        self._evidence_s = evidence_s
        self._forget_s = forget_s
        self._states: dict[int, _State] = {}

    def update(
        self, track: int, labels: tuple[str, ...], probabilities: npt.ArrayLike, at_s: float
    ) -> Smoothed:
        """The reading of this track after these probabilities (n,), taken at ``at_s`` seconds."""
        self._states = {
            known: state
            for known, state in self._states.items()
            if at_s - state.at_s <= self._forget_s
        }
        state = self._states.get(track)
        if state is None or state.labels != labels:
            average, hysteresis = Average(self._tau_s), Hysteresis(self._margin, self._evidence_s)
        else:
            average, hysteresis = state.average, state.hysteresis
        self._states[track] = _State(labels, average, hysteresis, at_s)
        values = average.update(probabilities, at_s)
        return Smoothed(values, hysteresis.update(values, at_s))


@dataclass(frozen=True)
class _State:
    labels: tuple[str, ...]
    average: Average
    hysteresis: Hysteresis
    at_s: float

"""The strengths of an adaptation, fitted to the trials of people who were taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from yuzug.lab.evaluation.teaching_trials import (
    LESSONS,
    Outcome,
    PosedFaces,
    Random,
    Trial,
    calibration_error,
    outcome,
    true_columns,
)
from yuzug.models.adaptation import Strengths, adaptation

# Where the fit begins: round numbers, the same for every fold.
START = Strengths(
    shift=1.0, shift_others=0.55, ideal=0.8, shift_most=4.0, tau=30.0, tau_fall=1.5,
    without_relaxed=0.3, tails=0.4, delta=0.5, few=0.15, spread_prior=0.5, spread_examples=0.8,
    spread_evenness=0.4, spread_least=0.06, scatter_most=0.45, scatter_slope=15.0,
    label_scatter_most=1.0, label_scatter_slope=5.0, support_label=3.0, support_all=1.0,
    support_slope=3.0, support_repeat=1.0, temperature=0.0, temperature_without=0.8,
    temperature_evidence=0.04, temperature_fall=0.4, temperature_share=0.6,
)  # fmt: skip
_FITTED = (
    *("tau", "tau_fall", "tails"),
    *("temperature_without", "temperature_evidence"),
)
# The temperatures are fitted last, by likelihood alone; each within these factors, in this order.
_TEMPERATURES = (
    *("temperature_evidence", "temperature_without", "temperature_share"),
    *("temperature_evidence", "temperature_share"),
)
_FACTORS = (0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
# What weighs how much in the fit; the contradictory lessons only by what they cost.
_WEIGHTS = {"one of each": 4.0, "two of each": 2.0}


Lessons = Sequence[tuple[PosedFaces, Sequence[Trial]]]


def fit(lessons: Lessons, tempered: Lessons, steps: int, seed: int = 0) -> Strengths:
    """The strengths that serve these trials best; deterministic for a seed.

    A random walk from :data:`START` keeps a step where it is better on ``lessons``; then the
    temperatures are fitted by likelihood alone (Guo et al. 2017) on ``tempered``, more draws of the
    same people: a calibration error in bins follows them only roughly where pictures are few.
    """
    random = np.random.default_rng(seed)
    best, score = START, _score(lessons, START)
    for _ in range(steps):
        chosen = random.choice(_FITTED, int(random.integers(1, 4)), replace=False)
        moved = {
            str(name): float(f"{_moved(getattr(best, str(name)), random):.4g}") for name in chosen
        }
        tried = replace(best, **moved)
        got = _score(lessons, tried)
        if got > score:
            best, score = tried, got
    scored = [
        _Scored.of(faces, trial, best)
        for faces, each in tempered
        for trial in each
        if trial.lesson in LESSONS
    ]
    for name in _TEMPERATURES:
        value = getattr(best, name)
        choices = [replace(best, **{name: float(f"{value * one:.4g}")}) for one in _FACTORS]
        best = min(choices, key=lambda one: np.mean([trial.loss(one) for trial in scored]))
    return best


@dataclass(frozen=True)
class _Scored:
    """A trial before its temperature, which alone differs between the strengths to be tried:
    logits (n, C) of the pictures, and the columns of the truth (n,)."""

    faces: PosedFaces
    trial: Trial
    logits: Tensor
    truth: Tensor

    @classmethod
    def of(cls, faces: PosedFaces, trial: Trial, strengths: Strengths) -> _Scored:
        head = faces.checkpoint.card.heads[faces.head]
        adapted = adaptation(trial.person, faces.checkpoint, head, strengths)
        logits = faces.logits[trial.rows] + adapted.added(faces.embeddings[trial.rows])
        return cls(faces, trial, logits, torch.from_numpy(true_columns(faces, trial)))

    def loss(self, strengths: Strengths) -> float:
        """Mean negative log-likelihood of the right answers, as much as its lesson weighs."""
        head = self.faces.checkpoint.card.heads[self.faces.head]
        heat = adaptation(self.trial.person, self.faces.checkpoint, head, strengths).temperature
        loss = torch.nn.functional.cross_entropy(self.logits / heat, self.truth)
        return _WEIGHTS.get(self.trial.lesson, 1.0) * float(loss)


def _moved(value: float, random: Random) -> float:
    """A little more or less of a positive number, also of one that is 0."""
    return max(value, 0.02) * float(np.exp(random.normal(0, 0.25)))


def _score(lessons: Lessons, strengths: Strengths) -> float:
    """Gain, likelihood and calibration, less six times what any person loses by any lesson."""
    total = 0.0
    for faces, each in lessons:
        groups: dict[tuple[str, str], list[Outcome]] = {}
        for trial in each:
            key = trial.lesson, trial.subject
            groups.setdefault(key, []).append(outcome(faces, trial, strengths))
        for (lesson, _), outcomes in groups.items():
            gain = float(np.mean([one.gain for one in outcomes]))
            if lesson in LESSONS:
                loss = np.mean([_log_loss(one) for one in outcomes])
                total += _WEIGHTS.get(lesson, 1.0) * (gain - 0.3 * float(loss))
            total -= 6.0 * max(0.0, -gain)
        for lesson in LESSONS:
            here = [one for (name, _), own in groups.items() if name == lesson for one in own]
            adapted = np.concatenate([one.adapted for one in here])
            gap = calibration_error(adapted, np.concatenate([one.truth for one in here]))
            total -= 6.0 * _WEIGHTS.get(lesson, 1.0) * gap
    return total


def _log_loss(one: Outcome) -> float:
    own = one.adapted[np.arange(len(one.truth)), one.truth]
    return float(-np.log(np.maximum(own, 1e-9)).mean())

"""What teaching a model one's face gains: measured on people on whom nothing was fitted.

Each person in turn is left out: the strengths are fitted on the others, the model is taught with a
few pictures of that person, and read are the person's other pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import numpy as np
from pydantic import BaseModel, ConfigDict
from tqdm import tqdm

from yuzug.lab.evaluation.teaching_strengths import Lessons, fit
from yuzug.lab.evaluation.teaching_trials import (
    CONTRADICTIONS,
    LESSONS,
    Outcome,
    PosedFaces,
    Trial,
    accuracy,
    calibration_error,
    outcome,
    trials,
)
from yuzug.models.adaptation import Strengths

_CHANCES = 100
# What was tried instead: a change of the strengths in force, with nothing fitted again.
ABLATIONS: dict[str, dict[str, float]] = {
    "as it is": {},
    "normal tails": {"tails": 100.0},
    "the whole shift for every label": {"shift_others": 1.0},
    "no evidence": {"tau": 0.0},
    "evidence alone": {"shift": 0.0},
    "the same weight however few labels": {"tau_fall": 0.0},
    "the same weight without neutral": {"without_relaxed": 1.0},
    "the same temperature however few labels": {"temperature_share": 0.0},
    "the same scale for every number": {"spread_evenness": 1.0},
    "no check of the examples": {
        "scatter_most": 1e6, "label_scatter_most": 1e6, "spread_least": 1e-9,
        "support_label": 1e6, "support_all": 1e6,
    },
}  # fmt: skip


class LessonResult(BaseModel):
    """One lesson, over all people: shares in [0, 1]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lesson: str
    readings: int
    plain: float
    taught: float
    ece_plain: float
    ece: float
    """Expected calibration error over 15 bins, all readings together."""
    ece_chance: float
    """What it is on average where the probabilities are right: the pictures are few, and each is
    read after many draws."""
    gain_by_person: dict[str, float]


class AblationResult(BaseModel):
    """What one change of the strengths in force does; measured on the people who chose these.

    Shares by model: right answers after one of each and their calibration error, the least gain of
    a person in any lesson, and the mean gain in the worst contradictory one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    changed: str
    one_of_each: dict[str, float]
    ece: dict[str, float]
    least_gain: dict[str, float]
    contradicted: dict[str, float]


class TeachingResults(BaseModel):
    """What ``tools/teaching.py`` measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str
    pictures: int
    people: int
    detector: str
    draws: int
    """How often each lesson was drawn for each person."""
    weights: dict[str, str]
    """:attr:`Checkpoint.digest` of each model."""
    strengths: dict[str, float]
    """Fitted on all people: those in force."""
    lessons: dict[str, list[LessonResult]]
    """By model, with the strengths that were fitted on the other people."""
    ablations: list[AblationResult]


def measure(
    faces: Sequence[PosedFaces], data: str, detector: str, *, draws: int, steps: int
) -> TeachingResults:
    """Everything, in some minutes: a fit for each person left out, and one on all people.

    The ablations start from the latter.
    """
    taught = [(one, list(trials(one, 3, seed=1))) for one in faces]
    tempered = [(one, list(trials(one, 20, seed=1))) for one in faces]
    tried = [list(trials(one, draws, seed=2)) for one in faces]
    people = sorted(set(faces[0].subjects))
    outcomes: list[list[Outcome]] = [[] for _ in faces]
    for who in tqdm(people, desc="people left out", unit="person", disable=None):
        strengths = fit(_without(who, taught), _without(who, tempered), steps)
        for one, own, found in zip(faces, tried, outcomes, strict=True):
            found += [outcome(one, trial, strengths) for trial in own if trial.subject == who]
    in_force = fit(taught, tempered, steps)
    return TeachingResults(
        data=data,
        pictures=len(faces[0].labels),
        people=len(people),
        detector=detector,
        draws=draws,
        weights={one.checkpoint.card.name: one.checkpoint.digest for one in faces},
        strengths=asdict(in_force),
        lessons={
            one.checkpoint.card.name: summary(found)
            for one, found in zip(faces, outcomes, strict=True)
        },
        ablations=[
            ablation(faces, tried, replace(in_force, **change), name)
            for name, change in tqdm(ABLATIONS.items(), desc="ablations", disable=None)
        ],
    )


def _without(who: str, lessons: Lessons) -> Lessons:
    return [(one, [trial for trial in own if trial.subject != who]) for one, own in lessons]


def ablation(
    faces: Sequence[PosedFaces],
    tried: Sequence[Sequence[Trial]],
    strengths: Strengths,
    changed: str,
) -> AblationResult:
    """The figures of one change, over the same trials as all others."""
    shares: dict[str, dict[str, float]] = {
        name: {} for name in ("one_of_each", "ece", "least_gain", "contradicted")
    }
    for one, own in zip(faces, tried, strict=True):
        model = one.checkpoint.card.name
        by_lesson = {r.lesson: r for r in summary([outcome(one, t, strengths) for t in own])}
        gains = [min(by_lesson[name].gain_by_person.values()) for name in LESSONS]
        wrong = [by_lesson[name].taught - by_lesson[name].plain for name in CONTRADICTIONS]
        shares["one_of_each"][model] = by_lesson["one of each"].taught
        shares["ece"][model] = by_lesson["one of each"].ece
        shares["least_gain"][model] = min(gains)
        shares["contradicted"][model] = round(min(wrong), 4)
    return AblationResult(changed=changed, **shares)


def summary(outcomes: Sequence[Outcome]) -> list[LessonResult]:
    """The figures of each lesson; every person counts the same."""
    results = []
    for lesson in LESSONS | CONTRADICTIONS:
        here = [one for one in outcomes if one.trial.lesson == lesson]
        people = sorted({one.trial.subject for one in here})
        of = {who: [one for one in here if one.trial.subject == who] for who in people}
        truth = np.concatenate([one.truth for one in here])
        results.append(
            LessonResult(
                lesson=lesson,
                readings=len(truth),
                plain=_mean(of, lambda one: accuracy(one.plain, one.truth)),
                taught=_mean(of, lambda one: accuracy(one.adapted, one.truth)),
                ece_plain=calibration_error(np.concatenate([one.plain for one in here]), truth),
                ece=calibration_error(np.concatenate([one.adapted for one in here]), truth),
                ece_chance=_ece_by_chance(here),
                gain_by_person={
                    who: round(float(np.mean([one.gain for one in each])), 3)
                    for who, each in of.items()
                },
            )
        )
    return results


def _mean(of: dict[str, list[Outcome]], value: Callable[[Outcome], float]) -> float:
    each = [float(np.mean([value(one) for one in outcomes])) for outcomes in of.values()]
    return round(float(np.mean(each)), 4)


def _ece_by_chance(outcomes: Sequence[Outcome]) -> float:
    """The error of readings whose probabilities are right: each picture gets a label drawn by the
    mean of its own, the same after every draw, as its true one is."""
    random = np.random.default_rng(0)
    shares = np.concatenate([one.adapted for one in outcomes])
    rows = np.concatenate([one.trial.rows for one in outcomes])
    pictures, of = np.unique(rows, return_inverse=True)
    total = np.zeros((len(pictures), shares.shape[1]))
    np.add.at(total, of, shares)
    below = np.cumsum(total / total.sum(axis=1, keepdims=True), axis=1)
    errors = []
    for _ in range(_CHANCES):
        drawn = (random.random((len(pictures), 1)) > below[:, :-1]).sum(axis=1)
        errors.append(calibration_error(shares, drawn[of]))
    return round(float(np.mean(errors)), 4)

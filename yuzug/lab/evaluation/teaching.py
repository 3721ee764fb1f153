"""What teaching a model one's face gains: measured on people on whom nothing was fitted.

Each person in turn is left out: the strengths are fitted on the others, the model is taught with a
few pictures of that person, and read are the person's other pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from torch import Tensor
from tqdm import tqdm

from yuzug.errors import ImageError
from yuzug.models.adaptation import Strengths, adaptation
from yuzug.models.checkpoint import Checkpoint
from yuzug.models.person import NEUTRAL, Example, Person, teach_example
from yuzug.pipeline import Analyzer

Random = np.random.Generator
Rows = NDArray[np.intp]
# Picks examples from the rows of each label: pairs of a row and the label it is taught under.
Lesson = Callable[[Random, dict[str, Rows]], list[tuple[int, str]]]

BINS = 15
_CHANCES = 100
# Where the fit begins: round numbers, the same for every fold.
START = Strengths(
    shift=1.0, shift_others=0.4, ideal=0.8, shift_most=4.0, tau=30.0, tau_fall=1.5,
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
# What weighs how much in the fit; the contradictory lessons only by what they cost.
_WEIGHTS = {"one of each": 4.0, "two of each": 2.0}


@dataclass(frozen=True)
class PosedFaces:
    """Pictures of several people as one network sees them, aligned on axis 0.

    ``labels`` and ``subjects`` (N,) are names; ``logits`` (N, C) are those of the plain model,
    calibrated; ``embeddings`` (N, D).
    """

    checkpoint: Checkpoint
    head: str
    labels: NDArray[np.str_]
    subjects: NDArray[np.str_]
    logits: Tensor
    embeddings: Tensor
    examples: tuple[Example, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The labels of the head."""
        return self.checkpoint.card.heads[self.head].labels


def read_subjects(data: Path, analyzers: Sequence[Analyzer]) -> list[PosedFaces]:
    """The people of a parquet file, each face found and framed as in a photo.

    The columns are ``image``, ``label`` and ``subject``; there is one analyzer a network.

    Raises:
        ImageError: where no face is found in a picture.
    """
    table = pq.read_table(data, columns=["image", "label", "subject"]).to_pydict()
    found = []
    for number, picture in enumerate(table["image"]):
        located = analyzers[0].steps.locate(_photo(picture), thorough=True)
        if not located:
            raise ImageError(
                "image.undecodable",
                must="each picture must show a face",
                got=f"none in row {number}",
                do="take the row out",
            )
        found.append(located[0].crop)
    labels, subjects = np.array(table["label"]), np.array(table["subject"])
    return [_seen(analyzer, found, labels, subjects) for analyzer in analyzers]


def _photo(picture: bytes | dict[str, bytes]) -> NDArray[np.uint8]:
    from yuzug.images import load_image

    return load_image(picture["bytes"] if isinstance(picture, dict) else picture)


def _seen(
    analyzer: Analyzer,
    crops: list[NDArray[np.uint8]],
    labels: NDArray[np.str_],
    subjects: NDArray[np.str_],
) -> PosedFaces:
    classifier = analyzer.classifier
    network, head = classifier.checkpoint.network, classifier.head
    outputs = classifier.checkpoint.card.heads[head.served_from].labels
    _, features = classifier.see(crops)
    with torch.no_grad():
        logits = network.logits(features)[head.served_from].float()
        embeddings = network.embed(features).float()
    columns = [outputs.index(label) for label in head.labels]
    return PosedFaces(
        checkpoint=classifier.checkpoint,
        head=classifier.head_name,
        labels=labels,
        subjects=subjects,
        logits=logits[:, columns] / head.temperature,
        embeddings=embeddings,
        examples=tuple(teach_example(classifier.checkpoint, crop) for crop in crops),
    )


def _of_each(times: int, labels: int | None = None, *, relaxed: bool = True) -> Lesson:
    """So many examples of each label, or of so many labels drawn; with or without neutral."""

    def pick(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
        names = sorted(name for name in rows if relaxed or name != NEUTRAL)
        if labels is not None:
            names = [str(name) for name in random.permutation(names)[:labels]]
        return [
            (int(row), name) for name in names for row in random.permutation(rows[name])[:times]
        ]

    return pick


def _relaxed(times: int, others: int = 0) -> Lesson:
    def pick(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
        own = [(int(row), NEUTRAL) for row in random.permutation(rows[NEUTRAL])[:times]]
        return own + _of_each(1, others, relaxed=False)(random, rows)

    return pick


def _mislabelled(lesson: Lesson, share: float) -> Lesson:
    """A lesson in which this share of the pictures swap their labels at random."""

    def pick(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
        pairs = lesson(random, rows)
        wrong = random.permutation(len(pairs))[: round(share * len(pairs))]
        labels = [name for _, name in pairs]
        for place, other in zip(wrong, random.permutation(wrong), strict=True):
            labels[place] = pairs[other][1]
        return [(row, label) for (row, _), label in zip(pairs, labels, strict=True)]

    return pick


def _one_for_all(random: Random, rows: dict[str, Rows]) -> list[tuple[int, str]]:
    pairs = _of_each(1)(random, rows)
    row = pairs[int(random.integers(len(pairs)))][0]
    return [(row, label) for _, label in pairs]


LESSONS: dict[str, Lesson] = {
    "one neutral": _relaxed(1),
    "two neutral": _relaxed(2),
    "one neutral, two others": _relaxed(1, 2),
    "three of one label": _of_each(3, 1),
    "three labels without neutral": _of_each(1, 3, relaxed=False),
    "five labels": _of_each(1, 5),
    "one of each": _of_each(1),
    "two of each": _of_each(2),
}
CONTRADICTIONS: dict[str, Lesson] = {
    "one of each, labels shuffled": _mislabelled(_of_each(1), 1.0),
    "two of each, half of the labels shuffled": _mislabelled(_of_each(2), 0.5),
    "one picture under every label": _one_for_all,
}


@dataclass(frozen=True)
class Trial:
    """Somebody who was taught by one lesson, and the rows of their other pictures."""

    lesson: str
    subject: str
    person: Person
    rows: Rows


def trials(faces: PosedFaces, times: int, seed: int) -> Iterator[Trial]:
    """Every lesson for every person, drawn so many times; the same for the same seed."""
    for subject in sorted(set(faces.subjects)):
        for lesson, pick in (LESSONS | CONTRADICTIONS).items():
            random = np.random.default_rng([seed, len(lesson), *subject.encode()])
            own = {
                str(name): np.flatnonzero((faces.subjects == subject) & (faces.labels == name))
                for name in sorted(set(faces.labels[faces.subjects == subject]))
                if name in faces.names
            }
            for _ in range(times):
                pairs = pick(random, own)
                person = Person.new(faces.checkpoint)
                for row, label in pairs:
                    person = person.with_example(label, faces.examples[row])
                rest = np.setdiff1d(np.concatenate(list(own.values())), [row for row, _ in pairs])
                yield Trial(lesson, subject, person, rest)


@dataclass(frozen=True)
class Outcome:
    """One trial: probabilities (n, C) adapted and plain, and the columns of the truth (n,)."""

    trial: Trial
    adapted: NDArray[np.float32]
    plain: NDArray[np.float32]
    truth: Rows

    @property
    def gain(self) -> float:
        """Share of right answers, adapted less plain."""
        return _right(self.adapted, self.truth) - _right(self.plain, self.truth)


def outcome(faces: PosedFaces, trial: Trial, strengths: Strengths) -> Outcome:
    """What a trial gives with these strengths."""
    head = faces.checkpoint.card.heads[faces.head]
    adapted = adaptation(trial.person, faces.checkpoint, head, strengths)
    logits, embeddings = faces.logits[trial.rows], faces.embeddings[trial.rows]
    with torch.no_grad():
        both = [adapted.apply(logits, embeddings), logits]
        probabilities = [np.asarray(torch.softmax(one, 1).numpy(), np.float32) for one in both]
    return Outcome(trial, probabilities[0], probabilities[1], _truth(faces, trial))


def _truth(faces: PosedFaces, trial: Trial) -> Rows:
    """The column of the right label of each picture that is read: (n,)."""
    labels = faces.names
    return np.array([labels.index(str(name)) for name in faces.labels[trial.rows]], np.intp)


def _right(probabilities: NDArray[np.float32], truth: Rows) -> float:
    return float((probabilities.argmax(axis=1) == truth).mean())


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
        return cls(faces, trial, logits, torch.from_numpy(_truth(faces, trial)))

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
            gap = _ece(adapted, np.concatenate([one.truth for one in here]))
            total -= 6.0 * _WEIGHTS.get(lesson, 1.0) * gap
    return total


def _log_loss(one: Outcome) -> float:
    own = one.adapted[np.arange(len(one.truth)), one.truth]
    return float(-np.log(np.maximum(own, 1e-9)).mean())


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
                plain=_mean(of, lambda one: _right(one.plain, one.truth)),
                taught=_mean(of, lambda one: _right(one.adapted, one.truth)),
                ece_plain=_ece(np.concatenate([one.plain for one in here]), truth),
                ece=_ece(np.concatenate([one.adapted for one in here]), truth),
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
        errors.append(_ece(shares, drawn[of]))
    return round(float(np.mean(errors)), 4)


def _ece(probabilities: NDArray[np.float32], truth: Rows) -> float:
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(confidence[bins == one].mean()) - float(right[bins == one].mean()))
        * float((bins == one).mean())
        for one in set(bins)
    ]
    return round(float(sum(gaps)), 4)

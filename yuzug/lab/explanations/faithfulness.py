"""Faithfulness of a model's heat maps on labelled faces, beside random and centre baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor
from tqdm import tqdm

from yuzug.explain import METHODS, REGIONS, region_shares, scale
from yuzug.explain.faithfulness import Probability, centre_prior, road
from yuzug.lab import SEED
from yuzug.lab.data.faceset import FaceSet
from yuzug.lab.evaluation.intervals import Interval
from yuzug.lab.explanations.deletion import deletion_and_insertion
from yuzug.lab.explanations.sanity import similarities
from yuzug.pipeline import Analyzer

RANDOM, CENTRE = "random", "centre"
# What a card may name as its default; measured on every face, so that they can be compared.
CANDIDATES = ("gradcam", "hirescam")
_BATCH = 50
_RANDOM_GRID = 7
# What takes long is measured on this share of the sample, and on at least so many faces.
_PART, _PART_FACES = 0.1, 100


class MapScore(BaseModel):
    """How faithful one kind of map is: means over faces with their 95 % intervals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    road: Interval
    """In [-1, 1], higher is better: see :func:`yuzug.explain.faithfulness.road`."""
    deletion: Interval | None = None
    """In [0, 1], lower is better; read :mod:`yuzug.lab.explanations.deletion` before use."""
    insertion: Interval | None = None
    """In [0, 1], higher is better."""


class Explained(BaseModel):
    """What ``yuzug evaluate --explain`` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    model: str
    weights_sha256: str
    classes: int
    data: str
    split: str
    n: int
    default: str
    """The method that the card names."""
    maps: dict[str, MapScore]
    """By the name of the method, and of the baselines: "random" and "centre"."""
    beats_random: bool
    """Whether the default's interval of ROAD lies above that of random maps."""
    beats_centre: bool
    """Whether it lies above that of the centre prior."""
    regions: dict[str, dict[str, Interval]]
    """Share of the default map on each part of the face, by the expression that was read, and
    that of the centre prior as "centre"."""
    similarity: dict[str, Interval]
    """How alike maps are: see :func:`yuzug.lab.explanations.sanity.similarities`."""
    sane: bool
    """Whether maps of randomised networks are less like the real ones than noise makes them."""


@dataclass(frozen=True)
class Measured:
    """The report, and the mean map of each class: float32 (S, S) in [0, 1]."""

    report: Explained
    mean_maps: dict[str, NDArray[np.float32]]


def explain_set(
    analyzer: Analyzer, faces: FaceSet, *, data: str, split: str, sample: int, weights_sha256: str
) -> Measured:
    """Measure the maps of at most ``sample`` faces, each for the expression that is read in it."""
    rows = np.random.default_rng(SEED).permutation(len(faces))[:sample]
    images = faces.images[rows]
    part = min(len(images), max(_PART_FACES, round(_PART * len(images))))
    walk = _Walk(analyzer, part)
    for start in tqdm(range(0, len(images), _BATCH), desc="explaining", disable=None):
        walk.step(images[start : start + _BATCH])
    scores = walk.scores()
    default = analyzer.explainer.default_method
    alike = {
        name: Interval.of(values)
        for name, values in similarities(analyzer, images[:part], walk.targets[:part]).items()
    }
    report = Explained(
        model=analyzer.model,
        weights_sha256=weights_sha256,
        classes=analyzer.classes,
        data=data,
        split=split,
        n=len(images),
        default=default,
        maps=scores,
        beats_random=scores[default].road.above(scores[RANDOM].road),
        beats_centre=scores[default].road.above(scores[CENTRE].road),
        regions=walk.regions(),
        similarity=alike,
        sane=all(alike["noise"].above(alike[name]) for name in ("random_head", "random_network")),
    )
    return Measured(report, walk.mean_maps())


class _Walk:
    """Over the faces once, collecting what is measured in each."""

    def __init__(self, analyzer: Analyzer, part: int) -> None:
        self.analyzer, self.part = analyzer, part
        self.targets: list[int] = []
        self.values: list[NDArray[np.float32]] = []
        self.roads: dict[str, list[float]] = {}
        self.deletions: dict[str, list[float]] = {}
        self.insertions: dict[str, list[float]] = {}
        self.rng = np.random.default_rng(SEED)

    def step(self, images: NDArray[np.uint8]) -> None:
        """Measure a batch of grey faces (N, S, S)."""
        classifier, explainer = self.analyzer.classifier, self.analyzer.explainer
        batch = classifier.classify(list(images))
        targets = [reading.top for reading in batch.predictions]
        forward = explainer.forward_pass(batch)
        names = [explainer.default_method]
        if len(self.targets) < self.part:
            others = (one.name for one in METHODS.values() if one.speed == "fast")
            names += [name for name in others if name != explainer.default_method]
        raw = {name: METHODS[name].maps(forward, targets) for name in (*names, *CANDIDATES)}
        one, other = (raw[name] for name in CANDIDATES)
        # On a pooled head they are one map, which need not be measured twice.
        if not np.allclose(one, other, rtol=1e-3, atol=1e-6):
            names = list(dict.fromkeys((*names, *CANDIDATES)))
        side = batch.inputs.shape[-1]
        for row, (picture, target) in enumerate(zip(batch.inputs, targets, strict=True)):
            maps = {name: scale(raw[name][row], side) for name in names}
            self.values.append(maps[names[0]])
            self._face(picture, maps | self._knowing_nothing(side), self._probability(target))
            self.targets.append(target)

    def _face(
        self, picture: Tensor, maps: dict[str, NDArray[np.float32]], probability: Probability
    ) -> None:
        stack = np.stack(list(maps.values()))
        _collect(self.roads, maps, road(picture, stack, probability))
        if len(self.targets) < self.part:
            deletion, insertion = deletion_and_insertion(picture, stack, probability)
            _collect(self.deletions, maps, deletion)
            _collect(self.insertions, maps, insertion)

    def _knowing_nothing(self, side: int) -> dict[str, NDArray[np.float32]]:
        # Another random map for each face, as smooth as a real one.
        noise = self.rng.random((_RANDOM_GRID, _RANDOM_GRID), np.float32)
        smooth = cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR)
        return {RANDOM: np.asarray(smooth, np.float32), CENTRE: centre_prior(side)}

    def _probability(self, target: int) -> Probability:
        def probability(pictures: Tensor) -> NDArray[np.float32]:
            return self.analyzer.classifier.predict(pictures)[:, target]

        return probability

    def scores(self) -> dict[str, MapScore]:
        """How faithful each kind of map is."""
        return {
            name: MapScore(
                road=Interval.of(values),
                deletion=Interval.of(self.deletions[name]),
                insertion=Interval.of(self.insertions[name]),
            )
            for name, values in self.roads.items()
        }

    def regions(self) -> dict[str, dict[str, Interval]]:
        """Shares of the default map on the parts of the face, by class."""
        side = len(self.values[0])
        by_class = {label: maps for label, maps in self._by_class().items() if maps}
        return {
            label: _shares(maps)
            for label, maps in (*by_class.items(), (CENTRE, [centre_prior(side)]))
        }

    def mean_maps(self) -> dict[str, NDArray[np.float32]]:
        """The mean default map of each class that was read."""
        return {
            label: np.asarray(np.mean(maps, axis=0), np.float32)
            for label, maps in self._by_class().items()
        }

    def _by_class(self) -> dict[str, list[NDArray[np.float32]]]:
        by_class: dict[str, list[NDArray[np.float32]]] = {}
        for column, label in enumerate(self.analyzer.labels):
            rows = [row for row, target in enumerate(self.targets) if target == column]
            if rows:
                by_class[label] = [self.values[row] for row in rows]
        return by_class


def _collect(
    into: dict[str, list[float]], names: dict[str, NDArray[np.float32]], values: NDArray[np.float32]
) -> None:
    for name, value in zip(names, values, strict=True):
        into.setdefault(name, []).append(float(value))


def _shares(maps: Sequence[NDArray[np.float32]]) -> dict[str, Interval]:
    found = [shares.shares for one in maps if (shares := region_shares(one))]
    return (
        {name: Interval.of(shares[name] for shares in found) for name in REGIONS} if found else {}
    )

"""Faithfulness of a heat map: ROAD, its baselines, and whether one map can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from yuzug.emotions import Language
from yuzug.texts import percent, text

# From pictures (M, C, S, S) to the probability of what is explained (M,).
Probability = Callable[[Tensor], NDArray[np.float32]]

# Shares of the picture that are taken away.
SHARES = (0.2, 0.5, 0.8)
# How wide the bell of the centre prior is, in sides of the picture.
_CENTRE_SIGMA = 0.25
_RANDOM_GRID = 7
# Enough for a random baseline, few enough to stay well within a second on one core.
_RANDOM_MAPS = 6
_STEPS = 60
_NOISE = 0.01
_SEED = 20261120


def impute(images: Tensor, known: Tensor) -> Tensor:
    """Pictures with their unknown pixels filled in: (N, C, S, S), (N, S, S) bool → (N, C, S, S).

    Each unknown pixel becomes the weighted mean of its eight neighbours (1/6 beside, 1/12 across
    corners) plus a little noise, so that neither the cut nor its shape tells the network anything.

    Source: Rong et al. 2022, "A consistent and efficient evaluation strategy for attribution
    methods" (ROAD), section 4.2, noisy linear imputation.

    >>> known = torch.ones(1, 8, 8, dtype=torch.bool)
    >>> known[0, 3, 3] = False
    >>> filled = impute(torch.full((1, 1, 8, 8), 2.0), known)
    >>> round(float(filled[0, 0, 3, 3]), 1)
    2.0
    """
    unknown = (~known[:, None]).to(images.dtype)
    noise = torch.randn(images.shape[1:], generator=torch.Generator().manual_seed(_SEED))
    return _solve(images, unknown) + _NOISE * noise * unknown


def _solve(images: Tensor, unknown: Tensor) -> Tensor:
    """The linear system of all pictures at once, by conjugate gradients.

    Much faster than a sparse matrix for each mask. The steps reach as far as a picture is wide;
    what is left then is of the order of the noise that is added.
    """
    reach = _around(torch.ones_like(unknown[:1]))

    def residual_of(x: Tensor) -> Tensor:
        return unknown * (reach * x - _around(x))

    known = 1 - unknown
    mean = _total(images * known) / _total(known).clamp_min(1)
    filled = images * known + mean * unknown
    rest = -residual_of(filled)
    direction, size = rest, _total(rest * rest)
    for _ in range(_STEPS):
        moved = residual_of(direction)
        step = size / _total(direction * moved).clamp_min(1e-12)
        filled = filled + step * direction
        rest = rest - step * moved
        before, size = size, _total(rest * rest)
        direction = rest + (size / before.clamp_min(1e-12)) * direction
    return filled


def _total(x: Tensor) -> Tensor:
    return x.sum(dim=(2, 3), keepdim=True)


def _around(x: Tensor) -> Tensor:
    """Twelve times the weighted sum over the eight neighbours; nothing lies outside."""
    padded = functional.pad(x, (1, 1, 1, 1))
    rows = padded[..., :-2] + 2 * padded[..., 1:-1] + padded[..., 2:]
    both = rows[..., :-2, :] + 2 * rows[..., 1:-1, :] + rows[..., 2:, :]
    return both - 4 * x


def road(
    picture: Tensor, maps: NDArray[np.float32], probability: Probability
) -> NDArray[np.float32]:
    """ROAD of several maps of one picture: (C, S, S), (M, S, S) → (M,) in [-1, 1].

    Half the difference between the probability when the least relevant pixels are taken away and
    when the most relevant are, averaged over :data:`SHARES`. 0 is what a map without meaning gets
    on average; 0.3 says that keeping or losing the marked places moves the answer by 60 points.

    Source: Rong et al. 2022, "A consistent and efficient evaluation strategy for attribution
    methods"; combined as in pytorch-grad-cam's ``ROADCombined``.
    """
    orders = np.stack([rank(one) for one in maps])
    kept = [part for share in SHARES for part in (orders < 1 - share, orders >= share)]
    known = torch.from_numpy(np.concatenate(kept))
    pictures = impute(picture.expand(len(known), *picture.shape), known)
    answers = probability(pictures).reshape(len(SHARES), 2, len(maps))
    without_most, without_least = answers[:, 0], answers[:, 1]
    return np.asarray((without_least - without_most).mean(axis=0) / 2, np.float32)


def rank(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the picture that is less relevant than each pixel: (S, S) → (S, S) in [0, 1).

    Where a map is flat, places nearer to its evidence come first.
    """
    side = values.shape[0]
    blurred = cv2.GaussianBlur(values, (0, 0), side / 6)
    order = (values + 1e-3 * blurred).ravel().argsort(kind="stable")
    ranks = np.empty(values.size, np.float32)
    ranks[order] = np.arange(values.size, dtype=np.float32) / values.size
    return ranks.reshape(values.shape)


@cache
def centre_prior(size_px: int) -> NDArray[np.float32]:
    """The centre baseline, a Gaussian in the middle of the crop: float32 (S, S) in [0, 1]."""
    line = (np.arange(size_px) + 0.5) / size_px - 0.5
    bell = np.exp(-(line**2) / (2 * _CENTRE_SIGMA**2))
    return np.asarray(np.outer(bell, bell), np.float32)


@cache
def random_maps(count: int, size_px: int) -> NDArray[np.float32]:
    """The random baseline, as smooth as real maps: float32 (count, S, S) in [0, 1]."""
    noise = np.random.default_rng(_SEED).random((count, _RANDOM_GRID, _RANDOM_GRID), np.float32)
    grown = [cv2.resize(one, (size_px, size_px), interpolation=cv2.INTER_LINEAR) for one in noise]
    return np.asarray(np.stack(grown), np.float32)


@dataclass(frozen=True)
class Trust:
    """Faithfulness of one heat map by ROAD, beside random and centre baselines.

    ``score``, ``centre`` and each of ``randoms`` are ROAD, in [-1, 1] (see
    :func:`yuzug.explain.faithfulness.road`).
    """

    score: float
    centre: float
    randoms: tuple[float, ...]

    @property
    def random(self) -> float:
        """What chance gets on this face, on average."""
        return float(np.mean(self.randoms))

    @property
    def holds(self) -> bool:
        """Whether the map beats every random one, and is evidence for its class at all."""
        return self.score > max(0.0, *self.randoms)

    @property
    def level(self) -> Literal["strong", "fair", "none"]:
        """ "strong" where the map beats the centre prior too, "none" where it does not hold."""
        if not self.holds:
            return "none"
        return "strong" if self.score > self.centre else "fair"

    def sentence(self, lang: Language) -> str:
        """The words, with the number behind them."""
        return text(f"explain.trust_{self.level}", lang, score=percent(self.score, lang))


def trust_of(picture: Tensor, values: NDArray[np.float32], probability: Probability) -> Trust:
    """The trust in a map (S, S) of one picture (C, S, S), both as the network reads it."""
    side = picture.shape[-1]
    others = np.concatenate([centre_prior(side)[None], random_maps(_RANDOM_MAPS, side)])
    scores = road(picture, np.concatenate([values[None], others]), probability).tolist()
    return Trust(score=scores[0], centre=scores[1], randoms=tuple(scores[2:]))

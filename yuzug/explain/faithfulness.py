"""How far a map can be trusted: what the answer loses without the places that the map marks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from yuzug.explain.imputing import impute

# From pictures (M, C, S, S) to the probability of what is explained (M,).
Probability = Callable[[Tensor], NDArray[np.float32]]

# Shares of the picture that are taken away.
SHARES = (0.2, 0.5, 0.8)
# How wide the bell of the centre prior is, in sides of the picture.
_CENTRE_SIGMA = 0.25
_RANDOM_GRID = 7
_SEED = 20261120


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
    """A map that knows nothing but that faces stand in the middle: float32 (S, S) in [0, 1]."""
    line = (np.arange(size_px) + 0.5) / size_px - 0.5
    bell = np.exp(-(line**2) / (2 * _CENTRE_SIGMA**2))
    return np.asarray(np.outer(bell, bell), np.float32)


@cache
def random_maps(count: int, size_px: int) -> NDArray[np.float32]:
    """Maps without meaning, as smooth as real ones: float32 (count, S, S) in [0, 1]."""
    noise = np.random.default_rng(_SEED).random((count, _RANDOM_GRID, _RANDOM_GRID), np.float32)
    grown = [cv2.resize(one, (size_px, size_px), interpolation=cv2.INTER_LINEAR) for one in noise]
    return np.asarray(np.stack(grown), np.float32)

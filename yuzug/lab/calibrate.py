"""What is fitted after training, on the held-out part: temperature and the edge of "sure"."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

# "Sure" is to hold for at least 70 % of faces; the rest of the margin is for other data.
_SURE_SHARE = 0.76


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Shares from logits: (N, C) → (N, C) float32, rows sum to 1."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def fit_temperature(logits: NDArray[np.float32], truth: NDArray[np.intp]) -> float:
    """The temperature with the least negative log-likelihood: (N, C) logits, (N,) indices.

    Source: Guo et al. 2017, "On calibration of modern neural networks", section 4.2. The
    likelihood has one minimum in log T, so a golden-section search finds it.

    >>> sharp = np.array([[9.0, 0.0], [9.0, 0.0], [9.0, 0.0], [0.0, 9.0]], np.float32)
    >>> fit_temperature(sharp, np.array([0, 0, 1, 1])) > 2
    True
    """

    def loss(log_t: float) -> float:
        shares = softmax(logits, math.exp(log_t))
        return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-12).mean())

    low, high = math.log(0.1), math.log(10.0)
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def sure_at(shares: NDArray[np.float32]) -> float:
    """The confidence that 76 % of the held-out faces reach: (N, C) shares.

    >>> 0.0 < sure_at(np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]], np.float32)) < 0.9
    True
    """
    return float(np.quantile(shares.max(axis=1), 1 - _SURE_SHARE))

"""Calibration on the held-out split: class biases, temperature, confidence threshold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from scipy.special import softmax as shares_of

Floats = NDArray[np.float32]

# "Sure" is to hold for at least 70 % of faces; the rest of the margin is for other data.
_SURE_SHARE = 0.76
# A rare class is lifted to this recall on the held-out part, as far as the rest can bear it.
_RECALL_FLOOR = 0.45
# Accuracy that may be paid: for leaning towards rare classes at all, and for lifting one class.
_LEAN_COST = 0.003
_LIFT_COST = 0.004


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Shares from logits: (N, C) → (N, C) float32, rows sum to 1."""
    return np.asarray(shares_of(logits / temperature, axis=1), np.float32)


def fit_temperature(logits: Floats, truth: NDArray[np.intp]) -> float:
    """The temperature with the least negative log-likelihood: (N, C) logits, (N,) indices.

    Source: Guo et al. 2017, "On calibration of modern neural networks", section 4.2. The
    likelihood has one minimum in log T.

    >>> sharp = np.array([[9.0, 0.0], [9.0, 0.0], [9.0, 0.0], [0.0, 9.0]], np.float32)
    >>> fit_temperature(sharp, np.array([0, 0, 1, 1])) > 2
    True
    """

    def loss(log_t: float) -> float:
        logs = log_softmax(logits / math.exp(log_t), axis=1)
        return -float(logs[np.arange(len(truth)), truth].mean())

    span = (math.log(0.1), math.log(10.0))
    return math.exp(float(minimize_scalar(loss, bounds=span, method="bounded").x))


def rare_class_bias(logits: Floats, truth: NDArray[np.intp]) -> Floats:
    """Class biases, added to the logits, that raise the recall of rare classes: → (C,) float32.

    First τ · −log(prior), with the largest τ that costs nearly no accuracy; then each class that
    is still found less often than the floor is lifted alone, the rarest last.

    Source: Menon et al. 2021, "Long-tail learning via logit adjustment", equation 9.

    >>> rng = np.random.default_rng(0)
    >>> truth = (rng.random(400) < 0.1).astype(np.intp)
    >>> logits = rng.normal(size=(400, 2)).astype(np.float32)
    >>> logits[:, 0] += 3
    >>> logits[truth == 1, 1] += 3
    >>> bias = rare_class_bias(logits, truth)
    >>> bool(bias[1] > bias[0])
    True
    """
    counts = np.bincount(truth, minlength=logits.shape[1])
    lean = -np.log((counts + 1) / (counts + 1).sum())
    lean = np.asarray(lean - lean.min(), np.float32)
    taus = np.linspace(0, 1, 21, dtype=np.float32)
    right = np.array([_accuracy(logits + tau * lean, truth) for tau in taus])
    tau = taus[np.flatnonzero(right >= right.max() - _LEAN_COST).max()]
    bias = np.asarray(tau * lean, np.float32)
    for index in np.argsort(-counts):
        bias = _lifted(logits, truth, bias, int(index))
    return bias


def _lifted(logits: Floats, truth: NDArray[np.intp], bias: Floats, index: int) -> Floats:
    """The bias with one class raised in small steps, until it reaches the floor or costs much."""
    least = _accuracy(logits + bias, truth) - _LIFT_COST
    step = np.zeros_like(bias)
    step[index] = 0.05
    for _ in range(80):
        if _recall(logits + bias, truth, index) >= _RECALL_FLOOR:
            break
        if _accuracy(logits + bias + step, truth) < least:
            break
        bias = bias + step
    return bias


def _accuracy(logits: Floats, truth: NDArray[np.intp]) -> float:
    return float((logits.argmax(axis=1) == truth).mean())


def _recall(logits: Floats, truth: NDArray[np.intp], index: int) -> float:
    own = truth == index
    return float((logits[own].argmax(axis=1) == index).mean()) if own.any() else 1.0


def sure_at(shares: Floats) -> float:
    """The confidence that 76 % of the held-out faces reach: (N, C) shares.

    >>> 0.0 < sure_at(np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2]], np.float32)) < 0.9
    True
    """
    return float(np.quantile(shares.max(axis=1), 1 - _SURE_SHARE))

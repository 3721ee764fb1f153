"""Sanity checks of heat maps: dependence on the weights, and stability under small changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from yuzug.lab import SEED
from yuzug.models import Checkpoint
from yuzug.models.networks import Network
from yuzug.pipeline import Analyzer

_SHIFT = 1 / 24  # of the crop's side: two of FER2013's pixels
_NOISE_LEVELS = 8.0
_DRAWS = 3

Images = NDArray[np.uint8]


def similarities(
    analyzer: Analyzer, images: Images, targets: Sequence[int]
) -> dict[str, list[float]]:
    """How alike (Pearson, in [-1, 1]) the map of each grey face (N, S, S) is to other maps.

    To that of the same face after a small ``shift`` (which is undone) and after ``noise``; to that
    of an ``other_face`` with the same class; and to those of the same face by the network with its
    ``random_head`` and as a ``random_network``, which must be unlike.

    Source: Adebayo et al. 2018, "Sanity checks for saliency maps", model parameter randomisation.
    """
    own = _maps(analyzer, images, targets)
    rng = np.random.default_rng(SEED)
    noisy = images + rng.normal(0, _NOISE_LEVELS, images.shape)
    noise = _maps(analyzer, np.clip(noisy + 0.5, 0, 255).astype(np.uint8), targets)
    moved = _maps(analyzer, np.stack([_shifted(one, _SHIFT) for one in images]), targets)
    back = [_shifted(one, -_SHIFT) for one in moved]
    return {
        "shift": _alike(own, back),
        "noise": _alike(own, noise),
        "other_face": _alike(own, _of_other_faces(own, targets)),
        "random_head": _alike_randomised(own, analyzer, _random_head, images, targets),
        "random_network": _alike_randomised(own, analyzer, _fresh, images, targets),
    }


def _alike_randomised(
    own: list[NDArray[np.float32]],
    analyzer: Analyzer,
    make: Callable[[Checkpoint, int], Network],
    images: Images,
    targets: Sequence[int],
) -> list[float]:
    alike: list[float] = []
    for seed in range(_DRAWS):
        network = make(analyzer.classifier.checkpoint, seed)
        alike += _alike(own, _maps(_with(analyzer, network), images, targets))
    return alike


def _maps(analyzer: Analyzer, images: Images, targets: Sequence[int]) -> list[NDArray[np.float32]]:
    batch = analyzer.classifier.classify(list(images))
    return [heatmap.values for heatmap in analyzer.explainer.maps(batch, targets)]


def _with(analyzer: Analyzer, network: Network) -> Analyzer:
    card = analyzer.classifier.checkpoint.card
    return Analyzer(Checkpoint(network, card), analyzer.classifier.head_name, analyzer.detector)


def _fresh(checkpoint: Checkpoint, seed: int) -> Network:
    with torch.random.fork_rng():
        torch.manual_seed(SEED + seed)
        network = checkpoint.card.build()
    return network.eval()


def _random_head(checkpoint: Checkpoint, seed: int) -> Network:
    network = copy.deepcopy(checkpoint.network)
    fresh = _fresh(checkpoint, seed)
    network.neck, network.heads = fresh.neck, fresh.heads
    return network


def _shifted(image: NDArray[Any], share: float) -> NDArray[Any]:
    """Moved right and down by this share of the side; the border repeats."""
    side = image.shape[0]
    move = np.array([(1, 0, share * side), (0, 1, share * side)], np.float64)
    return np.asarray(
        cv2.warpAffine(image, move, (side, side), borderMode=cv2.BORDER_REPLICATE), image.dtype
    )


def _of_other_faces(
    maps: list[NDArray[np.float32]], targets: Sequence[int]
) -> list[NDArray[np.float32] | None]:
    """For each face the map of the next one that is explained for the same class."""
    rows = np.asarray(targets)
    others: list[NDArray[np.float32] | None] = []
    for row, target in enumerate(targets):
        same = np.flatnonzero(rows == target)
        after = same[(np.searchsorted(same, row) + 1) % len(same)]
        others.append(maps[after] if after != row else None)
    return others


def _alike(
    maps: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32] | None]
) -> list[float]:
    pairs = zip(maps, others, strict=True)
    return [_correlation(one, other) for one, other in pairs if other is not None]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Pearson's; 0 where one of the maps is empty."""
    a, b = one.ravel() - one.mean(), other.ravel() - other.mean()
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length > 1e-9 else 0.0

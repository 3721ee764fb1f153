"""Identical and nearly identical faces, and a held-out part that has none in the rest."""

from __future__ import annotations

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

# 256 bits; two different FER2013 faces differ in about 128 of them, a re-encoded or slightly
# shifted copy in under 30.
_HASH_SIDE = 16
_NEAR_BITS = 40
_ROWS_AT_ONCE = 2048


def fingerprints(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Perceptual hash of each face: (N, S, S) uint8 → (N, 256) bool.

    Source: the DCT hash of the ``imagehash`` library (Zauner 2010).
    """
    rows = [
        imagehash.phash(Image.fromarray(image), hash_size=_HASH_SIDE).hash.ravel()
        for image in tqdm(images, desc="fingerprints", unit="face", disable=None)
    ]
    return np.stack(rows)


def has_near(prints: NDArray[np.bool_], others: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows of ``prints`` have an identical or near row among ``others``."""
    right = np.where(others, 1, -1).astype(np.float32)
    found = np.zeros(len(prints), bool)
    for start in range(0, len(prints), _ROWS_AT_ONCE):
        left = np.where(prints[start : start + _ROWS_AT_ONCE], 1, -1).astype(np.float32)
        # With bits as ±1, the dot product is 256 − 2 · (number of differing bits).
        differing = (prints.shape[1] - left @ right.T) / 2
        found[start : start + _ROWS_AT_ONCE] = (differing <= _NEAR_BITS).any(axis=1)
    return found


def near_before(prints: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each row the first row before it that is identical or near; -1 where there is none."""
    before = np.full(len(prints), -1, np.intp)
    signed = np.where(prints, 1, -1).astype(np.float32)
    for start in range(0, len(prints), _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, len(prints))
        differing = (prints.shape[1] - signed[start:stop] @ signed[:stop].T) / 2
        near = differing <= _NEAR_BITS
        near &= np.arange(stop)[None, :] < np.arange(start, stop)[:, None]
        before[start:stop] = np.where(near.any(axis=1), near.argmax(axis=1), -1)
    return before


def first_of_each(prints: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows have no identical or near row before them."""
    return near_before(prints) < 0


def hold_out(
    train: NDArray[np.bool_], measured: NDArray[np.bool_], share: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to train on and rows held out, from the fingerprints of both splits.

    The held-out rows have no near copy anywhere in ``train``; nothing near to a row of
    ``measured`` is used at all, and of near copies within the rest one is kept.
    """
    usable = first_of_each(train) & ~has_near(train, measured)
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(usable))
    count = round(share * len(rows))
    held = np.sort(rows[:count])
    rest = np.sort(rows[count:])
    return rest, held

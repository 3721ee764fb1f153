"""Identical and nearly identical faces, and a held-out part that has none in the rest."""

from __future__ import annotations

from hashlib import blake2b

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

# 256 bits; two different FER2013 faces differ in about 128 of them, a re-encoded or slightly
# shifted copy in under 30.
_HASH_SIDE = 16
_NEAR_BITS = 40
_ROWS_AT_ONCE = 2048
# A class of so many faces gives one to the part that is held out, whatever the share.
_MIN_OF_CLASS = 5


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


def groups(prints: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The number of each row's group, shape (N,): near rows, and what is near to those."""
    signed = np.where(prints, 1, -1).astype(np.float32)
    left: list[NDArray[np.intp]] = [np.zeros(0, np.intp)]
    right: list[NDArray[np.intp]] = [np.zeros(0, np.intp)]
    for start in range(0, len(prints), _ROWS_AT_ONCE):
        differing = (prints.shape[1] - signed[start : start + _ROWS_AT_ONCE] @ signed.T) / 2
        near = np.nonzero(differing <= _NEAR_BITS)
        left.append(near[0] + start)
        right.append(near[1])
    ends = np.concatenate(left), np.concatenate(right)
    links = coo_matrix((np.ones(len(ends[0]), bool), ends), shape=(len(prints), len(prints)))
    return np.asarray(connected_components(links, directed=False)[1], np.intp)


def hold_out(
    train: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    share: float,
    key: str,
    labels: NDArray[np.str_],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to train on and rows held out, from the fingerprints of both splits.

    Chance is a hash of the key and of the face: what is held out with some data beside it is held
    out without that data too, so weights that were trained with a key saw nothing that a later
    recipe of the same key judges them by. The held-out rows have no near copy anywhere in
    ``train``; nothing near to a row of ``measured`` is used at all, and of near copies one is
    kept. A label of at least five faces, as all of them together, holds out one at least.
    """
    if not len(train):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    group, chance = groups(train), _chances(train, key)
    # A group goes to one side: that of its member that is least of all held out.
    of_group = np.zeros(len(train))
    np.maximum.at(of_group, group, chance)
    usable = np.flatnonzero(~has_near(train, measured))
    in_order = usable[np.lexsort((chance[usable], group[usable]))]
    kept = np.sort(in_order[np.unique(group[in_order], return_index=True)[1]])
    drawn = of_group[group[kept]]
    is_held = drawn < share
    for members in (*(labels[kept] == one for one in np.unique(labels)), drawn >= 0):
        if members.sum() >= _MIN_OF_CLASS and not is_held[members].any():
            is_held[members & (drawn == drawn[members].min())] = True
    return kept[~is_held], kept[is_held]


def _chances(prints: NDArray[np.bool_], key: str) -> NDArray[np.float64]:
    """A number in [0, 1) for each row, the same for the same key and bits wherever it stands."""
    bits = np.packbits(prints, axis=1)
    hashes = [blake2b(row.tobytes(), digest_size=6, key=key.encode()).digest() for row in bits]
    return np.array([int.from_bytes(one, "big") for one in hashes]) / 2.0**48

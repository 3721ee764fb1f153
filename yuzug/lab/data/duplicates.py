"""Near-duplicate faces by perceptual hash, and a held-out split without any across it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

# Of 256 bits, two different faces of FER2013 differ in at least 82. One shifted by a pixel differs
# in up to 58 of 48 pixels, and pictures of one person with one expression in 12 to 60.
_HASH_SIDE = 16
# Near: never on two sides of a split. Aligned pictures of one person may be that near too, so
# where near faces make one large group, copies take their place.
_NEAR_BITS = 40
_LARGE_GROUP = 0.2
# Copies: one picture, saved again as JPEG (6 to 12 bits), brighter (2 to 10), noisier or smaller.
# Of JAFFE's 108 aligned pictures one pair is so near, with the same label.
_COPY_BITS = 14
_ROWS_AT_ONCE = 2048
# What is done with near copies of one label: one is kept, or all are.
NearCopies = Literal["drop", "keep", "report"]
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


def has_near(
    prints: NDArray[np.bool_], others: NDArray[np.bool_], bits: int = _NEAR_BITS
) -> NDArray[np.bool_]:
    """Which rows of ``prints`` have an identical or near row among ``others``."""
    right = np.where(others, 1, -1).astype(np.float32)
    found = np.zeros(len(prints), bool)
    for start in range(0, len(prints), _ROWS_AT_ONCE):
        left = np.where(prints[start : start + _ROWS_AT_ONCE], 1, -1).astype(np.float32)
        # With bits as ±1, the dot product is 256 − 2 · (number of differing bits).
        differing = (prints.shape[1] - left @ right.T) / 2
        found[start : start + _ROWS_AT_ONCE] = (differing <= bits).any(axis=1)
    return found


@dataclass(frozen=True)
class Pairs:
    """All pairs of near rows, (M,) each: their rows, and in how many bits they differ."""

    count: int
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    bits: NDArray[np.float32]

    @classmethod
    def of(cls, prints: NDArray[np.bool_]) -> Pairs:
        """The near pairs of fingerprints (N, 256)."""
        signed = np.where(prints, 1, -1).astype(np.float32)
        parts: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]] = []
        for start in range(0, len(prints), _ROWS_AT_ONCE):
            differing = (prints.shape[1] - signed[start : start + _ROWS_AT_ONCE] @ signed.T) / 2
            left, right = np.nonzero(differing <= _NEAR_BITS)
            parts.append((left + start, right, differing[left, right]))
        nothing = np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32)
        left, right, bits = (np.concatenate(one) for one in zip(*(parts or [nothing]), strict=True))
        return cls(len(prints), left.astype(np.intp), right.astype(np.intp), bits)

    def where(self, mask: NDArray[np.bool_]) -> Pairs:
        """Some of the pairs, of the same rows."""
        return Pairs(self.count, self.left[mask], self.right[mask], self.bits[mask])

    def copies(self, labels: NDArray[np.str_]) -> Pairs:
        """The pairs that are copies: nearer still, and with one label."""
        is_copy = (self.bits <= _COPY_BITS) & (labels[self.left] == labels[self.right])
        return self.where(is_copy)

    def groups(self) -> NDArray[np.intp]:
        """The number of each row's group, shape (N,): rows of a pair, and what pairs join."""
        ends = self.left, self.right
        links = coo_matrix((np.ones(len(self.left), bool), ends), shape=(self.count, self.count))
        return np.asarray(connected_components(links, directed=False)[1], np.intp)


def first_copies(prints: NDArray[np.bool_], labels: NDArray[np.str_]) -> NDArray[np.intp]:
    """For each row the first row before it of which it is a copy; -1 for none, shape (N,).

    Pictures with different labels are no copies of one another.
    """
    pairs = Pairs.of(prints).copies(labels)
    before = np.full(len(prints), len(prints), np.intp)
    earlier = pairs.right < pairs.left
    np.minimum.at(before, pairs.left[earlier], pairs.right[earlier])
    return np.where(before == len(prints), -1, before)


def groups(prints: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The number of each row's group of near faces, which belong on one side of a split, (N,)."""
    return _sides(Pairs.of(prints))[0]


def _sides(pairs: Pairs) -> tuple[NDArray[np.intp], int]:
    """Groups that belong on one side of a split, and the bits within which they are near."""
    found = pairs.groups()
    if len(found) and np.bincount(found).max() > max(1, _LARGE_GROUP * len(found)):
        # As with many pictures of few people: no split could keep them together.
        return pairs.where(pairs.bits <= _COPY_BITS).groups(), _COPY_BITS
    return found, _NEAR_BITS


def hold_out(
    train: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    share: float,
    key: str,
    labels: NDArray[np.str_],
    *,
    near_copies: NearCopies = "drop",
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to train on and rows held out, from the fingerprints of both splits.

    The split is a hash of key and face, whatever other data is loaded, so models that were
    trained with the same key can be compared or fine-tuned without leakage. The held-out rows
    have no near copy anywhere in ``train``, and nothing near to a row of ``measured`` is used.
    Of near copies with one label one is kept, unless ``near_copies`` is "keep" or "report". A
    label of at least five faces, and all labels together, holds out one at least.
    """
    if not len(train):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    pairs = Pairs.of(train)
    (group, bits), chance = _sides(pairs), _chances(train, key)
    # Near copies stay on one side of the split: a group takes the largest hash of its members.
    of_group = np.zeros(len(train))
    np.maximum.at(of_group, group, chance)
    usable = np.flatnonzero(~has_near(train, measured, bits))
    kept = usable
    if near_copies == "drop":
        # Of copies the one with the smallest hash.
        copies = pairs.copies(labels).groups()
        in_order = usable[np.lexsort((chance[usable], copies[usable]))]
        kept = np.sort(in_order[np.unique(copies[in_order], return_index=True)[1]])
    drawn = of_group[group[kept]]
    is_held = drawn < share
    for members in (*(labels[kept] == one for one in np.unique(labels)), drawn >= 0):
        if members.sum() >= _MIN_OF_CLASS and not is_held[members].any():
            is_held |= np.isin(group[kept], group[kept][members & (drawn == drawn[members].min())])
    return kept[~is_held], kept[is_held]


def _chances(prints: NDArray[np.bool_], key: str) -> NDArray[np.float64]:
    """A number in [0, 1) for each row, the same for the same key and bits wherever it stands."""
    bits = np.packbits(prints, axis=1)
    hashes = [blake2b(row.tobytes(), digest_size=6, key=key.encode()).digest() for row in bits]
    return np.array([int.from_bytes(one, "big") for one in hashes]) / 2.0**48

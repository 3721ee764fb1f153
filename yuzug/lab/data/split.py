"""Which face stands in which split: a person's faces together, classes in proportion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

SHARES: Mapping[str, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}


def assign(
    labels: Sequence[str],
    groups: Sequence[str],
    seed: int,
    shares: Mapping[str, float] = SHARES,
) -> list[str]:
    """A split for each face; faces of one group (a subject) are never parted.

    Groups go one by one, the largest first and otherwise in an order drawn by the seed, to the
    split that lacks most of their classes.

    >>> assign(["a"] * 10, [str(n) for n in range(10)], seed=0).count("train")
    8
    """
    members: dict[str, Counter[str]] = {}
    for label, group in zip(labels, groups, strict=True):
        members.setdefault(group, Counter())[label] += 1
    totals = Counter(labels)
    missing = {
        split: {label: share * count for label, count in totals.items()}
        for split, share in shares.items()
    }
    names = sorted(members)
    order = [names[index] for index in np.random.default_rng(seed).permutation(len(names))]
    order.sort(key=lambda name: -members[name].total())
    place: dict[str, str] = {}
    for name in order:
        needs = {
            split: sum(lack[label] / totals[label] * n for label, n in members[name].items())
            for split, lack in missing.items()
        }
        place[name] = max(needs, key=lambda split: needs[split])
        for label, n in members[name].items():
            missing[place[name]][label] -= n
    return [place[group] for group in groups]

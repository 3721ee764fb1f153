"""Damaged pictures of every format are read, or end in one of our errors; nothing else, ever."""

from __future__ import annotations

from collections import Counter

import pytest
from mutations import damaged, originals, outcome


def test_the_whole_files_are_read() -> None:
    assert {outcome(data) for _, data in originals()} == {"read"}


@pytest.mark.parametrize("count", [600, pytest.param(10_000, marks=pytest.mark.slow)])
def test_damage_ends_in_a_picture_or_in_our_own_error(count: int) -> None:
    met: Counter[str] = Counter()
    for number in range(count):
        name, data = damaged(number)
        try:
            met[outcome(data)] += 1
        except Exception as error:
            raise AssertionError(f"number {number}, a {name}: {error!r}") from error
    assert met["read"] > count / 10, met
    assert met["image.undecodable"] > count / 10, met

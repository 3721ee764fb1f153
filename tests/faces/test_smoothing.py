"""Smoothing and hysteresis mean the same at every frame rate, calm and yet quick."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuzug.faces import Average, Hysteresis, Smoother
from yuzug.faces.smoothing import TAU_S

LABELS = ("happy", "sad", "neutral")
RATES = st.sampled_from([8.0, 10.0, 15.0, 25.0])


@given(st.lists(st.floats(0.01, 0.5), min_size=1, max_size=30), st.floats(0.05, 2))
def test_average_after_a_step_depends_on_time_alone(gaps_s: list[float], tau_s: float) -> None:
    average = Average(tau_s)
    average.update([1.0, 0.0], 0.0)
    at_s = 0.0
    for gap_s in gaps_s:
        at_s += gap_s
        values = average.update([0.0, 1.0], at_s)
    assert values[0] == pytest.approx(math.exp(-at_s / tau_s), abs=1e-9)


@given(
    st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=1, max_size=20), RATES
)
def test_smoothed_probabilities_are_probabilities(rows: list[list[float]], fps: float) -> None:
    smoother = Smoother()
    for n, row in enumerate(rows):
        values = smoother.update(0, LABELS, np.array(row) / sum(row), n / fps).values
        assert values.sum() == pytest.approx(1)
        assert values.min() >= 0


def test_first_reading_is_shown_as_it_is() -> None:
    smoothed = Smoother().update(3, LABELS, [0.2, 0.5, 0.3], 7.0)
    np.testing.assert_allclose(smoothed.values, [0.2, 0.5, 0.3])
    assert smoothed.dominant == 1


def test_given_values_are_not_changed() -> None:
    given_values = np.array([1.0, 0.0])
    average = Average()
    average.update(given_values, 0.0)
    average.update([0.0, 1.0], 0.1)
    assert given_values.tolist() == [1.0, 0.0]


def shown(rows: np.ndarray, fps: float) -> list[int]:
    smoother = Smoother()
    return [smoother.update(0, LABELS, row, n / fps).dominant for n, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("before", "limit_s"), [((0.8, 0.1, 0.1), 0.45), ((0.6, 0.25, 0.15), 0.61)]
)
@given(fps=RATES, phase=st.floats(0, 1))
def test_a_real_change_is_soon_shown(
    before: tuple[float, float, float], limit_s: float, fps: float, phase: float
) -> None:
    """Of the 0.7 s that a change may take, the rest is for the frame on its way."""
    changed_s = 2.0 + phase / fps
    times = np.arange(0, 4, 1 / fps)
    after = (before[1], before[0], before[2])
    rows = np.array([before if at_s < changed_s else after for at_s in times])
    readings = shown(rows, fps)
    late = [at_s for at_s, index in zip(times, readings, strict=True) if index == 1]
    assert readings[0] == 0
    assert late
    assert late[0] - changed_s <= limit_s
    assert sum(a != b for a, b in pairwise(readings)) == 1


@pytest.mark.parametrize("fps", [8.0, 15.0, 25.0])
def test_a_calm_face_between_two_expressions_does_not_flicker(fps: float) -> None:
    """Noise of 0.25 in each logit about a tie, the hardest case, as crops that jitter give it."""
    worst = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        logits = np.array([1.0, 1.0, 0.0]) + random.normal(0, 0.25, (int(10 * fps), 3))
        rows = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        assert sum(a != b for a, b in pairwise(rows.argmax(axis=1))) > 10  # raw, it flickers
        readings = shown(rows, fps)
        worst = max(worst, sum(a != b for a, b in pairwise(readings)))
    assert worst <= 1


@pytest.mark.parametrize("fps", [8.0, 25.0])
def test_one_odd_frame_changes_nothing(fps: float) -> None:
    rows = np.tile([0.7, 0.2, 0.1], (50, 1))
    rows[25] = (0.05, 0.9, 0.05)
    assert set(shown(rows, fps)) == {0}


def test_hysteresis_wants_margin_and_evidence() -> None:
    hold = Hysteresis(margin=0.2, evidence_s=0.1)
    assert hold.update([0.6, 0.4], 0.0) == 0
    assert [hold.update([0.45, 0.55], t / 10) for t in range(1, 20)] == [0] * 19  # too little
    assert hold.update([0.3, 0.7], 2.0) == 0  # too short
    assert hold.update([0.5, 0.5], 2.2) == 0  # the lead is lost and begins anew
    assert hold.update([0.3, 0.7], 2.4) == 0
    assert hold.update([0.3, 0.7], 2.6) == 0
    assert hold.update([0.3, 0.7], 2.75) == 1


def test_a_clear_lead_is_believed_sooner_than_a_faint_one() -> None:
    def delay_s(lead: float) -> float:
        hold = Hysteresis(margin=0.1, evidence_s=0.02)
        hold.update([1.0, 0.0], 0.0)
        values = [0.5 - lead / 2, 0.5 + lead / 2]
        return next(t / 100 for t in range(1, 500) if hold.update(values, t / 100))

    assert delay_s(0.6) == pytest.approx(0.04, abs=0.011)
    assert delay_s(0.15) == pytest.approx(0.4, abs=0.011)


def test_time_constant_holds_by_default() -> None:
    smoother = Smoother()
    smoother.update(0, LABELS, [1, 0, 0], 0.0)
    values = smoother.update(0, LABELS, [0, 1, 0], TAU_S).values
    assert values[1] == pytest.approx(1 - 1 / math.e)


def test_tracks_do_not_mix() -> None:
    smoother = Smoother()
    smoother.update(0, LABELS, [1, 0, 0], 0.0)
    assert smoother.update(1, LABELS, [0, 1, 0], 0.0).values.tolist() == [0, 1, 0]


@pytest.mark.parametrize("labels", [("happy", "sad", "angry"), ("sad", "happy", "neutral")])
def test_other_labels_begin_anew(labels: tuple[str, ...]) -> None:
    smoother = Smoother()
    smoother.update(0, LABELS, [1, 0, 0], 0.0)
    smoothed = smoother.update(0, labels, [0, 1, 0], 0.1)
    assert smoothed.values.tolist() == [0, 1, 0]
    assert smoothed.dominant == 1


def test_fewer_classes_begin_anew() -> None:
    smoother = Smoother()
    smoother.update(0, LABELS, [0, 0, 1], 0.0)
    assert smoother.update(0, LABELS[:2], [0.4, 0.6], 0.1).dominant == 1


def test_who_left_is_forgotten() -> None:
    smoother = Smoother()
    for track in range(100):
        smoother.update(track, LABELS, [1, 0, 0], track * 0.5)
    assert len(smoother._states) <= 3
    assert smoother.update(99, LABELS, [0, 1, 0], 60.0).dominant == 1


def test_a_clock_that_goes_back_does_no_harm() -> None:
    smoother = Smoother()
    smoother.update(0, LABELS, [1, 0, 0], 10.0)
    values = smoother.update(0, LABELS, [0, 1, 0], 9.0).values
    np.testing.assert_allclose(values, [1, 0, 0])

"""The probability of a long gap under a constant rate: known answers, and every case counted out."""

from itertools import product
from math import exp

import numpy as np
import pytest

from analysis.evidence.errors import InputError
from analysis.measures.gap_probability import longest_gap_probability, longest_gap_probability_continuous


def longest_run(days_hit: set[int], days: int, edges: bool) -> int:
    """Longest run of empty days, by looking at each day."""
    marks = sorted(days_hit)
    if not marks:
        return days if edges else 0
    runs = [b - a - 1 for a, b in zip(marks, marks[1:], strict=False)]
    if edges:
        runs += [marks[0], days - 1 - marks[-1]]
    return max(runs, default=0)


@pytest.mark.parametrize(("gap_days", "probability"), [(7, 8.98e-4), (8, 1.64e-4)])
def test_165_events_on_105_days_have_the_known_probabilities_of_a_gap(gap_days, probability):
    assert longest_gap_probability(165, 105, gap_days) == pytest.approx(probability, rel=2e-3)


def test_165_events_in_105_days_of_continuous_time_have_the_known_chance():
    assert longest_gap_probability_continuous(165, 105, 8) == pytest.approx(3.48e-4, rel=2e-3)


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize(("events", "days"), [(0, 4), (1, 5), (2, 6), (3, 5), (4, 6), (5, 4)])
def test_the_probability_on_days_is_that_of_all_placements_counted_out(events, days, edges):
    runs = [longest_run(set(places), days, edges) for places in product(range(days), repeat=events)]
    for empty in range(1, days + 1):
        share = np.mean([run >= empty for run in runs])
        assert longest_gap_probability(events, days, empty, edges) == pytest.approx(share, abs=1e-12)


def test_the_chance_in_time_agrees_with_a_simulation():
    rng = np.random.default_rng(5)
    points = np.sort(rng.random((40_000, 20)), axis=1)
    spacings = np.diff(points, axis=1, prepend=0, append=1).max(axis=1)
    for gap in (0.15, 0.2, 0.3):
        assert longest_gap_probability_continuous(20, 1, gap) == pytest.approx((spacings >= gap).mean(), abs=0.01)


def test_one_event_leaves_a_gap_of_half_the_window_for_sure():
    assert longest_gap_probability_continuous(1, 10, 5) == 1


def test_a_rare_gap_has_the_chance_of_the_first_term():
    n, days, gap = 2000, 365, 6
    assert longest_gap_probability_continuous(n, days, gap) == pytest.approx(
        (n + 1) * exp(n * np.log1p(-gap / days)), rel=1e-6
    )


def test_longer_gaps_are_rarer_and_edges_make_gaps_likelier():
    probabilities = [longest_gap_probability(30, 60, empty) for empty in range(1, 20)]
    assert probabilities == sorted(probabilities, reverse=True)
    assert longest_gap_probability(30, 60, 8, include_edges=True) > longest_gap_probability(30, 60, 8)


def test_no_event_has_no_gap_between_two():
    assert longest_gap_probability(0, 10, 1) == 0
    assert longest_gap_probability(0, 10, 10, include_edges=True) == 1


def test_impossible_arguments_are_refused():
    with pytest.raises(InputError, match="given 3, 0 and 1"):
        longest_gap_probability(3, 0, 1)
    with pytest.raises(InputError, match="gap > 0"):
        longest_gap_probability_continuous(3, 10, 0)

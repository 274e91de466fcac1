"""What is only quicker changes nothing: tables instead of functions, blocks put together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.changepoints import candidates, precomputed
from analysis.measures.changepoints.changes import changes
from analysis.measures.changepoints.observed_counts import observe_counts
from analysis.measures.changepoints.precomputed import possible_differences
from analysis.measures.changepoints.recursion import forward_messages
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood


@st.composite
def counted(draw):
    """Daily counts, totals over several days and unwatched days, in any order; ranges over daily ones."""
    rows, ranges, day = [], [], 0
    for _ in range(draw(st.integers(2, 7))):
        kind, number = draw(st.sampled_from(["day", "total", "gap", "range"])), draw(st.integers(0, 6))
        length = draw(st.integers(2, 4)) if kind in ("total", "range") else 1
        if kind == "total":
            rows.append((day, day + length - 1, number))
        elif kind != "gap":
            rows += [(day + i, day + i, number) for i in range(length)]
        if kind == "range":
            ranges.append((day, day + length - 1, draw(st.integers(1, 2))))
        day += length
    if not any(count for *_, count in rows):
        rows.append((day, day, 3))
    names = ["start", "end", "count"]
    return pd.DataFrame(rows, columns=names), pd.DataFrame(ranges, columns=names) if ranges else None


@pytest.mark.slow
@given(counted(), st.sampled_from([1, 1.7]))
def test_neighbouring_states_weigh_the_same_together_as_apart(series, phi):
    together = changes(*series, max_changes=3, phi=phi)
    size, candidates.BLOCK_SIZE = candidates.BLOCK_SIZE, 1
    try:
        apart = changes(*series, max_changes=3, phi=phi)
        parted = len(apart.poisson.source.found.likelihood.blocks)
    finally:
        candidates.BLOCK_SIZE = size
    assert parted >= len(together.poisson.source.found.likelihood.blocks)
    for one, other in zip(together.posteriors, apart.posteriors, strict=True):
        for table in ("number", "dates"):
            pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@given(counted(), st.sampled_from([1, 1.7]))
def test_a_table_gives_what_its_functions_give(series, phi):
    observed = observe_counts(*series)
    tables, entries = forward_messages(SegmentLikelihood(observed, 1.3, 0.7, phi), 3), precomputed.MAX_ENTRIES
    precomputed.MAX_ENTRIES = 0
    try:
        likelihood = SegmentLikelihood(observe_counts(*series), 1.3, 0.7, phi)
        assert likelihood._tables is None
        functions = forward_messages(likelihood, 3)
    finally:
        precomputed.MAX_ENTRIES = entries
    np.testing.assert_allclose(tables, functions, rtol=1e-11)


@pytest.mark.parametrize("quantity", [[0, 1, 1, 4], [0, 0.3, 0.7, 1.9]], ids=["multiples", "pairs"])
def test_every_difference_upwards_is_found_and_downwards_is_none(quantity):
    quantity = np.array(quantity, float)
    found, every = possible_differences(quantity, 1.0), np.arange(4)
    wanted = np.maximum(quantity - quantity[:, None], 0)
    np.testing.assert_allclose(found.values[found.between(every, every)], wanted)


def test_more_differences_than_a_table_may_hold_are_left_to_the_functions():
    assert possible_differences(np.random.default_rng(0).random(1200), 1.0) is None
    assert len(possible_differences(np.arange(5000.0), 1.0).values) == 5000

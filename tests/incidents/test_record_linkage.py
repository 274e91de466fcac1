import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.incidents.record_linkage import CategoryLevels, LinkageRules, candidate_pairs, weight_parts

RULES = LinkageRules()
WEAPON = CategoryLevels("weapon", ("weapon", "family"), agree=1.0, differ=-2.0)


def table(*rows) -> pd.DataFrame:
    """Reports of (day, place, country) or (first day, last day, place, country); days of January."""
    full = [row if len(row) == 4 else (row[0], *row) for row in rows]
    frame = pd.DataFrame(full, columns=["date_start", "date_end", "place", "country"])
    for name in ("date_start", "date_end"):
        frame[name] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame[name] - 1, unit="D")
    return frame.astype({"place": "str", "country": "str"})


def pairs(reports, rules=RULES) -> set:
    return {tuple(pair) for pair in candidate_pairs(reports, rules).tolist()}


def points(reports, rules=RULES) -> float:
    return float(np.nansum(weight_parts(reports, np.array([[0, 1]]), rules)))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((5, "a", "Iraq"), (5, "a", "Iraq"), True),
        ((5, "a", "Iraq"), (6, "a", "Iraq"), True),  # a night has two dates
        ((5, "a", "Iraq"), (7, "a", "Iraq"), False),
        ((5, "a", "Iraq"), (5, "b", "Iraq"), False),
        ((5, "a", "Iraq"), (5, None, "Iraq"), True),
        ((5, "a", "Iraq"), (5, None, "Syria"), False),
        ((5, None, "Iraq"), (5, None, "Iraq"), True),
        ((5, "a", None), (5, "a", None), True),
        ((5, None, None), (5, None, None), False),
        ((1, 9, "a", "Iraq"), (10, "a", "Iraq"), True),
        ((1, 9, "a", "Iraq"), (11, "a", "Iraq"), False),
        ((5, "a", "Iraq"), (1, 9, "a", "Iraq"), True),
    ],
)
def test_reports_are_compared_if_they_are_near_in_time_and_may_share_a_place(one, other, meet):
    assert pairs(table(one, other)) == ({(0, 1)} if meet else set())
    assert pairs(table(other, one)) == ({(0, 1)} if meet else set())


def test_the_tolerance_is_the_rules_to_set():
    reports = table((5, "a", "Iraq"), (8, "a", "Iraq"))
    assert pairs(reports, LinkageRules(tolerance_days=3)) == {(0, 1)}
    assert pairs(reports, LinkageRules(tolerance_days=2)) == set()


def test_no_reports_make_no_pairs():
    assert candidate_pairs(table(), LinkageRules()).shape == (0, 2)


rows = st.tuples(
    st.integers(1, 20), st.integers(0, 9), st.sampled_from(["a", "b", None]),
    st.sampled_from(["Iraq", "Syria", None]),
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(rows, max_size=12))
def test_no_pair_is_missed_or_given_twice(rows):
    rows = [(first, first + width, place, country) for first, width, place, country in rows]

    def near(one, other):
        (start, end, place, country), (start2, end2, place2, country2) = one, other
        if start > end2 + 1 or start2 > end + 1:
            return False
        if place and place2:
            return place == place2
        return bool(country) and country == country2

    expected = [(i, j) for i in range(len(rows)) for j in range(i + 1, len(rows)) if near(rows[i], rows[j])]
    assert [tuple(pair) for pair in candidate_pairs(table(*rows), LinkageRules()).tolist()] == expected


def test_one_common_day_and_place_earn_full_points():
    rules = LinkageRules(same_day=3, same_place=2, same_country=0.25)
    assert points(table((5, "a", "Iraq"), (5, "a", "Iraq")), rules) == 5
    assert points(table((5, "a", "Iraq"), (5, None, "Iraq")), rules) == 3.25


def test_a_day_apart_speaks_against():
    rules = LinkageRules(off_by_a_day=-1, same_place=2)
    assert points(table((5, "a", "Iraq"), (6, "a", "Iraq")), rules) == 1


def test_the_wider_the_range_that_makes_days_meet_the_less_it_is_worth():
    widths = [points(table((5, "a", "Iraq"), (5, 5 + n, "a", "Iraq"))) for n in (0, 1, 3, 7)]
    assert widths[0] >= widths[1] > widths[2] > widths[3]


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [
        (("rocket", "fire"), ("rocket", "fire"), 1.0),
        (("rocket", "fire"), ("mortar", "fire"), 0.5),
        (("rocket", "fire"), ("drone", "drone"), -2.0),
        (("rocket", "fire"), (None, None), 0.0),
        ((None, None), (None, None), 0.0),
        (("rocket", "fire"), (None, "fire"), 0.5),
        (("rocket", "fire"), (None, "drone"), -2.0),
    ],
)
def test_a_ladder_is_climbed_from_fine_to_coarse(one, other, worth):
    reports = table((5, "a", "Iraq"), (5, "a", "Iraq"))
    reports["weapon"], reports["family"] = zip(one, other, strict=True)
    assert points(reports, LinkageRules(categories=(WEAPON,))) - points(reports, LinkageRules()) == worth


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [(1, 1, 1.0), (3, 3, 2.0), (7, 7, 3.0), (2, 3, -0.5), (2, 0, -0.5), (0, 0, 0.0), (2, None, 0.0)],
)
def test_figures_that_agree_speak_for_one_event_the_larger_the_more_unless_both_are_none(one, other, worth):
    reports = table((5, "a", "Iraq"), (5, "a", "Iraq"))
    reports["injured"] = pd.array([one, other], dtype="Int64")
    rules = LinkageRules(figures=("injured",), figures_agree=1.0, figures_differ=-0.5)
    assert points(reports, rules) - points(reports, LinkageRules()) == worth


def test_a_range_that_holds_the_other_earns_full_points_and_one_that_only_touches_it_does_not():
    within = points(table((5, "a", "Iraq"), (5, 6, "a", "Iraq")))
    overlapping = points(table((5, 6, "a", "Iraq"), (6, 7, "a", "Iraq")))
    in_a_row = points(table((5, "a", "Iraq"), (6, "a", "Iraq")))
    beside = points(table((5, "a", "Iraq"), (6, 7, "a", "Iraq")))
    assert within == points(table((5, "a", "Iraq"), (5, "a", "Iraq")))
    assert within > overlapping == in_a_row > beside


def test_two_names_near_each_other_speak_against_one_event():
    near = table((5, "a", "Iraq"), (5, "b", "Iraq")).assign(latitude=33.0, longitude=44.0)
    rules = LinkageRules(near_km=50, same_day=3, other_place=-2)
    assert points(near, rules) == 1
    assert points(near.assign(place=pd.Series([None, None], dtype="str")), rules) == 5


@pytest.mark.parametrize(("one", "other", "worth"), [(1, 1, 0.5), (1, 2, -4.0), (1, None, 0.0)])
def test_the_same_ordinal_speaks_for_one_event_and_another_against_it(one, other, worth):
    reports = table((5, "a", "Iraq"), (5, "a", "Iraq"))
    reports["ordinal"] = pd.array([one, other], dtype="Int64")
    assert points(reports) - points(table((5, "a", "Iraq"), (5, "a", "Iraq"))) == worth


def test_what_a_pair_does_not_speak_of_is_missing_and_not_zero():
    reports = table((5, "a", "Iraq"), (5, "a", "Iraq"))
    reports["weapon"], reports["family"] = ("rocket", None), ("fire", None)
    parts = weight_parts(reports, np.array([[0, 1]]), LinkageRules(categories=(WEAPON,)))
    assert np.isnan(parts[0, 1:]).all() and parts[0, 0] == 5

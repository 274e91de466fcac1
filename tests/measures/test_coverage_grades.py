"""How densely was watched: the rule on days made up."""

import pandas as pd
import pytest

from analysis.measures.coverage_grades import grade_coverage

MONDAY = pd.Timestamp("2024-01-01")
WEEKS = 9
WINDOW = MONDAY, MONDAY + pd.Timedelta(days=7 * WEEKS - 1)
NONE = pd.DatetimeIndex([])


def days(per_week: dict[int, int]) -> pd.DatetimeIndex:
    """So many first days of each numbered week."""
    return pd.DatetimeIndex(
        [MONDAY + pd.Timedelta(days=7 * week + day) for week, n in per_week.items() for day in range(n)]
    )


def official(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["start", "end", "count"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def grades(sourced, attacks=NONE, totals=None) -> list[str]:
    """The grade of each week."""
    found = grade_coverage(sourced, attacks, official() if totals is None else totals, WINDOW)
    return [row.density for row in found.itertuples() for _ in range(row.days // 7)]


@pytest.mark.parametrize(
    ("per_week", "density"), [(7, "days"), (6, "days"), (5, "weeks"), (2, "weeks"), (1, "sparse"), (0, "sparse")]
)
def test_the_share_of_days_with_a_source_decides(per_week, density):
    assert grades(days(dict.fromkeys(range(WEEKS), per_week))) == [density] * WEEKS


def test_a_week_is_judged_with_the_weeks_beside_it():
    one_quiet = dict.fromkeys(range(WEEKS), 7) | {4: 5}
    assert grades(days(one_quiet)) == ["days"] * WEEKS
    assert grades(days(dict.fromkeys(range(WEEKS), 7) | {4: 1})) == ["days"] * 3 + ["weeks"] * 3 + ["days"] * 3


def test_a_week_with_fewer_attacks_than_officials_count_is_no_better_than_weeks():
    every_day = days(dict.fromkeys(range(WEEKS), 7))
    total = official(("2024-01-15", "2024-01-21", 10))
    short, full = (pd.DatetimeIndex([pd.Timestamp("2024-01-16")] * n) for n in (7, 8))
    assert grades(every_day, short, total)[2] == "weeks"
    assert grades(every_day, full, total)[2] == "days"


def test_a_long_interval_between_totals_says_nothing_of_a_week():
    every_day = days(dict.fromkeys(range(WEEKS), 7))
    assert grades(every_day, NONE, official(("2024-01-01", "2024-02-28", 50))) == ["days"] * WEEKS


def test_neighbouring_weeks_of_one_grade_are_one_stretch_that_fills_the_window():
    found = grade_coverage(days({0: 7, 1: 7, 2: 7}), days({0: 1}), official(), WINDOW)
    assert found["density"].to_list() == ["days", "weeks", "sparse"]
    assert found["start"].iloc[0] == WINDOW[0] and found["end"].iloc[-1] == WINDOW[1]
    assert (found["start"].iloc[1:].to_numpy() - found["end"].iloc[:-1].to_numpy() == pd.Timedelta(days=1)).all()
    assert found[["days", "days_with_source", "attacks"]].iloc[0].to_list() == [14, 14, 1]

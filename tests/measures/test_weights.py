"""A column can be counted in place of incidents: deaths, munitions."""

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.measures.frequency import count

DAYS = pd.to_datetime(["2024-01-05", "2024-01-20", "2024-01-31", "2024-02-10"])
INCIDENTS = pd.DataFrame(
    {"date": DAYS, "date_start": DAYS, "date_end": DAYS.where(DAYS != "2024-01-31", pd.Timestamp("2024-02-02")),
     "country": ["A", "B", "A", "A"], "deaths": pd.array([3, None, 4, 0], dtype="Int64"),
     "deaths_low": pd.array([2, None, 4, 0], dtype="Int64"), "deaths_high": pd.array([7, None, 6, 1], dtype="Int64")}
)  # fmt: skip
WINDOW = ("2024-01-01", "2024-02-29")


def test_deaths_are_summed_with_their_range_and_what_is_not_stated_is_said():
    months = count(INCIDENTS, "month", window=WINDOW, weight="deaths")
    assert months["count"].tolist() == [7, 0]
    assert months["count_low"].tolist() == [2, 0]  # the third may be of February
    assert months["count_high"].tolist() == [13, 7]
    assert months["not_stated"].tolist() == [1, 0]


def test_a_weight_without_a_range_is_its_own_range():
    months = count(INCIDENTS.drop(columns=["deaths_low", "deaths_high"]), "month", window=WINDOW, weight="deaths")
    assert months[["count", "count_low", "count_high"]].to_numpy().tolist() == [[7, 3, 7], [0, 0, 4]]


def test_weights_by_group_add_up_to_all():
    whole = count(INCIDENTS, "week", window=WINDOW, weight="deaths")
    parts = count(INCIDENTS, "week", by="country", window=WINDOW, weight="deaths")
    for name in ("count", "count_low", "count_high", "not_stated"):
        assert parts.groupby("start")[name].sum().tolist() == whole[name].tolist()


def test_a_weight_of_one_counts_incidents():
    ones = INCIDENTS.assign(one=1)
    names = ["count", "count_low", "count_high"]
    for every in ("day", "week", "month"):
        weighted = count(ones, every, window=WINDOW, weight="one")[names]
        assert weighted.to_numpy().tolist() == count(ones, every, window=WINDOW)[names].to_numpy().tolist()


def test_text_is_no_weight():
    with pytest.raises(InputError, match="'country' holds text"):
        count(INCIDENTS, weight="country")


def test_no_group_has_no_sum():
    table = count(INCIDENTS, "month", by="country", window=("2023-01-01", "2023-01-31"), weight="deaths")
    assert table.empty and "not_stated" in table

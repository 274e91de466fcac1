"""Arguments that cannot be used are refused with what was given and what is allowed."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from analysis.evidence.arguments import (
    read_day,
    read_window,
    require_column_name,
    require_columns,
    require_frames,
    require_whole_number,
)
from analysis.evidence.errors import InputError

DAY = date(2024, 2, 4)


@pytest.mark.parametrize(
    "given",
    [
        "2024-02-04",
        " 2024-02-04 ",
        DAY,
        datetime(2024, 2, 4, 23, 59),
        pd.Timestamp(DAY),
        np.datetime64("2024-02-04T23"),
    ],
    ids=repr,
)
def test_a_day_is_read_in_every_form_that_means_one_day(given):
    assert read_day(given, "start") == DAY
    assert type(read_day(given, "start")) is date


@pytest.mark.parametrize(
    "given",
    [
        "28.01.2024",
        "2024-02",
        "2024",
        "2024-02-30",
        "02/04/2024",
        "20240204",
        "",
        None,
        pd.NaT,
        20240204,
        1.5,
        "2024-W05-7",
    ],
    ids=repr,
)
def test_no_other_form_is_guessed(given):
    with pytest.raises(InputError, match=r"start is .*; allowed: a day, YYYY-MM-DD"):
        read_day(given, "start")


def test_a_window_is_two_days_in_order():
    assert read_window(("2024-02-04", DAY)) == (DAY, DAY)
    for wrong in ("2024-02-04", ("2024-02-04",), None, 5):
        with pytest.raises(InputError, match="window is .*; allowed: first and last day"):
            read_window(wrong)
    with pytest.raises(InputError, match=r"window ends \(2024-02-03\) before it starts \(2024-02-04\)"):
        read_window((DAY, "2024-02-03"))


def test_missing_columns_are_all_named_with_the_one_that_is_meant():
    frame = pd.DataFrame({"strat": [1], "end": [1]})
    said = "counts has no column 'start', 'count'; did you mean 'strat'\\? \\(needed: start, end, count\\)"
    with pytest.raises(InputError, match=said):
        require_columns(frame, ("start", "end", "count"), "counts")
    require_columns(frame, ("end",), "counts")


@pytest.mark.parametrize("given", [None, "counts.csv", [1, 2], {"start": []}], ids=repr)
def test_what_is_no_table_is_said_to_be_none(given):
    with pytest.raises(InputError, match="counts is .*; allowed: a DataFrame with the columns start"):
        require_columns(given, ("start",), "counts")


def test_a_dict_of_tables_is_checked_table_by_table():
    with pytest.raises(InputError, match="lines is a DataFrame; allowed: a dict of DataFrames by label"):
        require_frames(pd.DataFrame(), ("day",), "lines")
    with pytest.raises(InputError, match=r"lines\['SOHR'\] has no column 'day'"):
        require_frames({"SOHR": pd.DataFrame()}, ("day",), "lines")


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(InputError, match="by is 'wepon'; did you mean 'weapon'\\? \\(allowed: weapon, place\\)"):
        require_column_name("wepon", ("weapon", "place"), "by")


@pytest.mark.parametrize("given", [0, -1, 1.5, "2", None, True], ids=repr)
def test_a_whole_number_is_neither_text_nor_a_fraction(given):
    with pytest.raises(InputError, match="across is .*; allowed: a whole number, 1 or more"):
        require_whole_number(given, 1, "across")
    require_whole_number(np.int64(3), 1, "across")

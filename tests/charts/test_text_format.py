"""Days, numbers and names as a reader expects them in a sentence."""

import pandas as pd
import pytest

from analysis.charts.text_format import format_value, join_names, period_name, shorten
from analysis.measures.frequency import count


@pytest.mark.parametrize(("every", "name"), [
    ("day", "day"), ("week", "week"), ("month", "month"), ("quarter", "quarter"), ("14 days", "14 days"),
    ("30 days", "30 days"),
])  # fmt: skip
def test_a_period_is_called_what_it_was_counted_by(attacks, every, name):
    assert period_name(count(attacks("2024-01-05"), every, window=("2024-01-03", "2024-12-31"))) == name


def test_where_no_period_is_whole_none_has_a_name(attacks):
    counts = count(attacks("2024-01-05"), "month", window=("2024-01-03", "2024-01-20"))
    assert period_name(counts) == "period"
    assert period_name(counts.iloc[:0]) == "period"


def test_a_list_ends_in_and():
    assert [join_names(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_value_of_a_table_is_told_in_words():
    assert [format_value(kind) for kind in ("one_way_drone", "ballistic_missile", "ied", "Iraq")] == [
        "one-way drone", "ballistic missile", "IED", "Iraq",
    ]  # fmt: skip


def test_a_long_name_is_cut_and_a_short_one_is_not():
    assert shorten("Baghdad Diplomatic Support Center") == "Baghdad Diplomatic Support Center"
    assert len(shorten("x" * 300)) == 36
    assert shorten(pd.NA) == "<NA>"

"""Every chart takes any column to split by, or says that it cannot; and refuses a wrong table in words."""

import inspect

import pandas as pd
import pytest

from analysis import charts
from analysis.charts import style
from analysis.charts.column_groups import find_split, name_groups
from analysis.charts.frequency_bars import frequency_bars
from analysis.charts.origins_per_incident import origins_per_incident
from analysis.charts.small_multiples import small_multiples, small_multiples_alt
from analysis.evidence.errors import InputError
from analysis.incidents.views import View, select
from analysis.measures.frequency import count


@pytest.fixture(scope="module")
def incidents(dataset):
    return select(dataset, View())


def heights(ax) -> float:
    return sum(bar.get_height() for bars in ax.containers for bar in bars)


def listed(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []


COLUMNS = ["weapon", "country", "place", "result", "actor", "reliability", "n_origins", "us_injured", "latitude"]


@pytest.mark.slow
@pytest.mark.parametrize("column", COLUMNS)
def test_bars_are_split_by_any_column_and_lose_no_incident(incidents, column):
    counts = count(incidents, "quarter", by=column)
    ax = frequency_bars(counts, by=column)
    cut = counts.groupby("start")["is_complete"].first()
    outlined = counts.groupby("start")["count"].sum()[~cut].sum()  # drawn once more as an outline
    assert heights(ax) == len(incidents) + outlined
    names = listed(ax)
    assert len(names) == len(set(names)) <= len(style.CATEGORY_FILL) + 2
    assert ("not stated" in names) == incidents[column].isna().any()


@pytest.mark.slow
def test_the_column_need_not_be_named_where_there_is_one(incidents):
    counts = count(incidents, "quarter", by="country")
    assert listed(frequency_bars(counts)) == ["Syria", "Iraq", "Jordan"]


def test_counts_that_are_not_split_are_bars_of_one_colour(incidents):
    ax = frequency_bars(count(incidents, "quarter"))
    assert listed(ax) == []
    assert heights(ax) >= len(incidents)


def test_of_two_columns_one_is_named_and_the_other_summed(incidents):
    counts = count(incidents, "quarter", by=["country", "weapon"])
    with pytest.raises(InputError, match="counts are split by country and weapon: name one of them as by"):
        frequency_bars(counts)
    one, other = frequency_bars(counts, by="country"), frequency_bars(count(incidents, "quarter", by="country"))
    assert heights(one) == heights(other)
    assert listed(one) == listed(other)


@pytest.mark.slow
@pytest.mark.parametrize("column", [each for each in COLUMNS if each not in ("latitude", "place", "actor")])
def test_panels_are_split_by_any_column_and_lose_no_incident(incidents, column):
    counts = count(incidents, "quarter", by=column)
    figure = small_multiples(counts, column)
    sums = [int(ax.get_title(loc="right").replace(",", "")) for ax in figure.axes if ax.get_title(loc="right")]
    assert sum(sums) == len(incidents)
    assert f"{len(sums)} bar chart" in small_multiples_alt(counts, column)


def test_more_panels_than_can_be_read_are_refused():
    many = pd.DataFrame({"date": pd.Timestamp("2024-01-01"), "place": [f"place {number}" for number in range(25)]})
    many = many.assign(date_start=many["date"], date_end=many["date"])
    with pytest.raises(InputError, match="by: place has 25 values; allowed: 24 panels; see lump_categories"):
        small_multiples(count(many, "week", by="place"), "place")


@pytest.mark.slow
@pytest.mark.parametrize("column", COLUMNS)
def test_origins_are_split_by_any_column(incidents, column):
    assert heights(origins_per_incident(incidents, by=column)) == incidents["n_origins"].notna().sum()


def test_a_calendar_says_that_it_cannot_be_split(incidents):
    with pytest.raises(InputError, match="calendar shows one count per period and cannot split it"):
        charts.calendar(count(incidents, "day", by="weapon"))
    with pytest.raises(InputError, match="calendar shows days; counts have longer periods: count by 'day'"):
        charts.calendar(count(incidents, "week"))


def test_a_column_that_is_not_there_is_refused_with_those_that_are(incidents):
    counts = count(incidents, "quarter", by="weapon")
    for draw in (frequency_bars, small_multiples):
        with pytest.raises(InputError, match="by is 'wepon'; did you mean 'weapon'"):
            draw(counts, by="wepon")
    with pytest.raises(InputError, match="by is 'wepon'; did you mean 'weapon'"):
        origins_per_incident(incidents, by="wepon")


def test_groups_beyond_the_colours_become_others_and_missing_ones_are_said_to_be_missing():
    values = pd.Series([f"k{number}" for number in range(9)] + [None], name="kind")
    names, fills = name_groups(values, pd.Series(range(10, 0, -1)))
    assert names.tolist() == [*(f"k{number}" for number in range(7)), "other", "other", "not stated"]
    assert [*fills.values()] == [*style.CATEGORY_FILL, style.OTHER_FILL, style.NOT_STATED_FILL]


def test_an_ordered_category_keeps_its_order():
    values = pd.Series(pd.Categorical(["b", "a", "b"], ["a", "b"], ordered=True), name="kind")
    assert list(name_groups(values, pd.Series([1, 1, 1]))[1])[:2] == ["a", "b"]


def test_numbers_that_split_have_to_be_named(incidents):
    counts = count(incidents, "quarter", by="n_origins")
    with pytest.raises(InputError, match="several rows for a period: name the column that splits them as by"):
        find_split(counts)


# What a chart or its words may be given in place of what they need.
WRONG = [None, "a table", 5, pd.DataFrame(), pd.DataFrame({"nonsense": [1]}), {}, []]
DRAWN = [name for name in charts.__all__ if name not in ("format_caption",)]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: f"{type(each).__name__} {str(each)[:8]!r}")
def test_a_wrong_table_is_refused_in_words(name, wrong):
    function = getattr(charts, name)
    needed = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
    try:
        function(*[wrong] * len(needed))
    except InputError as error:
        assert "allowed: " in str(error) or "needed: " in str(error)
    else:
        assert isinstance(wrong, dict), "only an empty dict of tables is a table of nothing"

"""Tables of definitions: every heading said, nothing that is missing shown as a value."""

import pandas as pd
import pytest

from analysis.charts.rates_and_posterior import rates_and_posterior, rates_and_posterior_alt
from analysis.charts.reader_tables import (
    format_changes,
    format_first_attacks,
    format_months,
    format_pauses,
    format_priors,
    format_rates,
    format_ratios,
)
from analysis.charts.text_format import format_days, format_interval, format_probability, join_names
from analysis.comparisons.count_series import count_series
from analysis.comparisons.onset import pause_onset
from analysis.comparisons.pause_gaps import first_attacks
from analysis.comparisons.period_rates import period_rates, period_ratios
from analysis.comparisons.sensitivity import changes_by_definition, pause_by_definition, prior_sensitivity_by_definition
from analysis.incidents.views import View
from analysis.measures.changepoints.changes import changes
from analysis.measures.dispersion import add_overdispersed_intervals
from analysis.measures.frequency import count

WINDOW = ("2023-10-17", "2024-06-30")
EVE, UNTIL = "2024-02-04", "2024-04-20"


@pytest.fixture(scope="module")
def some(dataset):
    found = count_series(dataset, View(start=WINDOW[0], end=WINDOW[1]), WINDOW)
    return {label: found[label] for label in ("Pentagon totals", "Syrian Observatory totals", "reported by monitors")}


@pytest.fixture(scope="module")
def found(some):
    return changes_by_definition(some)


@pytest.fixture(scope="module")
def pause(some, found):
    return pause_by_definition(some, found, EVE, UNTIL, WINDOW)


def text(table: pd.DataFrame) -> str:
    return table.to_csv(index=False)


@pytest.mark.slow
def test_the_table_of_the_pause_gives_days_of_totals_as_the_days_between_two_statements(pause):
    table = format_pauses(pause).set_index("what counts")
    assert table.loc["Pentagon totals", "last attack before"].endswith("to 2024-02-04")
    assert table.loc["Pentagon totals", "days without"] == "76 (76 to 82)"
    assert table.loc["Syrian Observatory totals", "days without"] == "not known (8 to 55)"


@pytest.mark.slow
def test_a_fall_that_is_not_announced_has_no_day(pause):
    table = format_pauses(pause.assign(is_announced=False))
    assert set(table["lower rate from"]) == {"not announced"}


@pytest.mark.slow
def test_no_table_shows_a_missing_value_as_one(some, found, pause):
    before, during = (WINDOW[0], EVE), ("2024-02-05", UNTIL)
    tables = [
        format_pauses(pause),
        format_changes(pause),
        format_rates(period_rates(some, {"before": before, "during": during})),
        format_ratios(period_ratios(some, before, during)),
        format_first_attacks(first_attacks(some, "2024-03-01", "2024-04-30"), "2024-03-01", "2024-04-30"),
    ]
    for table in tables:
        assert len(table)
        assert not [word for word in ("nan", "NaT", "<NA>") if word in text(table)]


def test_priors_are_named_as_they_were_varied():
    rows = pd.DataFrame({"start": [0, 1, 2, 3], "end": [0, 1, 2, 3], "count": [4, 5, 0, 0]})
    some = {"four days": changes(rows), "two days": changes(rows.head(2))}
    table = format_priors(prior_sensitivity_by_definition(some, 3, pause_onset))
    assert table["prior"].tolist() == ["as used", "expected", "expected", "shape", "shape"]
    assert set(table["what counts"]) == {"four days"}, "two days do not hold the fourth"
    assert prior_sensitivity_by_definition(some, 9, pause_onset).empty


def test_words_of_days_intervals_and_probabilities():
    assert format_days("2024-01-01", "2024-01-01") == "2024-01-01"
    assert format_days("2024-01-01", "2024-01-03") == "2024-01-01 to 2024-01-03"
    assert format_days(pd.NaT, "2024-01-03") == ""
    assert format_interval(0.1, 0.25, 2) == "0.10 to 0.25"
    assert format_interval(float("nan"), 1) == ""
    said = ["< 0.001", "< 0.001", "0.250", "> 0.999", "> 0.999"]
    assert [format_probability(p) for p in (0.0, 0.0004, 0.25, 0.9996, 1.0)] == said
    assert [join_names(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_rates_and_posterior_share_their_axis_of_days(some, found):
    series, each = some["Pentagon totals"], found["Pentagon totals"]
    dates, sets = each.poisson.dates, each.overdispersed.highest_density()
    upper = rates_and_posterior(
        series.rows, dates, sets, {pd.Timestamp(EVE): "eve"}, overdispersed=each.overdispersed.dates
    )
    lower = upper.get_figure().axes[1]
    assert upper.get_xlim() == lower.get_xlim()
    assert "P(change" in lower.get_ylabel()
    assert "attacks per day" in upper.get_ylabel()
    words = rates_and_posterior_alt(series.rows, series.counter, dates, sets)
    assert "5 February 2024 to 20 April 2024" in words
    assert "posterior probability" in words


def test_the_counts_of_a_long_table_are_told_by_quarter(attacks):
    counts = count(attacks("2024-01-02"), "quarter", window=("2024-01-01", "2024-06-30"))
    assert format_months(add_overdispersed_intervals(counts, 1))["quarter"].tolist() == ["2024Q1", "2024Q2"]

"""A chart that splits takes any column of the table, and loses no incident."""

import pytest
from matplotlib import pyplot as plt

import analysis as a


@pytest.mark.slow
@pytest.mark.parametrize("by", ["confirmation", "n_origins", "actor", "us_injured"])
def test_bars_stack_by_any_column_and_lose_no_incident(by):
    incidents = a.open_folder().incidents
    counts = a.count(incidents, "quarter", by=by)
    ax = a.charts.frequency_bars(counts, by=by)
    tops = {bar.get_x(): 0.0 for bars in ax.containers for bar in bars}
    for bars in ax.containers:
        for bar in bars:
            tops[bar.get_x()] += bar.get_height()
    plt.close(ax.figure)
    dashed = a.count(incidents, "quarter").query("not is_complete")["count"].sum()  # drawn again as an outline
    assert sum(tops.values()) == len(incidents) + dashed
    ax = a.charts.origins_per_incident(incidents, by=by)
    plt.close(ax.figure)

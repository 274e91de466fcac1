"""The line under a figure leaves out nothing that a number needs."""

import pandas as pd
import pytest

from analysis.charts.captions import (
    caption_of_definitions,
    caption_of_incidents,
    caption_of_totals,
    format_caption,
    format_coverage,
)

PARTS = {"counter": "Pentagon", "definition": "one salvo at one site", "as_of": pd.Timestamp("2024-02-04 13:00"),
         "n": 1234, "coverage": "day by day"}  # fmt: skip


def test_a_caption_gives_finding_counter_definition_view_day_number_and_coverage():
    assert format_caption("None in April.", view="all claims", **PARTS) == (
        "**None in April.** One salvo at one site. Counter: Pentagon. View: all claims. "
        "As of 2024-02-04; n = 1,234. Coverage: day by day."
    )


def test_a_figure_without_a_view_has_no_view_in_its_caption():
    assert "View" not in format_caption("None.", **PARTS)


@pytest.mark.parametrize("part", [part for part in PARTS if part != "coverage"])
def test_a_caption_without_one_of_its_parts_is_refused(part):
    rest = {name: value for name, value in PARTS.items() if name != part}
    with pytest.raises(TypeError, match=part):
        format_caption("None.", **rest)


def test_coverage_is_told_row_by_row_with_its_density(dataset):
    rows = dataset.coverage[dataset.coverage["counter"] == "Pentagon"]
    said = format_coverage(rows)
    assert said.split("; ")[0] == "2023-10-17 to 2024-02-13 day by day"
    assert said.count("; ") == len(rows) - 1
    assert "so that a zero is weak" in said


def test_every_density_of_the_table_has_words(dataset):
    from analysis.evidence.schema import COVERAGE

    for density in COVERAGE["density"].allowed:
        days = {"start": [pd.Timestamp("2024-01-01")], "end": [pd.Timestamp("2024-01-02")]}
        row = pd.DataFrame(days | {"density": density})
        assert format_coverage(row).startswith("2024-01-01 to 2024-01-02 ")


def test_undeclared_coverage_is_said_to_be_undeclared(dataset):
    assert "not declared" in format_coverage(dataset.coverage.iloc[:0])


@pytest.mark.slow
def test_a_figure_of_several_definitions_gives_the_least_and_the_most_that_one_of_them_counts(dataset):
    from analysis.comparisons.count_series import count_series
    from analysis.incidents.views import View, select, view_coverage

    window, view = ("2023-10-17", "2024-06-30"), View(confirmation=("us_official",))
    found = count_series(dataset, view, window)
    said = format_caption("None.", definition="d", **caption_of_definitions(found, window))
    assert "n = 100 to 172, by definition" in said
    one = caption_of_totals(found["Pentagon totals"])
    assert (one["counter"], one["n"]) == ("Pentagon running totals", 172)
    chosen = select(dataset, view)
    assert caption_of_incidents(chosen, window, view, view_coverage(dataset, view))["n"] == len(chosen)

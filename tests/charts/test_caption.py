"""The line under a figure leaves out nothing that a number needs."""

import pandas as pd
import pytest

from analysis.charts.caption import caption, coverage_words

PARTS = {"counter": "Pentagon", "definition": "one salvo at one site", "as_of": pd.Timestamp("2024-02-04 13:00"),
         "n": 1234, "coverage": "day by day"}  # fmt: skip


def test_a_caption_gives_finding_counter_definition_view_day_number_and_coverage():
    assert caption("None in April.", view="all claims", **PARTS) == (
        "**None in April.** Counter: Pentagon. What counts: one salvo at one site. View: all claims. "
        "As of 2024-02-04; n = 1,234. Coverage: day by day."
    )


def test_a_figure_without_a_view_has_no_view_in_its_caption():
    assert "View" not in caption("None.", **PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_caption_without_one_of_its_parts_is_refused(part):
    rest = {name: value for name, value in PARTS.items() if name != part}
    with pytest.raises(TypeError, match=part):
        caption("None.", **rest)


def test_coverage_is_told_row_by_row_with_its_density(dossier):
    rows = dossier.coverage[dossier.coverage["counter"] == "Pentagon"]
    said = coverage_words(rows)
    assert said.split("; ")[0] == "2023-10-17 to 2024-02-13 day by day"
    assert said.count("; ") == len(rows) - 1
    assert "so that a zero is weak" in said


def test_every_density_of_the_table_has_words(dossier):
    from analysis.evidence.schema import COVERAGE

    for density in COVERAGE["density"].allowed:
        row = pd.DataFrame({"start": [pd.Timestamp("2024-01-01")], "end": [pd.Timestamp("2024-01-02")], "density": density})
        assert coverage_words(row).startswith("2024-01-01 to 2024-01-02 ")


def test_undeclared_coverage_is_said_to_be_undeclared(dossier):
    assert "not declared" in coverage_words(dossier.coverage.iloc[:0])

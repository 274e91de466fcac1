"""The committed grades are what the rule gives."""

import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.comparisons.itemised_coverage import coverage_file, itemised_coverage
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import open_folder


@pytest.mark.slow
def test_the_rows_of_the_itemised_counter_are_what_the_rule_gives(dataset):
    kept = dataset.coverage[dataset.coverage["counter"] == "itemised"].reset_index(drop=True)
    assert itemised_coverage(dataset).astype(str).equals(kept.astype(str))
    ((path, text),) = coverage_file(dataset).items()
    assert path.read_text(encoding="utf-8") == text
    assert CliRunner().invoke(main, ["coverage", "--check"]).exit_code == 0


def test_the_week_in_which_officials_count_more_is_not_said_to_be_watched_day_by_day(dataset):
    rows = dataset.coverage[dataset.coverage["counter"] == "itemised"]
    (row,) = rows[(rows["start"] <= "2024-01-19") & (rows["end"] >= "2024-01-19")].itertuples()
    assert row.density == "weeks"
    assert set(rows["density"]) == {"days", "weeks", "sparse"}


@pytest.mark.slow
def test_a_bare_table_or_one_without_a_searched_period_cannot_be_graded(other_conflict, tiny):
    with pytest.raises(InputError, match="no claims: there is nothing to grade"):
        itemised_coverage(open_folder(other_conflict))
    folder = tiny()
    assert CliRunner().invoke(main, ["build", "--folder", str(folder)]).exit_code == 0
    with pytest.raises(InputError, match="no row of the counter itemised"):
        itemised_coverage(open_folder(folder))


@pytest.mark.slow
def test_grades_that_are_out_of_date_are_named(tiny):
    coverage = [{"counter": "itemised", "scope": "all", "start": "2024-01-01", "end": "2024-01-31", "density": "days",
                 "basis": "so it is said"}]  # fmt: skip
    folder = tiny([{"place_id": "alpha"}], folder="data/public_record", coverage=coverage)
    assert CliRunner().invoke(main, ["build", "--folder", str(folder)]).exit_code == 0
    said = CliRunner().invoke(main, ["coverage", "--check", "--folder", str(folder)])
    assert said.exit_code == 2 and "out of date" in said.stderr
    assert CliRunner().invoke(main, ["coverage", "--folder", str(folder)]).exit_code == 0
    assert CliRunner().invoke(main, ["coverage", "--check", "--folder", str(folder)]).exit_code == 0

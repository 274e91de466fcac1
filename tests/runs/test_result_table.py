"""The results table of a notebook: shown to people, read back by programs, refused where it would mislead."""

import pandas as pd
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis import InputError, show_results
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import text_of
from analysis.runs.result_table import RESULT_COLUMNS, read_results, tidy_results

ROWS = [
    {"measure": "attacks", "what_counts": "all claims", "value": 30, "unit": "attacks"},
    {"measure": "attacks", "what_counts": "U.S. officials", "value": 12, "low": 10, "high": 15, "unit": "attacks"},
    {"measure": "change", "day": "2024-02-05", "first_day": "2024-02-01", "last_day": pd.Timestamp("2024-02-09")},
]
SHOW = f"import pandas as pd, analysis as a\nfrom pandas import Timestamp\na.show_results({ROWS!r})"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook that shows its results, executed by nothing but nbclient."""
    notebook = new_notebook(cells=[new_code_cell(SHOW)])
    return NotebookClient(notebook, kernel_name="python3").execute()


@pytest.mark.slow
def test_what_a_notebook_shows_is_what_is_read_back(executed):
    pd.testing.assert_frame_equal(read_results(executed), tidy_results(ROWS))
    assert read_results(executed)["last_day"].iloc[-1] == pd.Timestamp("2024-02-09")


@pytest.mark.slow
def test_people_see_a_table_without_empty_columns(executed):
    (output,) = executed.cells[0].outputs
    assert "<th" in output.data["text/html"] and "2024-02-05" in output.data["text/html"]
    assert output.metadata["label"] == "results"


@pytest.mark.slow
def test_a_report_shows_the_table_and_not_the_data(executed):
    shown = text_of(build_document(executed, strict=True)["blocks"])
    assert "U.S. officials" in shown and "The results of this notebook" in shown
    assert "what counts" in shown and "what_counts" not in shown


def test_columns_without_a_value_are_not_shown(capsys):
    show_results([{"measure": "attacks", "value": 3}])
    shown = capsys.readouterr().out
    assert "value" in shown and "first day" not in shown


def test_results_have_all_columns_in_their_types():
    table = tidy_results(ROWS)
    assert tuple(table) == RESULT_COLUMNS
    assert table["value"].tolist()[:2] == [30, 12]
    assert table["day"].dtype.kind == "M"


def test_a_notebook_without_results_has_none():
    other = new_output("execute_result", {"text/plain": "1"})
    table = read_results(new_notebook(cells=[new_code_cell("1", outputs=[other])]))
    assert len(table) == 0
    assert tuple(table) == RESULT_COLUMNS


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"measure": "a", "valeu": 1}, "no column 'valeu'; did you mean 'value'"),
        ({"value": 1}, "a row has no measure"),
        ({"measure": "attacks", "what_counts": "all claims", "value": 2}, "two rows for attacks of all claims"),
        ({"measure": "a", "value": "many"}, "column value: 'many' is no number"),
        ({"measure": "a", "value": float("inf")}, "column value: 'inf' is no number"),
        ({"measure": "a", "day": "in spring"}, "column day: 'in spring' is no day"),
        ({"measure": "a", "value": 3, "low": 4}, "low is more than value in a"),
        ({"measure": "a", "day": "2024-02-02", "last_day": "2024-02-01"}, "day is more than last_day in a"),
    ],
)
def test_a_row_that_would_mislead_is_refused(row, message):
    with pytest.raises(InputError, match=message):
        tidy_results([*ROWS, row])


def test_one_result_said_twice_is_one_and_two_that_differ_are_refused():
    row = {"measure": "rate", "what_counts": "all", "value": 1.5, "low": 1.0, "high": 2.0}
    assert len(tidy_results([row, row, {**row, "what_counts": "seeds"}])) == 2
    with pytest.raises(InputError, match="two rows for rate of all"):
        tidy_results([row, {**row, "value": 1.6}])

"""The notebook that looks around: committed without outputs; run without a reader it leaves a picture and a table."""

import nbformat
import pytest

from analysis.evidence.folders import REPOSITORY
from analysis.explorer.opening_columns import choose_columns
from analysis.incidents.dataset import open_folder
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements
from analysis.runs.execution import execute

PATH = REPOSITORY / "notebooks" / "explore.ipynb"


def test_it_is_committed_valid_and_without_what_a_run_leaves():
    notebook = nbformat.read(PATH, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


def test_a_table_without_weapons_is_split_by_what_it_has(tmp_path):
    rows = "incident_id,date,country,event_type\nX-1,2021-03-01,A,raid\nX-2,2021-03-04,B,shelling\n"
    (tmp_path / "incidents.csv").write_text(rows)
    dataset = open_folder(tmp_path)
    assert choose_columns(dataset) == ("country", "event_type")
    assert choose_columns(dataset, across="country") == ("event_type", "country")
    (tmp_path / "incidents.csv").write_text("incident_id,date\nX-1,2021-03-01\n")
    assert choose_columns(open_folder(tmp_path)) == ("", "")


@pytest.mark.slow
def test_it_runs_on_a_table_with_nothing_but_days(tmp_path):
    (tmp_path / "incidents.csv").write_text("incident_id,date\nX-1,2021-03-01\nX-2,2021-03-04\nX-3,2021-04-04\n")
    executed = execute(PATH, tmp_path / "out.ipynb", {"folder": str(tmp_path)})
    executed = nbformat.read(executed, as_version=4) if hasattr(executed, "read_text") else executed
    kinds = [output.output_type for cell in executed.cells for output in cell.get("outputs", [])]
    assert kinds and "error" not in kinds


@pytest.mark.slow
def test_run_without_a_reader_it_leaves_a_picture_a_table_and_no_state(tmp_path, other_conflict):
    values = {"folder": str(other_conflict), "by": "weapon", "across": "country"}
    path = execute(PATH, tmp_path / "out.ipynb", values | {"export_to": str(tmp_path / "some.csv")})
    executed = path if not hasattr(path, "read_text") else nbformat.read(path, as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", []) if "data" in output]
    kinds = [kind for output in outputs for kind in output["data"]]
    assert "application/vnd.jupyter.widget-view+json" not in kinds
    assert "widgets" not in executed.metadata
    document = build_document(executed)
    found = [element["t"] for element in elements(document["blocks"])]
    assert found.count("Figure") == 2 and found.count("Table") >= 3
    assert (tmp_path / "some.csv").is_file()
    assert (tmp_path / "out.ipynb").stat().st_size < 300_000

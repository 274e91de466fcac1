"""Every notebook on tables of other conflicts: its chapters run, or say in one sentence what the table cannot carry."""

import json
import re

import matplotlib
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output

from analysis.databases.table_import import import_database, write_import
from analysis.evidence.folders import REPOSITORY
from analysis.findings.casualties import casualties_finding
from analysis.findings.study import open_study
from analysis.reports.document.notebook_document import build_document, read_notebook
from analysis.reports.plan import NOTEBOOKS
from analysis.runs.chapter_end import NOT_RUN, ends_chapter
from tests.conftest import FIXTURES

# What belongs to this repository's own record, and to no other table.
OWN_WORDS = re.compile(r"\battacks?\b|Pentagon|U\.S\.|\b2024\b|Observatory", re.IGNORECASE)
GED = FIXTURES / "ucdp_ged" / "ged191_syria_sample.csv"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Real rows of UCDP GED around a gap, a table without a gap, one of two rows; none has a claim."""
    root = tmp_path_factory.mktemp("tables")
    write_import(import_database("ucdp", [GED], root / "ged", version="19.1"))
    ged = pd.read_csv(root / "ged" / "incidents.csv", dtype=str)
    ged[ged["date"].between("2016-06-01", "2016-11-30")].to_csv(root / "ged" / "incidents.csv", index=False)
    for name, days in {"daily": pd.date_range("2021-01-01", "2021-01-20"), "two": ["2021-03-01", "2021-03-20"]}.items():
        (root / name).mkdir()
        rows = pd.DataFrame({"incident_id": [f"X{n}" for n in range(len(days))], "date": days})
        rows.to_csv(root / name / "incidents.csv", index=False, date_format="%Y-%m-%d")
    return root


@pytest.fixture
def shell():
    """A shell as in a kernel, and none afterwards."""
    matplotlib.use("agg")
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def outputs(shell, name, folder) -> list[dict]:
    """Run the code cells of a notebook; their outputs in order."""
    found = []
    for cell in json.loads((REPOSITORY / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if "parameters" in cell["metadata"].get("tags", []):
            source += f"\nfolder = {str(folder)!r}"
        with capture_output() as shown:
            result = shell.run_cell(source)
        assert result.success, (name, source, result.error_in_exec)
        found += [{"data": each.data, "metadata": each.metadata} for each in shown.outputs]
    return found


def text_of(found) -> str:
    """What a reader sees in outputs: sentences, captions, tables, descriptions of charts."""
    html = " ".join(str(each["data"].get("text/html", each["data"].get("text/markdown", ""))) for each in found)
    bare = re.sub(r"<svg.*?</svg>|src=\"[^\"]*\"|<!--.*?-->", " ", html, flags=re.DOTALL)
    return re.sub(r"<(?!img)[^>]*>", " ", bare)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name != "sources_and_incidents"])
def test_a_notebook_runs_on_an_imported_table_in_the_words_of_its_folder(shell, folders, name):
    found = outputs(shell, name, folders / "ged")
    assert not any(map(ends_chapter, found))
    said = text_of(found)
    assert "event" in said
    assert OWN_WORDS.findall(said) == []


def test_deaths_on_all_sides_keep_their_range(folders):
    rows = pd.read_csv(folders / "ged" / "incidents.csv")
    low, best, high = (f"{int(rows[name].sum()):,}" for name in ("deaths_low", "deaths", "deaths_high"))
    said = casualties_finding(open_study(folders / "ged")).sentence()
    assert said == (
        f"{len(rows)} events state {best} people killed on all sides (lowest figures {low}, highest {high})."
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "table", "reason"),
    [
        ("sources_and_incidents", "ged", r"one row for each event and no claims.* its column source names \d+ sources"),
        ("february_pause", "daily", "no day without incidents between two days with some"),
        ("april_resumption", "two", "longest gap .* does not have two days of the window on each side"),
    ],
)
def test_a_chapter_that_a_table_cannot_carry_is_one_sentence(shell, folders, name, table, reason):
    found = outputs(shell, name, folders / table)
    assert [ends_chapter(each) for each in found] == [True]
    assert re.search(reason, found[0]["data"]["text/plain"])
    assert found[0]["data"]["text/plain"].count(". ") == 0


def test_a_document_ends_where_its_chapter_ends():
    notebook = read_notebook(REPOSITORY / "notebooks" / "february_pause.ipynb")
    ended = next(cell for cell in notebook.cells if "end_chapter(" in cell.source and cell.cell_type == "code")
    whole = len(build_document(notebook)["blocks"])
    said = {"data": {"text/plain": "Nothing."}, "metadata": {"incidents_ends_chapter": True}}
    ended.outputs = [new_output("display_data", **said)]
    blocks = build_document(notebook)["blocks"]
    assert len(blocks) < whole
    assert [block["t"] for block in blocks[:1]] == ["Header"]
    assert not any(block["t"] == "Header" for block in blocks[1:])


@pytest.mark.slow
def test_another_folder_in_the_same_kernel_ends_the_skipping(shell):
    with capture_output():
        shell.run_cell("from analysis.runs.chapter_end import end_chapter")
        shell.run_cell("end_chapter('Nothing.')")
        assert shell.run_cell("print('x').no_such_name").result == NOT_RUN
        shell.run_cell("end_chapter('')")
        assert not shell.run_cell("print('x').no_such_name").success
        shell.run_cell("end_chapter('Nothing.')")
        shell.run_cell("open_study = str\nmade = 1")
        shell.run_cell("study = open_study()\nend_chapter('')")
        assert not shell.run_cell("print('x').no_such_name").success

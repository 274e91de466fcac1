"""Any notebook as PDF and HTML: under which title, and what is said of what is lost."""

import json

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.cli import main
from analysis.evidence.errors import InputError
from analysis.reports.conversion import convert_notebook
from analysis.reports.conversion_command import LOST
from tests.reports import pdf_checks as finished

PLOTLY = new_output("display_data", {"application/vnd.plotly.v1+json": {"data": []}})


@pytest.fixture
def saved(tmp_path):
    """A notebook in a file; a text is a Markdown cell, a list of outputs a code cell."""

    def write(*cells, name="my_notebook"):
        made = [
            new_markdown_cell(cell) if isinstance(cell, str) else new_code_cell("x = 1", outputs=cell) for cell in cells
        ]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=made), path)
        return path

    return write


def run(*arguments):
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


@pytest.mark.parametrize(
    ("cells", "title"),
    [
        (["# A title", "words"], "A title"),
        (["Some words first.", "- and\n- a list", "# A title"], "A title"),
        (["words\n\n# A title\n\nmore words"], "A title"),
        ([[], "# A title"], "my_notebook"),
        (["## A part", "words", "# Load", "# Results"], "my_notebook"),
        (["| a |\n|---|\n| 1 |", "# Not the title"], "my_notebook"),
        (["```\ncode\n```", "# Not the title"], "my_notebook"),
        (["words alone"], "my_notebook"),
        (["#", "# Second"], "Second"),
    ],
)
def test_the_title_is_the_first_heading_if_only_prose_comes_before_it_and_no_heading_leaves_its_place(
    saved, cells, title
):
    content = convert_notebook(path := saved(*cells)).files[path.with_suffix(".pdf")]
    with finished.opened(content).open_metadata() as about:
        assert about["dc:title"] == title
    said = [cell.strip("#- ") for cell in cells if isinstance(cell, str) and cell.startswith(("# ", "## "))]
    words = finished.words(content).replace(" ", "")
    places = [words.find(each.split("\n")[0].replace(" ", "")) for each in said]
    assert -1 not in places and places == sorted(places)


def test_html_and_pdf_are_made_beside_the_notebook_or_in_a_folder(saved, tmp_path):
    path = saved("# A title")
    assert run(path, "--pdf", "--html").exit_code == 0
    assert run(path, "--html", "--to", tmp_path / "out").exit_code == 0
    made = {each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*") if each.is_file()}
    assert made == {"my_notebook.ipynb", "my_notebook.pdf", "my_notebook.html", "out/my_notebook.html"}
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


def test_what_is_lost_is_named_with_its_notebook_and_cell_and_shows_in_the_exit_status(saved):
    made = run(path := saved("words", [PLOTLY]), "--pdf", "--html")
    assert made.exit_code == LOST
    assert made.stderr.count("my_notebook.ipynb, cell 2") == 1 and "plotly figure" in made.stderr
    assert path.with_suffix(".pdf").is_file()


def test_strict_fails_with_one_line_and_writes_nothing(saved):
    made = run(path := saved("words", [PLOTLY]), "--strict")
    assert made.exit_code == 2
    assert made.stderr.count("\n") == 1 and "my_notebook.ipynb, cell 2" in made.stderr
    assert not path.with_suffix(".pdf").exists()


@pytest.mark.parametrize(
    "content",
    ["", "not JSON", "[]", json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}), None],
)
def test_a_file_that_is_no_notebook_is_one_line(tmp_path, content):
    path = tmp_path / "a.ipynb"
    if content is not None:
        path.write_text(content)
    made = run(path)
    assert made.exit_code == 2
    assert made.stderr.count("\n") == 1 and "a.ipynb" in made.stderr


def test_a_folder_that_cannot_be_written_is_named(saved, tmp_path):
    (tmp_path / "file").write_text("in the way")
    made = run(saved("words"), "--to", tmp_path / "file")
    assert made.exit_code == 2 and "cannot write" in made.stderr


def test_a_typeface_that_is_none_is_named(saved, tmp_path):
    with pytest.raises(InputError, match="my_notebook.ipynb, fonts: .* is not there"):
        convert_notebook(saved("\u4e2d"), fonts=[str(tmp_path / "none.ttf")])

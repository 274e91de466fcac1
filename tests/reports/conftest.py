"""Notebooks for the tests: small ones made in code, and one that has a bit of everything."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.reports.document.notebook_document import build_document, read_notebook

FIXTURES = Path(__file__).parents[1] / "fixtures"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect width="9" height="9"/></svg>'


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture(scope="session")
def report_notebook() -> nbformat.NotebookNode:
    return read_notebook(FIXTURES / "report.ipynb")


@pytest.fixture(scope="session")
def report(report_notebook) -> dict:
    return build_document(report_notebook)


@pytest.fixture
def notebook():
    """A notebook of cells: a text is a Markdown cell, a list of outputs a code cell."""

    def build(*cells, source="x = 1", tags=()):
        made = [
            new_markdown_cell(cell) if isinstance(cell, str) else new_code_cell(source, outputs=cell) for cell in cells
        ]
        for cell in made:
            cell.metadata["tags"] = list(tags)
        return new_notebook(cells=made)

    return build


@pytest.fixture
def shown():
    """An output with several representations, and its metadata."""

    def build(data, **metadata):
        return new_output("display_data", data, metadata=metadata)

    return build


@pytest.fixture
def figure(shown):
    """An output as the project's own notebooks give a chart."""

    def build(**metadata):
        data = {"image/svg+xml": SVG, "text/html": "<figure>html</figure>", "text/plain": "<Figure>"}
        return shown(data, **metadata)

    return build

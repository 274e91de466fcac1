"""Small notebooks made in code and written where a test wants them."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture
def write_notebook(tmp_path):
    """Writes a notebook: a parameters cell, then code cells, or Markdown where a text begins with #."""

    def write(*cells: str, parameters: str | None = "number = 1  # a number", name="small", folder: Path = tmp_path):
        made = []
        if parameters is not None:
            made.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        made += [new_markdown_cell(text) if text.startswith("#") else new_code_cell(text) for text in cells]
        path = folder / f"{name}.ipynb"
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=made, metadata={"kernelspec": KERNEL}), path)
        return path

    return write

"""What decides the outputs of a notebook, and outputs put back under a text that was edited. Imports nothing slow.

The prose of a notebook decides no output: a run is known by the code cells, the parameters, the tables and the modules
that the code uses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.runs.kept_results import result_key
from analysis.runs.parameters import read_notebook_json
from analysis.runs.source_dependencies import PACKAGE_NAME, SourceDependencies

if TYPE_CHECKING:
    from nbformat import NotebookNode

RUNNERS = ("analysis.runs.execution", "analysis.runs.forkserver", "analysis.runs.forked_kernels")
INJECTED = "injected-parameters"  # the tag of the cell that papermill puts in


def run_files(notebook_path: Path, files: Mapping[str, str], dependencies: SourceDependencies) -> dict[str, str]:
    """Of the files that a report reads (names and hashes), those that decide the outputs of one of its notebooks: the
    tables and what its code uses of the package. The notebook itself is not among them."""
    cells = read_notebook_json(notebook_path)["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    used = dependencies.of_code(code) | dependencies.of_modules(*RUNNERS)
    return {name: digest for name, digest in files.items() if name in used or is_table(name)}


def is_table(name: str) -> bool:
    """Whether a file of a run's inputs is neither source of the package nor a notebook, but a table or the like."""
    return not name.startswith(f"{PACKAGE_NAME}/") and not name.endswith(".ipynb")


def run_key(
    notebook_path: Path, parameters: Mapping[str, Any], files: Mapping[str, str], versions: Mapping[str, str]
) -> str:  # fmt: skip
    """The key of a run. `files` are those of `run_files`, `versions` those of Python and the libraries."""
    notebook = read_notebook_json(notebook_path)
    code = [{k: v for k, v in cell.items() if k != "outputs"} for cell in notebook["cells"]
            if cell["cell_type"] == "code"]  # fmt: skip
    about = {name: value for name, value in notebook.items() if name != "cells"}
    return result_key("run", code, about, dict(parameters), dict(files), dict(versions))


def with_prose_of(notebook: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """The executed notebook with the text cells of `notebook`, as if that notebook had just been run.

    Both have the same code cells; `executed` has one more, if parameters were put in.
    """
    done = [cell for cell in executed.cells if cell.cell_type == "code"]
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cells.append(done.pop(0))
            if done and INJECTED in done[0].metadata.get("tags", []):
                cells.append(done.pop(0))
        else:
            cells.append(deepcopy(cell))
            cells[-1].metadata.setdefault("tags", [])  # as papermill does
    merged = deepcopy(executed)
    merged.cells = cells
    for number, cell in enumerate(merged.cells):
        cell.id = f"cell-{number}"
    return merged


def with_title(notebook: NotebookNode, title: str) -> NotebookNode:
    """The notebook with another first heading; with its own where there is no title."""
    first = next((cell for cell in notebook.cells if cell.cell_type == "markdown"), None)
    if title and first is not None:
        heading, _, rest = first.source.partition("\n")
        if heading.startswith("# "):
            first.source = f"# {escape_title(title)}\n{rest}"
    return notebook


def escape_title(title: str) -> str:
    """Text as one line of Markdown: characters that could become markup are escaped."""
    return re.sub(r"([\\`*_{}\[\]<>$|~^])", r"\\\1", " ".join(title.split()))

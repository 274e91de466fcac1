"""Equal inputs give byte-identical outputs: what is fixed before a run, and what is removed from its output."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

FIXED_VARIABLES = {
    "TZ": "UTC", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # its own pool reserves a gigabyte of a kernel's limit for the first text
}  # fmt: skip
# Runs in the kernel before the first cell and seeds the shared generators. A generator of one's own takes its own seed.
SEED = "__import__('random').seed(0); __import__('numpy').random.seed(0)"

CELL_FILE = re.compile(re.escape(gettempdir()) + r"[/\\]ipykernel_\d+[/\\]\d+\.py")
ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")
TEXT_TYPES = ("text/plain", "text/html", "text/markdown")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def fixed_environment() -> dict[str, str]:
    """The environment variables of a kernel: those of this process, with the fixed ones replaced."""
    return os.environ | FIXED_VARIABLES


def normalise_output(notebook: NotebookNode) -> NotebookNode:
    """The notebook without times, durations, paths, random ids, process numbers and addresses; changed in place."""
    from papermill.translators import PythonTranslator  # slow to import

    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    if folder := given.get("folder"):  # the name is enough: the record holds the path
        given = given | {"folder": Path(folder).name}
    notebook.metadata["papermill"] = {"parameters": given}
    notebook.metadata.pop("widgets", None)  # the state of widgets, under random ids, of a kernel that is gone
    as_code = PythonTranslator.translate_str
    for number, cell in enumerate(notebook.cells):
        if folder and "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(as_code(folder), as_code(given["folder"]))
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.id = f"cell-{number}"
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):  # the picture of a widget stays
                output["data"].pop(WIDGET_VIEW, None)
            for name in ("text", "traceback", "data"):
                if name in output:
                    output[name] = _without_process(output[name])
    return notebook


def _without_process(value: Any) -> Any:
    """The value without numbers of the process: an address, or the name of the file that holds a cell's code."""
    if isinstance(value, str):
        return ADDRESS.sub("0x0", CELL_FILE.sub("<cell>", value))
    if isinstance(value, list):
        return [_without_process(part) for part in value]
    if not value:
        return value
    return {kind: _without_process(part) if kind in TEXT_TYPES else part for kind, part in value.items()}

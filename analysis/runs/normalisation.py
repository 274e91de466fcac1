"""What a notebook gives must not depend on where and when it runs: what is fixed before, and taken away after."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

FIXED = {"TZ": "UTC", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
# Run in the kernel before the first cell. The generators that are shared; one's own takes a seed of one's own.
SEED = "__import__('random').seed(0); __import__('numpy').random.seed(0)"


CELL_FILE = re.compile(re.escape(gettempdir()) + r"[/\\]ipykernel_\d+[/\\]\d+\.py")
ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")
TEXTS = ("text/plain", "text/html", "text/markdown")


def fixed_environment() -> dict[str, str]:
    """The environment of a kernel: this one, but for what is fixed."""
    return os.environ | FIXED


def normalise_output(notebook: NotebookNode) -> NotebookNode:
    """The notebook without times, durations, paths, random ids and what outputs say of the process."""
    from papermill.translators import PythonTranslator  # slow to import

    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    if folder := given.get("folder"):  # its name is enough; where it lies stands in the record
        given = given | {"folder": Path(folder).name}
    notebook.metadata["papermill"] = {"parameters": given}
    as_code = PythonTranslator.translate_str
    for number, cell in enumerate(notebook.cells):
        if folder and "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(as_code(folder), as_code(given["folder"]))
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.id = f"cell-{number}"
        for output in cell.get("outputs", []):
            for name in ("text", "traceback", "data"):
                if name in output:
                    output[name] = _anywhere(output[name])
    return notebook


def _anywhere(said: Any) -> Any:
    """Text as it would be in any process; a cell is a file with the number of the process in its name."""
    if isinstance(said, str):
        return ADDRESS.sub("0x0", CELL_FILE.sub("<cell>", said))
    if isinstance(said, list):
        return [_anywhere(part) for part in said]
    return {kind: _anywhere(said[kind]) if kind in TEXTS else said[kind] for kind in said} if said else said

"""Run one notebook by papermill: whole or not at all, and without what differs from run to run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from analysis.evidence.problems import InputError, shown

# What a notebook computes must not depend on where and when it runs.
STEADY = {"TZ": "UTC", "PYTHONHASHSEED": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
KERNEL = "python3"


class RunError(RuntimeError):
    """A notebook did not run to its end; the message names the cell and what went wrong."""


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    keep_failed: Path | None = None,
    cell_seconds: int = 300,
) -> nbformat.NotebookNode:
    """Run `notebook` with `parameters` (already checked) and save the result at `output`.

    Returns the executed notebook. Raises RunError if a cell fails, hangs for `cell_seconds` or the
    kernel dies; then `output` is left as it was and what ran is kept as `<name>.failed.ipynb` in
    the folder `keep_failed`, beside `output` by default.
    """
    os.environ.update(STEADY)
    failed = (keep_failed or output.parent) / f"{output.stem}.failed.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=output.parent, prefix=".run-") as folder,
        tempfile.TemporaryDirectory(prefix="k-") as sockets,
    ):
        staged = Path(folder) / output.name
        try:
            papermill.execute_notebook(
                str(notebook.resolve()), str(staged), dict(parameters), kernel_name=KERNEL,
                progress_bar=False, execution_timeout=cell_seconds, config=_connection(sockets),
            )  # fmt: skip
            _must_not_leave_early(nbformat.read(staged, as_version=4))
        except (PapermillExecutionError, DeadKernelError, CellTimeoutError) as error:
            failed.parent.mkdir(parents=True, exist_ok=True)
            if staged.is_file():
                os.replace(staged, failed)
            if getattr(error, "ename", "") in ("InputError", "InvalidTables"):
                raise InputError(f"{shown(notebook)}: {error.evalue}") from None
            raise RunError(_explain(notebook, error, failed)) from None
        except OSError as error:
            raise InputError(f"cannot run {shown(notebook)}: {error}") from None
        executed = steady(nbformat.read(staged, as_version=4))
        nbformat.write(executed, staged)
        os.replace(staged, output)
    failed.unlink(missing_ok=True)
    return executed


def _must_not_leave_early(executed: nbformat.NotebookNode) -> None:
    """`sys.exit(0)` skips the cells that follow, and papermill takes that for success."""
    for index, cell in enumerate(executed.cells):
        for out in cell.get("outputs", []):
            if out.output_type == "error" and out.ename == "SystemExit":
                raise PapermillExecutionError(
                    index, cell.execution_count, cell.source, out.ename, out.evalue, out.traceback
                )


def _connection(sockets: str) -> Config:
    """Talk to the kernel through files, where the system has such sockets: on a TCP port any user
    of the machine could listen. The path is absolute and short: systems cut it at 100 bytes."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/s"}})


def steady(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without times, durations and paths: the same for the same input."""
    papermill_record = notebook.metadata.get("papermill", {})
    notebook.metadata["papermill"] = {"parameters": papermill_record.get("parameters", {})}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.id = f"cell-{number}"
    return notebook


def _explain(notebook: Path, error: Exception, failed: Path) -> str:
    if isinstance(error, PapermillExecutionError):
        what = f"cell {_number(notebook, error)} failed: {error.ename}: {error.evalue}"
    elif isinstance(error, DeadKernelError):
        what = "the kernel died"
    else:
        what = "a cell ran out of time"
    return f"{shown(notebook)}: {what} (see {shown(failed)})"


def _number(notebook: Path, error: PapermillExecutionError) -> int:
    """The failed cell as the author counts: papermill counts the cell of parameters it puts in."""
    here = nbformat.read(notebook, as_version=4).cells[error.cell_index :][:1]
    return error.cell_index + 1 if here and here[0].source == error.source else error.cell_index

"""Run one notebook by papermill: whole or not at all, and without what differs from run to run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.runs import engine
from analysis.runs.normalisation import normalise_output
from analysis.runs.parallel_runs import RunningKernels
from analysis.runs.run_limits import Limits

Kernel = Literal["cold", "warm"]
KERNEL = "python3"
ADDED = {"injected-parameters", "papermill-error-cell-tag"}  # tags of cells that papermill puts in


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    keep_failed: Path | None = None,
    kernel: Kernel = "cold",
    limits: Limits | None = None,
    running: RunningKernels | None = None,
    shared: str = "",
) -> nbformat.NotebookNode:
    """Run `notebook` with `parameters` (already checked) and save the result at `output`.

    Returns the executed notebook. Raises RunError if a cell fails, takes too long or too much memory, or
    the kernel dies, and InputError if that is what the notebook raises; then `output` is left as it was
    and what ran is kept, its failing cell marked, as `<name>.failed.ipynb` in the folder `keep_failed`,
    beside `output` by default. A kernel is `cold`, a new process, or `warm`, forked from one that has
    already imported; the result is the same. Kernels with the same folder `shared` find there what others
    have worked out (see `measures.shared`).
    """
    limits = limits or Limits()
    running = running or RunningKernels()
    output = output.absolute()
    failed = (keep_failed or output.parent) / f"{output.stem}.failed.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=output.parent, prefix=".run-") as folder,
        tempfile.TemporaryDirectory(prefix="k-") as sockets,
    ):
        staged = Path(folder) / output.name
        try:
            papermill.execute_notebook(
                str(notebook.resolve()), str(staged), dict(parameters), engine_name=engine.NAME, kernel_name=KERNEL,
                progress_bar=False, request_save_on_cell_execute=False, limits=limits, running=running,
                shared=shared, kernel_manager_class=_manager(kernel), config=_connection(sockets),
            )  # fmt: skip
        except PapermillExecutionError as error:
            if running.stopped:
                raise RunError(f"{format_path(notebook)}: stopped") from None
            failed.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged, failed)
            raise _explained(error, notebook, failed, limits) from None
        except (RuntimeError, NoSuchKernel) as error:  # what jupyter_client says of a kernel that does not start
            raise RunError(f"{format_path(notebook)}: the kernel did not start: {_first_line(error)}") from None
        executed = normalise_output(nbformat.read(staged, as_version=4))
        nbformat.write(executed, staged)
        os.replace(staged, output)
    failed.unlink(missing_ok=True)
    return executed


def _manager(kernel: Kernel) -> type:
    if kernel == "warm":
        from analysis.runs.forked_kernels import ForkedKernelManager

        return ForkedKernelManager
    return AsyncKernelManager


def _connection(sockets: str) -> Config:
    """Talk to the kernel through files, where the system has such sockets: on a TCP port any user
    of the machine could listen. The path is absolute and short: systems cut it at 100 bytes."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/s"}})


def _explained(error: PapermillExecutionError, notebook: Path, failed: Path, limits: Limits) -> InputError | RunError:
    """One line: which cell, as the author counts, and what became of it."""
    name, said = error.ename, _first_line(error.evalue)
    if name in ("InputError", "InvalidTables"):
        return InputError(f"{format_path(notebook)}: {error.evalue}")
    cell = f"cell {_number(nbformat.read(failed, as_version=4))}"
    words = {
        "DeadKernelError": f"the kernel died in {cell}: {said}",
        "CellTimeoutError": f"{cell} ran out of time: {said}",
        "SystemExit": f"{cell} left early: {said}",
    }
    what = words.get(name, f"{cell} failed: {name}: {said}".removesuffix(": "))
    if name.endswith("MemoryError"):
        what = f"{cell} ran out of memory{limits.memory_words()}: {said or name}"
    return RunError(f"{format_path(notebook)}: {what} (see {format_path(failed)})")


def _number(executed: nbformat.NotebookNode) -> int:
    """The failed cell as the author counts, without the cells that papermill put in."""
    own = [cell for cell in executed.cells if not ADDED & set(cell.metadata.get("tags", []))]
    return next(n for n, cell in enumerate(own, 1) if _failed(cell))


def _failed(cell: nbformat.NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _first_line(words: object) -> str:
    return (str(words).strip().splitlines() or [""])[0]

"""Run one notebook by papermill: the output appears whole or not at all, with nothing that differs from run to run."""

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
from analysis.evidence.scratch import scratch_folder
from analysis.runs import papermill_engine
from analysis.runs.normalisation import normalise_output
from analysis.runs.parallel_runs import RunningKernels
from analysis.runs.run_limits import RunLimits

Kernel = Literal["cold", "warm"]
KERNEL = "python3"
ADDED_TAGS = {"injected-parameters", "papermill-error-cell-tag"}  # tags of cells that papermill puts in


def execute(
    notebook_path: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    keep_failed: Path | None = None,
    kernel: Kernel = "cold",
    limits: RunLimits | None = None,
    running: RunningKernels | None = None,
    cache_folder: str = "",
) -> nbformat.NotebookNode:
    """Run `notebook_path` with `parameters` (already checked), save the result at `output` and return it.

    A `cold` kernel is a new process. A `warm` kernel is forked from a process that has already imported the libraries;
    the result is the same. Kernels that are given the same `cache_folder` share computed arrays there (see
    `measures.changepoints.array_cache`).

    Raises RunError if a cell fails, takes too long or too much memory, or if the kernel dies; InputError if the
    notebook raises InputError. Then `output` stays as it was. The notebook as far as it ran is kept, its failing cell
    marked, as `<name>.failed.ipynb` in the folder `keep_failed` (by default the folder of `output`).
    """
    limits = limits or RunLimits()
    running = running or RunningKernels()
    output = output.absolute()
    failed = (keep_failed or output.parent) / f"{output.stem}.failed.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=output.parent, prefix=".run-") as folder,
        scratch_folder("k") as sockets,
    ):
        staged = Path(folder) / output.name
        try:
            papermill.execute_notebook(
                str(notebook_path.resolve()), str(staged), dict(parameters),
                engine_name=papermill_engine.ENGINE, kernel_name=KERNEL,
                progress_bar=False, request_save_on_cell_execute=False, limits=limits, running=running,
                cache_folder=cache_folder, kernel_manager_class=_manager(kernel), config=_connection(str(sockets)),
            )  # fmt: skip
        except PapermillExecutionError as error:
            if running.stopped:
                raise RunError(f"{format_path(notebook_path)}: stopped") from None
            failed.parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged, failed)
            raise _explain_failure(error, notebook_path, failed, limits) from None
        except (RuntimeError, NoSuchKernel) as error:  # the kernel did not start
            raise RunError(f"{format_path(notebook_path)}: the kernel did not start: {_first_line(error)}") from None
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
    """The connection to the kernel goes through files where the system has such sockets: any user of the machine could
    listen on a TCP port. The path is absolute and short, because systems cut it at 100 bytes."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/s"}})


def _explain_failure(
    error: PapermillExecutionError, notebook_path: Path, failed: Path, limits: RunLimits
) -> InputError | RunError:
    """An error of one line: which cell, as its author counts, and what happened to it."""
    name, message = error.ename, _first_line(error.evalue)
    if name in ("InputError", "InvalidTables"):
        return InputError(f"{format_path(notebook_path)}: {error.evalue}")
    cell = f"cell {_failed_cell_number(nbformat.read(failed, as_version=4))}"
    messages = {
        "DeadKernelError": f"the kernel died in {cell}: {message}",
        "CellTimeoutError": f"{cell} ran out of time: {message}",
        "SystemExit": f"{cell} left early: {message}",
    }
    what = messages.get(name, f"{cell} failed: {name}: {message}".removesuffix(": "))
    if name.endswith("MemoryError"):
        what = f"{cell} ran out of memory{limits.format_memory()}: {message or name}"
    return RunError(f"{format_path(notebook_path)}: {what} (see {format_path(failed)})")


def _failed_cell_number(executed: nbformat.NotebookNode) -> int:
    """The failed cell as the author counts, without the cells that papermill put in."""
    own = [cell for cell in executed.cells if not ADDED_TAGS & set(cell.metadata.get("tags", []))]
    return next((n for n, cell in enumerate(own, 1) if _failed(cell)), len(own))


def _failed(cell: nbformat.NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _first_line(text: object) -> str:
    return (str(text).strip().splitlines() or [""])[0]

"""The runs of a sweep on the workers of a Dask scheduler, which need not share a disk with this machine.

A worker is sent the text of the notebook and the parameters, and sends the executed notebook back. Package, evidence
and libraries must be the same there: their hashes and versions are compared, on every worker and before every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.evidence.scratch import scratch_folder
from analysis.runs import run_record
from analysis.runs.execution import execute
from analysis.runs.run_limits import RunLimits
from analysis.runs.sweep_runs import Runner, SweepRun, keep_run

Batch = tuple[str, Callable[..., Any], tuple]  # name, function, arguments
ANSWER_SECONDS = 30  # seconds for a scheduler to answer, and for a first worker


def dask_runner(address: str, limits: RunLimits | None = None) -> Runner:
    """A runner for the workers of the Dask scheduler at `address`, such as tcp://scheduler:8786.

    Each worker runs one notebook per thread. Dask gives the run of a worker that dies to another worker.

    Raises InputError if Dask is not installed. The runner raises InputError if no scheduler answers at the address, or
    if a worker differs from this machine.
    """
    try:
        from distributed import as_completed
    except ImportError:
        raise InputError("running on Dask needs: pip install distributed") from None

    def runner(runs: Sequence[SweepRun], progress: Callable[[SweepRun], None]) -> dict[Path, str]:
        failures: dict[Path, str] = {}
        with _client(address) as client:
            _check_workers(client, runs)
            tasks = {client.submit(run_on_worker, *_message(run), limits, key=run.folder.name): run for run in runs}
            for task in as_completed(tasks):
                run = tasks[task]
                if reason := _keep_answer(run, task):
                    failures[run.folder] = reason
                progress(run)
                task.release()
        return failures

    return runner


def _client(address: str):
    from distributed import Client

    try:
        client = Client(address, timeout=ANSWER_SECONDS)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler at {address}: {str(error).splitlines()[0]}") from None
    try:
        client.wait_for_workers(1, timeout=ANSWER_SECONDS)
    except TimeoutError:
        client.close()
        raise InputError(f"the Dask scheduler at {address} has no worker") from None
    return client


def _check_workers(client, runs: Sequence[SweepRun]) -> None:
    inputs_by_folder = {run.parameters.get("folder", ""): run.inputs for run in runs}
    for folder, inputs in inputs_by_folder.items():
        for worker, differences in client.run(environment_differences, folder, inputs, on_error="return").items():
            if differences:
                raise InputError(f"the worker {worker} cannot stand in for this machine: {_summary(differences)}")


def _summary(differences: list[str] | Exception) -> str:
    if isinstance(differences, Exception):
        return f"{type(differences).__name__}: {differences}"
    more = f" and {len(differences) - 3} more" if len(differences) > 3 else ""
    return "; ".join(differences[:3]) + more


def environment_differences(folder: str, inputs: dict[str, Any]) -> list[str]:
    """How this machine differs from the one that asks: evidence in `folder`, source of the package, versions.

    `inputs` are the inputs of a run as the asking machine has them (see `run_record.run_inputs`). The notebook is left
    out: it is sent with the run.
    """
    here = run_record.run_inputs([], {"folder": folder})
    sent = {name: digest for name, digest in inputs["files"].items() if name not in inputs["notebooks"]}
    parts = ("files", "versions")
    return run_record.changed_inputs(inputs | {"files": sent}, inputs | {part: here[part] for part in parts})


def _message(run: SweepRun) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    return run.notebook_path.read_text(encoding="utf-8"), run.notebook_path.name, run.parameters, run.inputs


def run_on_worker(
    text: str, name: str, parameters: dict[str, Any], inputs: dict[str, Any], limits: RunLimits | None
) -> tuple[str, str]:
    """Run a notebook on a worker; `text` is the notebook's JSON, `name` the name of its file.

    Returns the executed notebook as text, and the reason of a failure or an empty text. Raises RunError if the worker
    differs from the machine that asks.
    """
    if differences := environment_differences(parameters.get("folder", ""), inputs):
        raise RunError(f"the worker cannot stand in for the machine that asks: {_summary(differences)}")
    with scratch_folder("worker") as folder:
        source, made = Path(folder) / name, Path(folder) / "made" / name
        source.write_text(text, encoding="utf-8")
        try:
            execute(source, made, parameters, kernel="warm", limits=limits)
        except (InputError, RunError) as error:
            failed = made.with_suffix(".failed.ipynb")
            executed = failed.read_text(encoding="utf-8") if failed.is_file() else ""
            return executed, str(error).replace(f"{made.parent}{os.sep}", "").replace(f"{folder}{os.sep}", "")
        return made.read_text(encoding="utf-8"), ""


def _keep_answer(run: SweepRun, task) -> str:
    """Write the notebook that a worker sent back to its folder; returns the reason of a failure, or an empty text."""
    if error := task.exception():  # the run's own error, or Dask's if the run killed one worker after the other
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    text, reason = task.result()
    if reason:
        failed = run.failed / f"{run.notebook_path.stem}.failed.ipynb"
        failed.parent.mkdir(parents=True, exist_ok=True)
        failed.write_text(text, encoding="utf-8")
        return reason.replace(failed.name, format_path(failed))
    try:
        keep_run(run, lambda made: made.write_text(text, encoding="utf-8"))
    except (InputError, RunError) as error:
        return str(error)
    return ""


def dask_batches(
    address: str,
) -> Callable[[Sequence[Batch]], Iterator[tuple[str, Any]]]:
    """A runner of batches of `pause_search.find_pauses` on the workers of the Dask scheduler at `address`.

    Dask gives the batch of a worker that dies to another worker, and each batch is answered once.

    Raises InputError if Dask is not installed. The runner raises InputError if no scheduler answers, or if a worker has
    other versions of the package or its libraries, and RunError with the reason of a batch that fails.
    """
    try:
        from distributed import as_completed
    except ImportError:
        raise InputError("running on Dask needs: pip install 'attack-incidents[cluster]'") from None

    def runner(tasks: Sequence[Batch]) -> Iterator[tuple[str, Any]]:
        if not tasks:
            return
        here = run_record.package_versions()
        with _client(address) as client:
            for worker, there in client.run(run_record.package_versions, on_error="return").items():
                if there != here:
                    raise InputError(f"the worker {worker} has other versions than this machine: {there}")
            waiting = {client.submit(work, *arguments, key=name): name for name, work, arguments in tasks}
            for future in as_completed(waiting):
                if error := future.exception():
                    raise RunError(f"a batch failed: {type(error).__name__}: {str(error).splitlines()[0]}")
                yield waiting[future], future.result()
                future.release()

    return runner

"""The runs of a sweep on the workers of a Dask scheduler, which need not share a disk with this machine.

A worker is sent the text of the notebook and the parameters, and sends the executed notebook back. Package, evidence
and libraries must be the same there: their hashes and versions are compared, on every worker and before every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.runs import run_record
from analysis.runs.execution import execute
from analysis.runs.run_limits import Limits
from analysis.runs.sweeps import Runner, SweepRun, keep_run

PATIENCE = 30  # seconds for a scheduler to answer, and for a first worker


def dask_runner(address: str, limits: Limits | None = None) -> Runner:
    """Runs on the workers of the scheduler at `address`, such as tcp://scheduler:8786; as many at once as they have
    threads. A run whose worker dies is run again by another.

    The runner raises InputError if nobody answers there, or if a worker differs from this machine.
    """
    try:
        from distributed import as_completed
    except ImportError:
        raise InputError("running on Dask needs: pip install 'attack-incidents[cluster]'") from None

    def runner(runs: Sequence[SweepRun], progress: Callable[[SweepRun], None]) -> dict[Path, str]:
        failures: dict[Path, str] = {}
        with _client(address) as client:
            _must_be_alike(client, runs)
            tasks = {client.submit(run_on_worker, *_sent(run), limits, key=run.folder.name): run for run in runs}
            for task in as_completed(tasks):
                run = tasks[task]
                if reason := _received(run, task):
                    failures[run.folder] = reason
                progress(run)
                task.release()
        return failures

    return runner


def _client(address: str):
    from distributed import Client

    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler at {address}: {str(error).splitlines()[0]}") from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise InputError(f"the Dask scheduler at {address} has no worker") from None
    return client


def _must_be_alike(client, runs: Sequence[SweepRun]) -> None:
    bases = {run.parameters.get("folder", ""): run.basis for run in runs}
    for folder, basis in bases.items():
        for worker, found in client.run(environment_differences, folder, basis, on_error="return").items():
            if found:
                raise InputError(f"the worker {worker} cannot stand in for this machine: {_words(found)}")


def _words(found: list[str] | Exception) -> str:
    if isinstance(found, Exception):
        return f"{type(found).__name__}: {found}"
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(found[:3]) + more


def environment_differences(folder: str, basis: dict[str, Any]) -> list[str]:
    """What decides a run and is not here as it is in `basis`: evidence, package, versions."""
    here = run_record.run_inputs([], {"folder": folder})
    sent = {name: there for name, there in basis["inputs"].items() if name not in basis["notebooks"]}
    parts = ("inputs", "versions")
    return run_record.changed_inputs(basis | {"inputs": sent}, basis | {part: here[part] for part in parts})


def _sent(run: SweepRun) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    return run.notebook.read_text(encoding="utf-8"), run.notebook.name, run.parameters, run.basis


def run_on_worker(
    text: str, name: str, parameters: dict[str, Any], basis: dict[str, Any], limits: Limits | None
) -> tuple[str, str]:
    """On a worker: the executed notebook as text, and why it failed, if it did."""
    if found := environment_differences(parameters.get("folder", ""), basis):
        raise RunError(f"the worker cannot stand in for the machine that asks: {_words(found)}")
    with TemporaryDirectory() as folder:
        source, made = Path(folder) / name, Path(folder) / "made" / name
        source.write_text(text, encoding="utf-8")
        try:
            execute(source, made, parameters, kernel="warm", limits=limits)
        except (InputError, RunError) as error:
            failed = made.with_suffix(".failed.ipynb")
            executed = failed.read_text(encoding="utf-8") if failed.is_file() else ""
            return executed, str(error).replace(f"{made.parent}{os.sep}", "").replace(f"{folder}{os.sep}", "")
        return made.read_text(encoding="utf-8"), ""


def _received(run: SweepRun, task) -> str:
    """Keep what a worker sent back, in its place; the reason if the run failed."""
    if error := task.exception():  # its own, or Dask's: a run that killed one worker after the other
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    text, reason = task.result()
    if reason:
        failed = run.failed / f"{run.notebook.stem}.failed.ipynb"
        failed.parent.mkdir(parents=True, exist_ok=True)
        failed.write_text(text, encoding="utf-8")
        return reason.replace(failed.name, format_path(failed))
    try:
        keep_run(run, lambda made: made.write_text(text, encoding="utf-8"))
    except (InputError, RunError) as error:
        return str(error)
    return ""

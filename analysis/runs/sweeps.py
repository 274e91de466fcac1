"""One notebook run over a grid of parameters: runs in parallel, each run kept, all results in one table."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.evidence.scratch import scratch_folder
from analysis.runs import run_record
from analysis.runs.execution import execute
from analysis.runs.parallel_runs import RunningKernels, run_parallel
from analysis.runs.result_table import RESULT_COLUMNS, read_results
from analysis.runs.run_limits import RunLimits
from analysis.runs.sweep_runs import Runner, SweepRun, format_parameter, keep_run


@dataclass(frozen=True)
class SweepOutcome:
    """What a sweep gave: the results of every finished run, and the reason of every failure by its parameters.

    Of the `finished` runs, `reused` were finished before this sweep.
    """

    table: pd.DataFrame
    failures: dict[str, str]
    finished: int
    reused: int


def plan_sweep(notebook_path: Path, points: Sequence[dict[str, Any]], folder: Path) -> list[SweepRun]:
    """A run for every point of a grid; each has a folder in `folder`, named after a hash of its inputs.

    Raises InputError for a parameter that has the name of a column of the results.
    """
    if taken := {"run", *RESULT_COLUMNS} & {name for point in points for name in point}:
        raise InputError(
            f"{format_path(notebook_path)}: {', '.join(taken)} cannot be swept; the results have a column so named"
        )

    @cache
    def inputs_on(evidence_folder: str) -> dict[str, Any]:
        return run_record.run_inputs([notebook_path], {"folder": evidence_folder})

    each = [(point, inputs_on(point.get("folder", "")) | {"parameters": point}) for point in points]
    return [SweepRun(notebook_path, point, inputs, folder / _folder_name(inputs)) for point, inputs in each]


def _folder_name(inputs: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]


def run_sweep(
    runs: Sequence[SweepRun], runner: Runner, force: bool = False, progress: Callable[[SweepRun], None] = lambda _: None
) -> SweepOutcome:
    """Run what is not finished yet (all, with `force`) and gather the results of every finished run.

    `progress` is called with every run that is done.
    """
    waiting = [run for run in runs if force or not run.finished()]
    reused = [run for run in runs if run not in waiting]
    for run in reused:
        progress(run)
    failures = runner(waiting, progress) if waiting else {}
    finished = [run for run in runs if run.folder not in failures]
    reasons = {run.format_parameters(): failures[run.folder] for run in runs if run.folder in failures}
    return SweepOutcome(gather_results(finished), reasons, len(finished), len(reused))


def choose_runner(dask: str | None, at_once: int | None, limits: RunLimits) -> Runner:
    """A runner for the Dask scheduler at the address `dask`, or for this machine if that is None."""
    if not dask:
        return local_runner(at_once, limits)
    from analysis.runs.cluster import dask_runner

    return dask_runner(dask, limits)


def local_runner(at_once: int | None = None, limits: RunLimits | None = None) -> Runner:
    """A runner for kernels of this machine, `at_once` in parallel; by default one more than it has cores."""

    def runner(runs: Sequence[SweepRun], progress: Callable[[SweepRun], None]) -> dict[Path, str]:
        failures: dict[Path, str] = {}

        with scratch_folder("sweep") as cache_folder:

            def one(run: SweepRun, running: RunningKernels) -> None:
                try:
                    keep_run(run, lambda made: execute(
                        run.notebook_path, made, run.parameters, keep_failed=run.failed, kernel="warm", limits=limits,
                        running=running, cache_folder=str(cache_folder),
                    ))  # fmt: skip
                except (InputError, RunError) as error:
                    failures[run.folder] = str(error)
                progress(run)

            # One more than there are cores, because a kernel that starts or ends mostly waits.
            run_parallel(one, runs, at_once or (os.cpu_count() or 1) + 1)
        return failures

    return runner


def gather_results(runs: Sequence[SweepRun]) -> pd.DataFrame:
    """The results of finished runs as one table: a column `run`, one for each parameter, then RESULT_COLUMNS."""
    tables = [_results_of(run) for run in runs]
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    columns = ["run", *names, *RESULT_COLUMNS]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _results_of(run: SweepRun) -> pd.DataFrame:
    given = {name: format_parameter(value) for name, value in run.parameters.items()}
    return read_results(nbformat.read(run.output, as_version=4)).assign(run=run.folder.name, **given)


def check_writable(out: Path) -> None:
    """Raises InputError if a table cannot be written to `out`; called before anything runs."""
    nearest = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if out.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError(f"cannot write to {format_path(out)}")
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"{format_path(out)}: a table is written as .csv or .parquet")
    if out.suffix == ".parquet" and not find_spec("pyarrow"):
        raise InputError(f"{format_path(out)}: Parquet needs pyarrow ('pip install pyarrow'); .csv does not")


def write_results(table: pd.DataFrame, out: Path) -> None:
    """Write the table as CSV or Parquet, by the ending of the file's name; it appears whole or not at all."""
    if out.suffix == ".parquet":
        made = io.BytesIO()
        table.to_parquet(made, index=False)
        content = made.getvalue()
    else:
        content = table.to_csv(index=False, lineterminator="\n").encode()
    out.parent.mkdir(parents=True, exist_ok=True)
    staged = out.with_name(f".{out.name}")
    staged.write_bytes(content)
    os.replace(staged, out)

"""One notebook run over a grid of parameters: side by side, each run kept, the results of all in one table."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pandas as pd

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.evidence.folders import REPOSITORY
from analysis.runs import run_record
from analysis.runs.execution import execute
from analysis.runs.parallel_runs import RunningKernels, run_parallel
from analysis.runs.parameters import view_of_parameters
from analysis.runs.publication import publish_folder
from analysis.runs.result_table import COLUMNS, read_results
from analysis.runs.run_limits import Limits


@dataclass(frozen=True)
class SweepRun:
    """One point of a grid: what it runs on, and the folder its output goes to."""

    notebook: Path
    parameters: dict[str, Any]
    basis: dict[str, Any]
    folder: Path

    @property
    def output(self) -> Path:
        """The executed notebook."""
        return self.folder / self.notebook.name

    @property
    def failed(self) -> Path:
        """Where what ran is kept if the run fails."""
        return self.folder.with_name(f"{self.folder.name}.failed")

    def finished(self) -> bool:
        """True if the output is there and is what a run would give again."""
        return not run_record.is_stale(self.folder, self.basis)

    def words(self) -> str:
        """The parameters as one would type them."""
        return ", ".join(f"{name}={_cell(value)}" for name, value in self.parameters.items()) or "the defaults"


def _cell(value: Any) -> Any:
    return "|".join(map(str, value)) if isinstance(value, list) else value


# Runs them all and tells of each that is done; gives for every run that failed the reason.
Runner = Callable[[Sequence[SweepRun], Callable[[SweepRun], None]], dict[Path, str]]


@dataclass(frozen=True)
class SweepOutcome:
    """What a sweep gave: the results of every run that is finished, and why the others failed.

    Of the `good` runs, `kept` were finished before.
    """

    table: pd.DataFrame
    failures: dict[str, str]
    good: int
    kept: int


def plan_sweep(notebook: Path, points: Sequence[dict[str, Any]], folder: Path) -> list[SweepRun]:
    """A run for every point, in a folder named after all that decides what it gives.

    Raises InputError for a parameter that has the name of a column of the results.
    """
    if taken := {"run", *COLUMNS} & {name for point in points for name in point}:
        raise InputError(
            f"{format_path(notebook)}: {', '.join(taken)} cannot be swept; the results have a column so named"
        )

    @cache
    def inputs(evidence: str) -> dict[str, Any]:
        return run_record.run_inputs([notebook], {"folder": evidence})

    bases = [inputs(point.get("folder", "")) | {"parameters": point} for point in points]
    return [SweepRun(notebook, point, basis, folder / _name(basis)) for point, basis in zip(points, bases, strict=True)]


def _name(basis: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()[:16]


def run_sweep(
    runs: Sequence[SweepRun], runner: Runner, force: bool = False, progress: Callable[[SweepRun], None] = lambda _: None
) -> SweepOutcome:
    """Run what is not finished yet (all, with `force`), and gather the results of every run that is."""
    waiting = [run for run in runs if force or not run.finished()]
    kept = [run for run in runs if run not in waiting]
    for run in kept:
        progress(run)
    failures = runner(waiting, progress) if waiting else {}
    good = [run for run in runs if run.folder not in failures]
    said = {run.words(): failures[run.folder] for run in runs if run.folder in failures}
    return SweepOutcome(gather_results(good), said, len(good), len(kept))


def choose_runner(dask: str | None, at_once: int | None, limits: Limits) -> Runner:
    """Runs on the scheduler at the address `dask`, or here."""
    if not dask:
        return local_runner(at_once, limits)
    from analysis.runs.cluster import dask_runner

    return dask_runner(dask, limits)


def local_runner(at_once: int | None = None, limits: Limits | None = None) -> Runner:
    """Runs side by side in kernels of this machine; by default one more than it has cores."""

    def runner(runs: Sequence[SweepRun], progress: Callable[[SweepRun], None]) -> dict[Path, str]:
        failures: dict[Path, str] = {}

        with TemporaryDirectory(prefix="sweep-") as shared:

            def one(run: SweepRun, running: RunningKernels) -> None:
                try:
                    keep_run(run, lambda made: execute(
                        run.notebook, made, run.parameters, keep_failed=run.failed, kernel="warm", limits=limits,
                        running=running, shared=shared,
                    ))  # fmt: skip
                except (InputError, RunError) as error:
                    failures[run.folder] = str(error)
                progress(run)

            # One more than there are cores: a kernel that starts or ends mostly waits.
            run_parallel(one, runs, at_once or (os.cpu_count() or 1) + 1)
        return failures

    return runner


def keep_run(run: SweepRun, make: Callable[[Path], Any]) -> None:
    """`make` the executed notebook at the path it is given, and publish it with its record; what a failed one leaves
    has a record too.

    Raises InputError for results that contradict each other, and what `make` and `published` raise.
    """
    started, view = datetime.now(UTC), view_of_parameters(run.notebook, run.parameters)
    told = {"view": view.words()} if view else {}
    try:
        with publish_folder(run.folder) as made:
            make(made / run.notebook.name)
            read_results(nbformat.read(made / run.notebook.name, as_version=4))
            run_record.write_record(made, run.basis, "complete", started, **told)
    except (InputError, RunError) as error:
        if run.failed.is_dir():
            run_record.write_record(run.failed, run.basis, str(error), started, **told)
        raise
    shutil.rmtree(run.failed, ignore_errors=True)


def verify_run(folder: Path) -> run_record.RecordComparison:
    """Run again, elsewhere, what the record of a run of a sweep says, and compare every byte.

    Raises InputError for a folder without such a record, and what `execute` raises."""
    on = run_record.read_record(folder)["basis"]
    notebook, given = REPOSITORY / on["notebooks"][0], on["parameters"]
    with TemporaryDirectory(prefix="verify-") as elsewhere:
        execute(notebook, Path(elsewhere, notebook.name), given)
        return run_record.compare_records(folder, Path(elsewhere), run_record.run_inputs([notebook], given))


def gather_results(runs: Sequence[SweepRun]) -> pd.DataFrame:
    """The results of finished runs as one table: the run, its parameters, then the columns of the results."""
    tables = [_results_of(run) for run in runs]
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    columns = ["run", *names, *COLUMNS]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _results_of(run: SweepRun) -> pd.DataFrame:
    given = {name: _cell(value) for name, value in run.parameters.items()}
    return read_results(nbformat.read(run.output, as_version=4)).assign(run=run.folder.name, **given)


def check_writable(out: Path) -> None:
    """Raises InputError if a table cannot be written there; asked before anything runs."""
    there = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if out.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"cannot write to {format_path(out)}")
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"{format_path(out)}: a table is written as .csv or .parquet")
    if out.suffix == ".parquet" and not find_spec("pyarrow"):
        raise InputError(f"{format_path(out)}: Parquet needs pyarrow ('pip install pyarrow'); .csv does not")


def write_results(table: pd.DataFrame, out: Path) -> None:
    """The table as CSV or Parquet, by the name of the file; whole or not at all."""
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

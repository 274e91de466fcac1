"""One run of a sweep: its inputs, the folder it is kept in, and how it is verified."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from analysis.evidence.errors import InputError, RunError
from analysis.evidence.folders import REPOSITORY
from analysis.evidence.scratch import scratch_folder
from analysis.runs import run_record
from analysis.runs.atomic_folder import publish_folder
from analysis.runs.execution import execute
from analysis.runs.parameters import view_of_parameters
from analysis.runs.result_table import read_results


@dataclass(frozen=True)
class SweepRun:
    """One point of a grid: the notebook, its parameters, all inputs of the run, and the folder of its output."""

    notebook_path: Path
    parameters: dict[str, Any]
    inputs: dict[str, Any]
    folder: Path

    @property
    def output(self) -> Path:
        """The executed notebook."""
        return self.folder / self.notebook_path.name

    @property
    def failed(self) -> Path:
        """The folder that keeps the notebook as far as it ran, if the run fails."""
        return self.folder.with_name(f"{self.folder.name}.failed")

    def finished(self) -> bool:
        """True if the output is there and equals what a run would give now."""
        return not run_record.stale_reasons(self.folder, self.inputs)

    def format_parameters(self) -> str:
        """The parameters as one would type them."""
        given = (f"{name}={format_parameter(value)}" for name, value in self.parameters.items())
        return ", ".join(given) or "the defaults"


def format_parameter(value: Any) -> Any:
    """The value of a parameter for one cell of a table: a list becomes a text joined by `|`."""
    return "|".join(map(str, value)) if isinstance(value, list) else value


# Runs them all and reports each that is done; returns the reason for every folder whose run failed.
Runner = Callable[[Sequence[SweepRun], Callable[[SweepRun], None]], dict[Path, str]]


def keep_run(run: SweepRun, make: Callable[[Path], Any]) -> None:
    """Let `make` write the executed notebook to the path it is given, and publish it with its record.

    A failed run gets a record too, in the folder `run.failed`. Raises InputError for results that contradict each
    other, and what `make` and `publish_folder` raise.
    """
    started, view = datetime.now(UTC), view_of_parameters(run.notebook_path, run.parameters)
    view_in_words = {"view": view.words()} if view else {}
    states = run_record.file_states(run.inputs)
    try:
        with publish_folder(run.folder) as made:
            make(made / run.notebook_path.name)
            read_results(nbformat.read(made / run.notebook_path.name, as_version=4))
            run_record.check_unmoved(run.inputs, states)
            run_record.write_record(made, run.inputs, "complete", started, **view_in_words)
    except (InputError, RunError) as error:
        if run.failed.is_dir():
            run_record.write_record(run.failed, run.inputs, str(error), started, **view_in_words)
        raise
    shutil.rmtree(run.failed, ignore_errors=True)


def verify_run(folder: Path) -> run_record.RecordComparison:
    """Make the run of a sweep again from its record, in another folder, and compare every byte.

    Raises InputError for a folder without such a record, and what `execute` raises.
    """
    recorded = run_record.read_record(folder)["inputs"]
    notebook_path, parameters = REPOSITORY / recorded["notebooks"][0], recorded["parameters"]
    with scratch_folder("verify") as elsewhere:
        execute(notebook_path, Path(elsewhere, notebook_path.name), parameters)
        return run_record.compare_records(folder, Path(elsewhere), run_record.run_inputs([notebook_path], parameters))

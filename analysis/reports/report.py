"""A report: run the notebooks of a plan in parallel, render and bind them, publish all or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.evidence.scratch import scratch_folder
from analysis.incidents.dataset import Dataset, open_folder
from analysis.incidents.views import View, select
from analysis.reports.chapters import Chapter, bind_chapters, format_provenance, render_chapter
from analysis.reports.plan import Plan, recorded_plan
from analysis.reports.report_tables import write_report_tables
from analysis.runs import run_record
from analysis.runs.atomic_folder import publish_folder
from analysis.runs.execution import Kernel, execute
from analysis.runs.parallel_runs import RunningKernels, run_parallel
from analysis.runs.parameters import view_of_parameters
from analysis.runs.run_limits import RunLimits
from analysis.runs.variants import Variant, parameters_by_notebook

AT_ONCE = 4  # kernels, one for each notebook of the report, so that the longest starts at once


def run_report(
    plan: Plan,
    progress: Callable[[str], None] = lambda _: None,
    limits: RunLimits | None = None,
    kernel: Kernel = "warm",
) -> list[Path]:
    """Run and render a plan. Returns the files made, the combined PDF first; `progress` is called with each step.

    The report and its record are made in a hidden folder and take the place of the former report in one step. Raises
    InputError for parameters that do not fit, RunError for notebooks that fail. The folder `<target>.failed` keeps the
    failed notebooks as far as they ran.
    """
    started, inputs = datetime.now(UTC), plan.inputs()
    states = run_record.file_states(inputs)
    values = parameters_by_notebook(plan.notebook_paths, plan.variant)
    dataset = open_folder(plan.variant.parameters.get("folder", ""))
    name_of = dict(zip(plan.notebook_paths, inputs["notebooks"], strict=True))
    views = {source: _view(source, given, plan.variant, dataset) for source, given in values.items()}
    with publish_folder(plan.target) as made, _failed_runs(plan.target, inputs, started) as failed:

        def chapter(source: Path, running: RunningKernels) -> tuple[Chapter, float]:
            begun = datetime.now(UTC)
            with _errors_naming(plan.variant):
                executed = execute(source, made / "notebooks" / source.name, values[source], keep_failed=failed,
                                   kernel=kernel, limits=limits, running=running)  # fmt: skip
            seconds = run_record.seconds_since(begun)
            progress(f"ran {source.stem}")
            about = format_provenance(plan.variant, values[source], inputs["files"], [name_of[source]], views[source],
                                      dataset.side_car)  # fmt: skip
            rendered = render_chapter(executed, source.stem, plan.variant, about, dataset, made)
            progress(f"rendered {source.stem}")
            return rendered, seconds

        chapters, seconds = zip(*run_parallel(chapter, plan.notebook_paths, AT_ONCE), strict=True)
        about = format_provenance(
            plan.variant, plan.variant.parameters, inputs["files"], inputs["notebooks"], database=dataset.side_car
        )
        bind_chapters(chapters, plan.variant, about, dataset, made)
        write_report_tables(made / "data", dataset, plan.variant.parameters, plan.with_rows)
        progress("bound the report")
        runs = {source.stem: {"parameters": values[source], "view": views[source], "seconds": taken}
                for source, taken in zip(values, seconds, strict=True)}  # fmt: skip
        run_record.check_unmoved(inputs, states)
        run_record.write_record(made, inputs, "complete", started, runs=runs)
    paths = run_record.output_files(plan.target)
    return sorted(paths, key=lambda path: (path.name != "report.pdf", path.suffix, path))


@contextmanager
def _failed_runs(target: Path, inputs: Mapping[str, Any], started: datetime) -> Iterator[Path]:
    """The folder that keeps failed notebooks, with its record; it does not exist if none fails."""
    folder = target.with_name(f"{target.name}.failed")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    except (InputError, RunError) as error:
        if folder.is_dir():
            run_record.write_record(folder, inputs, str(error), started)
        raise


@contextmanager
def _errors_naming(variant: Variant) -> Iterator[None]:
    """An InputError of a notebook names the file that its parameters come from."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{format_path(variant.path)}: {error}") from None


def _view(source: Path, given: Mapping[str, Any], variant: Variant, dataset: Dataset) -> str:
    """The notebook's view in words. Raises InputError, before any kernel starts, if it selects nothing."""
    try:
        view = view_of_parameters(source, given) or View()
        select(dataset, view)
    except InputError as error:
        raise InputError(f"{format_path(variant.path)}, {source.stem}: {error}") from None
    return view.words()


def verify_report(folder: Path, progress: Callable[[str], None] = lambda _: None) -> run_record.RecordComparison:
    """Make a report again from its record, in another folder, and compare every byte.

    Raises InputError for a folder without the record of a report.
    """
    plan = recorded_plan(folder)
    with scratch_folder("verify") as elsewhere:
        again = replace(plan, target=Path(elsewhere, plan.target.absolute().name))
        run_report(again, progress)
        return run_record.compare_records(folder, again.target, plan.inputs())

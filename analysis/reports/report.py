"""A report: run the notebooks of a plan side by side, render and bind them, publish all or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.incidents.dataset import Dataset, open_folder
from analysis.incidents.views import View, select
from analysis.reports.chapters import Chapter, bind_chapters, provenance, render_chapter
from analysis.reports.plan import Plan, recorded_plan
from analysis.reports.report_tables import write_report_tables
from analysis.runs import run_record
from analysis.runs.execution import Kernel, execute
from analysis.runs.parallel_runs import RunningKernels, run_parallel
from analysis.runs.parameters import view_of_parameters
from analysis.runs.publication import publish_folder
from analysis.runs.run_limits import Limits
from analysis.runs.variants import Variant, parameters_by_notebook

AT_ONCE = 4  # kernels: the longest then starts with the others, in whatever order they stand


def run_report(
    plan: Plan, progress: Callable[[str], None] = lambda _: None, limits: Limits | None = None, kernel: Kernel = "warm"
) -> list[Path]:
    """Run and render a plan; the files made, the combined PDF first. `progress` hears of every step.

    All is made in a folder beside, with its record, and takes the place of the former report in one step.
    Raises InputError for parameters that do not fit, RunError for notebooks that do not run to their end;
    what ran of those is kept in `<target>.failed`.
    """
    started, on = datetime.now(UTC), plan.basis()
    values = parameters_by_notebook(plan.notebooks, plan.variant)
    dataset = open_folder(plan.variant.parameters.get("folder", ""))
    named = dict(zip(plan.notebooks, on["notebooks"], strict=True))
    views = {source: _view(source, given, plan.variant, dataset) for source, given in values.items()}
    with publish_folder(plan.target) as made, _kept(plan.target, on, started) as failed:

        def chapter(source: Path, running: RunningKernels) -> tuple[Chapter, float]:
            begun = datetime.now(UTC)
            with _named(plan.variant):
                executed = execute(source, made / "notebooks" / source.name, values[source], keep_failed=failed,
                                   kernel=kernel, limits=limits, running=running)  # fmt: skip
            seconds = run_record.elapsed(begun)
            progress(f"ran {source.stem}")
            about = provenance(plan.variant, values[source], on["inputs"], [named[source]], views[source])
            rendered = render_chapter(executed, source.stem, plan.variant, about, dataset, made)
            progress(f"rendered {source.stem}")
            return rendered, seconds

        chapters, seconds = zip(*run_parallel(chapter, plan.notebooks, AT_ONCE), strict=True)
        about = provenance(plan.variant, plan.variant.parameters, on["inputs"], on["notebooks"])
        bind_chapters(chapters, plan.variant, about, dataset, made)
        write_report_tables(made / "data", dataset, plan.variant.parameters)
        progress("bound the report")
        ran = {source.stem: {"parameters": values[source], "view": views[source], "seconds": taken}
               for source, taken in zip(values, seconds, strict=True)}  # fmt: skip
        run_record.write_record(made, on, "complete", started, runs=ran)
    paths = run_record.output_hashes(plan.target)
    return sorted(paths, key=lambda path: (path.name != "report.pdf", path.suffix, path))


@contextmanager
def _kept(target: Path, on: Mapping[str, Any], started: datetime) -> Iterator[Path]:
    """The folder for what ran of notebooks that fail, with its record; empty and gone if none does."""
    folder = target.with_name(f"{target.name}.failed")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    except (InputError, RunError) as error:
        if folder.is_dir():
            run_record.write_record(folder, on, str(error), started)
        raise


@contextmanager
def _named(variant: Variant) -> Iterator[None]:
    """What a notebook says of its parameters is said of the file they come from."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{format_path(variant.path)}: {error}") from None


def _view(source: Path, given: Mapping[str, Any], variant: Variant, dataset: Dataset) -> str:
    """The notebook's view in words; it must select something, found out before any kernel starts."""
    try:
        view = view_of_parameters(source, given) or View()
        select(dataset, view)
    except InputError as error:
        raise InputError(f"{format_path(variant.path)}, {source.stem}: {error}") from None
    return view.words()


def verify_report(folder: Path, progress: Callable[[str], None] = lambda _: None) -> run_record.RecordComparison:
    """Make a report again from its own record, elsewhere, and compare every byte.

    Raises InputError for a folder without the record of a report.
    """
    plan = recorded_plan(folder)
    with TemporaryDirectory(prefix="verify-") as elsewhere:
        again = replace(plan, target=Path(elsewhere, plan.target.absolute().name))
        run_report(again, progress)
        return run_record.compare_records(folder, again.target, plan.basis())

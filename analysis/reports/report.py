"""A report: run the notebooks of a plan in parallel, render and bind them, publish all or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import nbformat

from analysis.evidence.errors import InputError, RunError, format_path
from analysis.evidence.scratch import scratch_folder
from analysis.incidents.dataset import Dataset, open_folder
from analysis.incidents.views import View, describe_view, select
from analysis.reports.chapters import Chapter, Renderer, format_provenance
from analysis.reports.document.notebook_document import read_notebook
from analysis.reports.pdf.missing_letters import missing_letters, name_letters
from analysis.reports.plan import Plan, recorded_plan
from analysis.reports.report_explorer import explorer_address, has_explorer, write_report_explorer
from analysis.reports.report_inputs import report_inputs
from analysis.reports.report_tables import write_report_tables
from analysis.runs import run_record
from analysis.runs.atomic_folder import kept_folder, publish_folder
from analysis.runs.kept_results import KeptResults
from analysis.runs.kept_runs import with_prose_of, with_title
from analysis.runs.parallel_runs import RunningKernels, run_parallel
from analysis.runs.parameters import view_of_parameters
from analysis.runs.run_limits import RunLimits
from analysis.runs.variants import Variant, parameters_by_notebook

if TYPE_CHECKING:
    from analysis.runs.execution import Kernel

AT_ONCE = 4  # kernels, one for each notebook of the report, so that the longest starts at once


def run_report(
    plan: Plan,
    progress: Callable[[str], None] = lambda _: None,
    limits: RunLimits | None = None,
    kernel: Kernel = "warm",
    fresh: bool = False,
) -> list[Path]:
    """Run and render a plan. Returns the files made, the combined PDF first; `progress` is called with each step.

    What an earlier run made of the same inputs is taken over, unless `fresh`: the outputs of notebooks, pages, the
    appendix. The report and its record are made in a hidden folder and take the place of the former report in one step.
    Raises InputError for parameters that do not fit, RunError for notebooks that fail. The folder `<target>.failed`
    keeps the failed notebooks as far as they ran.
    """
    started, inputs = datetime.now(UTC), plan.inputs()
    states = run_record.file_states(inputs)
    values = parameters_by_notebook(plan.notebook_paths, plan.variant)
    dataset = open_folder(plan.variant.parameters.get("folder", ""))
    name_of = dict(zip(plan.notebook_paths, inputs["notebooks"], strict=True))
    views = {source: _view(source, given, plan.variant, dataset) for source, given in values.items()}
    decides = report_inputs(plan, inputs, values)
    with publish_folder(plan.target) as made, _failed_runs(plan.target, inputs, started) as failed:
        kept = KeptResults(kept_folder(plan.target))
        if fresh:
            kept.discard_all()
        renderer = Renderer(plan.variant, dataset, kept, decides.pages, made)
        addresses = _explorer(plan, renderer, values)

        def run(source: Path, running: RunningKernels) -> bytes:
            from analysis.runs.execution import execute  # slow to import, and not needed for what is kept

            with (
                TemporaryDirectory(dir=made, prefix=".run-") as folder,
                _errors_naming(f"{format_path(plan.variant.path)}: "),
            ):
                path = Path(folder, source.name)
                execute(source, path, values[source], keep_failed=failed, kernel=kernel, limits=limits, running=running)
                return path.read_bytes()

        def chapter(source: Path, running: RunningKernels) -> tuple[Chapter, float]:
            begun = datetime.now(UTC)
            outputs = kept.result(decides.run_keys[source], lambda: run(source, running))
            executed = with_prose_of(read_notebook(source), nbformat.reads(outputs.decode(), as_version=4))
            executed = with_title(executed, dataset.about.chapter(source.stem).title)
            nbformat.write(executed, made / "notebooks" / source.name)
            seconds = run_record.seconds_since(begun)
            progress(f"ran {source.stem}")
            about = format_provenance(plan.variant, values[source], decides.files[source], [name_of[source]],
                                      views[source], dataset.side_car)  # fmt: skip
            with _errors_naming(f"{source.stem}, "):  # a cell, then what a page cannot show of it
                read = renderer.read_chapter(executed, source.stem, addresses.get(source, ""))
                if missing := missing_letters(read.tree["blocks"]):
                    progress(f"{source.stem}: no font here has {name_letters(missing)}")
                renderer.write_chapter(read, about)
            progress(f"rendered {source.stem}")
            return read, seconds

        (made / "notebooks").mkdir()
        chapters, seconds = zip(*run_parallel(chapter, plan.notebook_paths, AT_ONCE), strict=True)
        about = format_provenance(
            plan.variant, plan.variant.parameters, inputs["files"], inputs["notebooks"], database=dataset.side_car
        )
        renderer.write_book(chapters, about)
        renderer.write_summary(about)
        write_report_tables(made / "data", dataset, plan.variant.parameters, plan.with_rows)
        progress("bound the report")
        runs = {source.stem: {"parameters": values[source], "view": views[source], "seconds": taken}
                for source, taken in zip(values, seconds, strict=True)}  # fmt: skip
        run_record.check_unmoved(inputs, states)
        run_record.write_record(made, inputs, "complete", started, runs=runs)
        kept.discard_unused()
    paths = run_record.output_files(plan.target)
    return sorted(paths, key=lambda path: (path.name != "report.pdf", path.suffix, path))


def run_summary(plan: Plan) -> Path:
    """The first page of a report alone, as a PDF of two pages in the folder `<target>-summary`; runs no notebook.

    Raises InputError for parameters that do not fit.
    """
    inputs = plan.inputs()
    values = parameters_by_notebook(plan.notebook_paths, plan.variant)
    dataset = open_folder(plan.variant.parameters.get("folder", ""))
    for source, given in values.items():
        _view(source, given, plan.variant, dataset)
    target = plan.target.with_name(f"{plan.target.name}-summary")
    with publish_folder(target) as made:
        kept = KeptResults(kept_folder(target))
        decides = report_inputs(plan, inputs, values)
        about = format_provenance(plan.variant, plan.variant.parameters, inputs["files"], (), database=dataset.side_car)
        Renderer(plan.variant, dataset, kept, decides.pages, made).write_summary(about)
        kept.discard_unused()
    return target / "summary.pdf"


def _explorer(plan: Plan, renderer: Renderer, values: Mapping[Path, dict]) -> dict[Path, str]:
    """Write the explorer, if the report may have one, and give its address at the view of each notebook."""
    dataset = renderer.dataset
    if not has_explorer(dataset, plan.with_rows):
        return {}
    if not write_report_explorer(renderer.folder, dataset, plan.variant.parameters, renderer.title):
        return {}
    views = {source: view_of_parameters(source, given) or View() for source, given in values.items()}
    return {source: explorer_address(dataset, view) for source, view in views.items()}


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
def _errors_naming(what: str) -> Iterator[None]:
    """An InputError begins with these words: the file that the parameters of a notebook come from, or the notebook."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{what}{error}") from None


def _view(source: Path, given: Mapping[str, Any], variant: Variant, dataset: Dataset) -> str:
    """The notebook's view in words. Raises InputError, before any kernel starts, if it selects nothing."""
    try:
        view = view_of_parameters(source, given) or View()
        select(dataset, view)
    except InputError as error:
        raise InputError(f"{format_path(variant.path)}, {source.stem}: {error}") from None
    return describe_view(dataset, view)


def verify_report(folder: Path, progress: Callable[[str], None] = lambda _: None) -> run_record.RecordComparison:
    """Make a report again from its record, in another folder, and compare every byte.

    Raises InputError for a folder without the record of a report.
    """
    plan = recorded_plan(folder)
    with scratch_folder("verify") as elsewhere:
        again = replace(plan, target=Path(elsewhere, plan.target.absolute().name))
        run_report(again, progress, fresh=True)
        return run_record.compare_records(folder, again.target, plan.inputs())

"""What decides each part of a report, so that a part is made again only when it must be. Imports nothing slow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError
from analysis.reports.plan import Plan
from analysis.runs.atomic_folder import kept_folder
from analysis.runs.kept_results import KeptResults
from analysis.runs.kept_runs import is_table, run_files, run_key
from analysis.runs.source_dependencies import SourceDependencies
from analysis.runs.variants import parameters_by_notebook

RENDERERS = ("analysis.reports.chapters", "analysis.reports.first_page", "analysis.reports.pdf.typst_program")


@dataclass(frozen=True)
class ReportInputs:
    """What decides each part of a report."""

    run_keys: dict[Path, str]  # under which the outputs of each notebook are kept
    files: dict[Path, dict[str, str]]  # hashes of the files behind each chapter
    pages: dict[str, Any]  # what every page depends on, whatever its chapter


def report_inputs(plan: Plan, inputs: Mapping[str, Any], values: Mapping[Path, Mapping[str, Any]]) -> ReportInputs:
    """What decides each part of a report; `inputs` are those of the plan, `values` the parameters of its notebooks."""
    files, versions = inputs["files"], inputs["versions"]
    dependencies = _dependencies(frozenset(files.items()))
    runs = {path: run_files(path, files, dependencies) for path in values}
    rendering = {name: files[name] for name in dependencies.of_modules(*RENDERERS) if name in files}
    tables = {name: digest for name, digest in files.items() if is_table(name)}
    own = dict(zip(plan.notebook_paths, inputs["notebooks"], strict=True))
    return ReportInputs(
        run_keys={path: run_key(path, values[path], runs[path], versions) for path in values},
        files={path: {**runs[path], **rendering, own[path]: files[own[path]]} for path in values},
        pages={"files": rendering | tables, "versions": versions},
    )


@lru_cache(maxsize=1)
def _dependencies(files: frozenset[tuple[str, str]]) -> SourceDependencies:
    """The import graph, read once while no file has another hash."""
    return SourceDependencies()


def outputs_are_kept(plan: Plan) -> bool:
    """True if the outputs of every notebook of a plan are kept from an earlier run."""
    try:
        values = parameters_by_notebook(plan.notebook_paths, plan.variant)
        keys = report_inputs(plan, plan.inputs(), values).run_keys
    except InputError:  # the run itself says what is wrong
        return False
    kept = KeptResults(kept_folder(plan.target))
    return all(kept.has(key) for key in keys.values())

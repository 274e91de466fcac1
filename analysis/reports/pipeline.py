"""The steps from a plan to a report and its index, in the order that is fastest. Imports nothing slow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.reports.plan import NOTEBOOKS, Plan, list_reports
from analysis.runs.run_limits import RunLimits


def make_report(
    plan: Plan, progress: Callable[[str], None], limits: RunLimits, fresh: bool = False
) -> list[Path]:  # fmt: skip
    """Make the report of a plan (see `report.run_report`) and the index beside it; returns the report's files.

    The server of the kernels starts first: it imports while this process imports what renders the report. Where every
    notebook's outputs are kept from an earlier run, no server is needed.
    """
    from analysis.reports.report_inputs import outputs_are_kept

    if fresh or not outputs_are_kept(plan):
        from analysis.runs.forked_kernels import prepare_server
        from analysis.runs.normalisation import fixed_environment

        prepare_server(fixed_environment())
    from analysis.reports.chapters import TITLE
    from analysis.reports.first_page import index_opening
    from analysis.reports.report import run_report
    from analysis.reports.web.index_page import write_index

    paths = run_report(plan, progress, limits, fresh=fresh)
    build = plan.target.parent
    variants = {each.target.name: each.variant for each in list_reports(build)}
    opening = index_opening(build, {name: variant.title for name, variant in variants.items()})
    write_index(build, variants, NOTEBOOKS, TITLE, opening)
    return paths

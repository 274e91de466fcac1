"""What a report is made of and where it goes; known before anything slow is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.folders import REPOSITORY, find_evidence_root
from analysis.runs import run_record
from analysis.runs.run_limits import Limits
from analysis.runs.variants import Variant

# The order in which the argument is made.
NOTEBOOKS = ("sources_and_incidents", "attack_frequency", "february_pause", "april_resumption")


@dataclass(frozen=True)
class Plan:
    """A variant, the notebooks it is run on in the order of the report, and the folder it goes to."""

    variant: Variant
    notebooks: tuple[Path, ...]
    target: Path

    def basis(self) -> dict[str, Any]:
        """All that decides what the report will be."""
        try:
            find_evidence_root(self.variant.parameters.get("folder", ""))
        except InputError as error:
            raise InputError(f"{format_path(self.variant.path)}: {error}") from None
        said = {"name": self.variant.name, "title": self.variant.title, "about": self.variant.about}
        return run_record.run_inputs(self.notebooks, self.variant.parameters, variant=said)

    def stale(self) -> list[str]:
        """Why the report has to be made; empty if what is there is it."""
        return run_record.is_stale(self.target, self.basis())


def choose_notebooks(only: Sequence[str] = ()) -> tuple[Path, ...]:
    """The notebooks of the report in order; `only` names some of them.

    Raises InputError for a name that is none of them.
    """
    for name in only:
        if name not in NOTEBOOKS:
            raise InputError(f"no notebook {name!r}{suggest_name(name, NOTEBOOKS)} (there are: {', '.join(NOTEBOOKS)})")
    chosen = [name for name in NOTEBOOKS if not only or name in only]
    return tuple(REPOSITORY / "notebooks" / f"{name}.ipynb" for name in chosen)


def recorded_plan(folder: Path) -> Plan:
    """The plan that a folder was made by. Raises InputError if its record is none of a report."""
    on = run_record.read_record(folder)["basis"]
    if "variant" not in on:
        raise InputError(f"{folder} holds a run, but no report")
    variant = Variant(**on["variant"], parameters=on["parameters"], path=folder / run_record.NAME)
    return Plan(variant, tuple(REPOSITORY / name for name in on["notebooks"]), folder)


def make_report(plan: Plan, progress: Callable[[str], None], limits: Limits) -> list[Path]:
    """Make the report (see `report`) and the index beside it. Kernels warm up while all that it needs is imported."""
    from analysis.runs.forked_kernels import prepare_server
    from analysis.runs.normalisation import fixed_environment

    prepare_server(fixed_environment())
    from analysis.reports.chapters import TITLE
    from analysis.reports.report import run_report
    from analysis.reports.web.index_page import write_index

    paths = run_report(plan, progress, limits)
    build = plan.target.parent
    write_index(build, {each.target.name: each.variant for each in list_reports(build)}, NOTEBOOKS, TITLE)
    return paths


def list_reports(build: Path) -> list[Plan]:
    """The plan of every report below a folder, by name."""
    found = (path.parent for path in sorted(build.glob(f"*/{run_record.NAME}")))
    return [recorded_plan(folder) for folder in found if "variant" in run_record.read_record(folder)["basis"]
            and not folder.name.endswith(".failed")]  # fmt: skip

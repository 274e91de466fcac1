"""What a report is made of and where it goes; known before anything slow is imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.evidence.folders import REPOSITORY, find_root
from analysis.evidence.problems import InputError, nearest, shown
from analysis.runs import record
from analysis.runs.limits import Limits
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
            find_root(self.variant.parameters.get("folder", ""))
        except InputError as error:
            raise InputError(f"{shown(self.variant.path)}: {error}") from None
        said = {"name": self.variant.name, "title": self.variant.title, "about": self.variant.about}
        return record.basis(self.notebooks, self.variant.parameters, variant=said)

    def stale(self) -> list[str]:
        """Why the report has to be made; empty if what is there is it."""
        return record.stale(self.target, self.basis())


def sources(only: Sequence[str] = ()) -> tuple[Path, ...]:
    """The notebooks of the report in order; `only` names some of them.

    Raises InputError for a name that is none of them.
    """
    for name in only:
        if name not in NOTEBOOKS:
            raise InputError(f"no notebook {name!r}{nearest(name, NOTEBOOKS)} (there are: {', '.join(NOTEBOOKS)})")
    chosen = [name for name in NOTEBOOKS if not only or name in only]
    return tuple(REPOSITORY / "notebooks" / f"{name}.ipynb" for name in chosen)


def recorded(folder: Path) -> Plan:
    """The plan that a folder was made by. Raises InputError if its record is none of a report."""
    on = record.read(folder)["basis"]
    if "variant" not in on:
        raise InputError(f"{folder} holds a run, but no report")
    variant = Variant(**on["variant"], parameters=on["parameters"], path=folder / record.NAME)
    return Plan(variant, tuple(REPOSITORY / name for name in on["notebooks"]), folder)


def make(plan: Plan, progress: Callable[[str], None], limits: Limits) -> list[Path]:
    """Make the report (see `report`) and the index beside it. Kernels warm up while all that it needs is imported."""
    from analysis.runs.kernels import prepare
    from analysis.runs.steady import environment

    prepare(environment())
    from analysis.reports.chapters import TITLE
    from analysis.reports.report import report
    from analysis.reports.site import write_index

    paths = report(plan, progress, limits)
    build = plan.target.parent
    write_index(build, {each.target.name: each.variant for each in reports(build)}, NOTEBOOKS, TITLE)
    return paths


def reports(build: Path) -> list[Plan]:
    """The plan of every report below a folder, by name."""
    found = (path.parent for path in sorted(build.glob(f"*/{record.NAME}")))
    return [recorded(folder) for folder in found if "variant" in record.read(folder)["basis"]
            and not folder.name.endswith(".failed")]  # fmt: skip

"""The plan of a report: its variant, its notebooks and its folder. Imports nothing slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.folders import REPOSITORY, find_evidence_root
from analysis.runs import run_record
from analysis.runs.variants import Variant

# The order in which the argument is made.
NOTEBOOKS = ("sources_and_incidents", "attack_frequency", "february_pause", "april_resumption")


@dataclass(frozen=True)
class Plan:
    """A variant, the notebooks it is run on in the order of the report, and the folder it goes to."""

    variant: Variant
    notebook_paths: tuple[Path, ...]
    target: Path
    with_rows: bool = False  # whether it carries rows that the terms of a database forbid to pass on

    def inputs(self) -> dict[str, Any]:
        """All inputs of the report (see `run_record.run_inputs`). Raises InputError for a folder without evidence."""
        try:
            find_evidence_root(self.variant.parameters.get("folder", ""))
        except InputError as error:
            raise InputError(f"{format_path(self.variant.path)}: {error}") from None
        variant = {"name": self.variant.name, "title": self.variant.title, "about": self.variant.about}
        if self.with_rows:
            variant["with_rows"] = "yes"
        return run_record.run_inputs(self.notebook_paths, self.variant.parameters, variant=variant)

    def stale_reasons(self) -> list[str]:
        """Why the report has to be made; empty if the folder holds it already."""
        return run_record.stale_reasons(self.target, self.inputs())


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
    """The plan by which a folder was made. Raises InputError if the folder has no record of a report."""
    recorded = run_record.read_record(folder)["inputs"]
    if "variant" not in recorded:
        raise InputError(f"{folder} holds a run, but no report")
    said = dict(recorded["variant"])
    with_rows = said.pop("with_rows", "") == "yes"
    variant = Variant(**said, parameters=recorded["parameters"], path=folder / run_record.RECORD_NAME)
    return Plan(variant, tuple(REPOSITORY / name for name in recorded["notebooks"]), folder, with_rows)


def list_reports(build: Path) -> list[Plan]:
    """The plan of every report below a folder, by name."""
    found = (path.parent for path in sorted(build.glob(f"*/{run_record.RECORD_NAME}")))
    return [recorded_plan(folder) for folder in found if "variant" in run_record.read_record(folder)["inputs"]
            and not folder.name.endswith(".failed")]  # fmt: skip

"""Open a folder for analysis: an incident table, with whatever evidence stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.csv_tables import read_table
from analysis.evidence.errors import InputError, InvalidTables, format_path
from analysis.evidence.evidence_base import Evidence, load_evidence
from analysis.evidence.folders import find_evidence_root, folder_fingerprint, list_evidence_sets


@dataclass(frozen=True)
class Dataset:
    """An incident table and what is known around it.

    `evidence` is None where the folder holds nothing but an incidents.csv; then `values`, `tallies`,
    `milestones` and `coverage` are empty frames with the schema's columns.
    """

    root: Path
    incidents: pd.DataFrame
    values: pd.DataFrame
    disputes: pd.DataFrame
    evidence: Evidence | None
    tallies: pd.DataFrame
    milestones: pd.DataFrame
    coverage: pd.DataFrame

    @property
    def sets(self) -> list[str]:
        """Names of the evidence sets; `incidents` where there is nothing but the table."""
        return self.evidence.sets if self.evidence else ["incidents"]


def open_folder(folder: str | Path = "") -> Dataset:
    """The dataset of a folder; of this repository by default.

    A folder with evidence sets needs the built table, data/incidents.csv. Any other folder needs
    an incidents.csv with at least incident_id and date; everything else in it is optional.

    While the tables stay as they are they are read once, in this process and in those forked from it; the frames
    are the caller's own all the same.

    Raises InputError or InvalidTables, naming file, row, column and value.
    """
    root = find_evidence_root(folder)
    return _own(_opened(root, folder_fingerprint(root)))


@lru_cache(maxsize=2)
def _opened(root: Path, contents: str) -> Dataset:
    """`contents` only says whether what was read is still what is there."""
    if list_evidence_sets(root):
        return _with_evidence(root)
    path = root / "incidents.csv"
    if not path.is_file():
        path = root / "data" / "incidents.csv"
    if not path.is_file():
        raise InputError(f"{format_path(root)} holds neither evidence nor an incidents.csv")
    incidents, problems = read_table(path, schema.INCIDENTS, strict=False)
    if problems:
        raise InvalidTables(problems)
    if incidents.empty:
        raise InputError(f"{format_path(path)} holds no incident")
    beside = path.parent
    tables = {t.name: _optional(beside, t) for t in (schema.TALLIES, schema.MILESTONES)}
    coverage = _optional(beside, schema.COVERAGE)
    disputes = _optional(beside, schema.DISPUTES)
    values = schema.empty_table(schema.VALUES)
    return Dataset(root, _complete(incidents), values, disputes, None, **tables, coverage=coverage)


def _own(shared):
    """A dataset or evidence with frames that can be changed and leave the others as they are (pandas copies on
    write)."""
    if isinstance(shared, pd.DataFrame):
        return shared.copy(deep=False)
    if not is_dataclass(shared):
        return shared
    return replace(shared, **{field.name: _own(getattr(shared, field.name)) for field in fields(shared)})


def _with_evidence(root: Path) -> Dataset:
    evidence = load_evidence(root)
    path = root / "data" / "incidents.csv"
    if not path.is_file():
        raise InputError(f"{format_path(path)} is missing: run 'incidents build' first")
    incidents, problems = read_table(path, schema.INCIDENTS)
    values, more = read_table(root / "data" / "values.csv", schema.VALUES)
    disputes, most = read_table(root / "data" / "disputes.csv", schema.DISPUTES)
    if problems + more + most:
        raise InvalidTables(problems + more + most)
    return Dataset(root, incidents, values, disputes, evidence, evidence.tallies, evidence.milestones,
                   evidence.coverage)  # fmt: skip


def _optional(folder: Path, table: schema.Table) -> pd.DataFrame:
    """A table a person may put beside their incidents.csv; empty if it is not there."""
    path = folder / f"{table.name}.csv"
    if not path.is_file():
        return schema.empty_table(table)
    frame, problems = read_table(path, table)
    if problems:
        raise InvalidTables(problems)
    return frame


def _complete(incidents: pd.DataFrame) -> pd.DataFrame:
    """A table someone brings, with every column of ours: what is not said stays missing."""
    out = incidents.copy()
    for name, fallback in (("date_start", "date"), ("date_end", "date")):
        out[name] = out[name].fillna(out[fallback]) if name in out else out[fallback]
    missing = schema.empty_table(schema.INCIDENTS).dtypes.drop(out.columns, errors="ignore")
    for name, dtype in missing.items():
        out[name] = pd.Series(index=out.index, dtype=dtype)
    out["confirmation"] = out["confirmation"].fillna("unknown")
    out["place"] = out["place"].fillna(out["place_id"]).fillna("place not named")
    return out.sort_values(["date", "incident_id"], ignore_index=True)

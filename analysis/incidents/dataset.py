"""Open a folder for analysis: an incident table, with whatever evidence stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from analysis.databases.normal_form import UNKNOWN
from analysis.databases.normal_form_file import PARQUET
from analysis.databases.side_car import SideCar, read_side_car
from analysis.evidence import schema
from analysis.evidence.about import About, read_about
from analysis.evidence.arguments import require_type
from analysis.evidence.csv_tables import read_table
from analysis.evidence.errors import InputError, InvalidTables, format_path
from analysis.evidence.evidence_base import Evidence, load_evidence
from analysis.evidence.folders import find_evidence_root, folder_fingerprint, list_evidence_sets
from analysis.evidence.html_summaries import html_summary
from analysis.evidence.own_incidents import OWN_INCIDENTS


@dataclass(frozen=True, repr=False)
class Dataset:
    """An incident table and what is known around it: what `open_folder` returns.

    Parameters
    ----------
    root : Path
        The folder.
    incidents : DataFrame
        One row for each incident; docs/codebook.md lists the columns.
    values : DataFrame
        Whose word each value of an incident is, one row for each value; empty without evidence.
    disputes : DataFrame
        One row for each value on which claims disagree, with the rule that chose.
    evidence : Evidence or None
        Claims and sources; None where the folder holds nothing but an incidents.csv.
    tallies : DataFrame
        Running totals that somebody stated; empty where there are none, as are the two that follow.
    milestones : DataFrame
        Dated events to mark in charts.
    coverage : DataFrame
        When somebody looked.
    about : About
        What about.yml says: title, words, window, events; the defaults where there is none.
    side_car : SideCar or None
        What import.json says: files, terms and citation; None where the table was not imported.

    See Also
    --------
    open_folder : Opens a folder.

    Examples
    --------
    >>> import analysis as a
    >>> a.open_folder().sets
    ['public_record', 'seeds']
    """

    root: Path
    incidents: pd.DataFrame
    values: pd.DataFrame
    disputes: pd.DataFrame
    evidence: Evidence | None
    tallies: pd.DataFrame
    milestones: pd.DataFrame
    coverage: pd.DataFrame
    about: About = field(default_factory=About)
    side_car: SideCar | None = None

    def __repr__(self) -> str:
        sizes = ", ".join(f"{number:,} {name}" for name, number in self._sizes().items())
        return f"Dataset({format_path(self.root)!r}: {sizes})"

    def _repr_html_(self) -> str:
        first, last = self.incidents["date"].min(), self.incidents["date"].max()
        days = "" if pd.isna(first) else f", {first:%Y-%m-%d} to {last:%Y-%m-%d}"
        return html_summary(f"Dataset {format_path(self.root)}{days}", self._sizes())

    def _sizes(self) -> dict[str, int]:
        """Rows of each table that has some."""
        sizes = {"incidents": len(self.incidents), "disputes": len(self.disputes)}
        if self.evidence is not None:
            sizes |= {"claims": len(self.evidence.claims), "sources": len(self.evidence.sources)}
        sizes |= {"tallies": len(self.tallies), "milestones": len(self.milestones)}
        sizes |= {"rows of coverage": len(self.coverage)}
        return {what: number for what, number in sizes.items() if number}

    @property
    def sets(self) -> list[str]:
        """Names of the evidence sets; `incidents` where there is nothing but the table."""
        return self.evidence.sets if self.evidence else ["incidents"]


def evidence_of(dataset: Dataset, use: str = "trace") -> Evidence:
    """The claims and sources of a dataset.

    Raises InputError, which names the `use`, where it holds nothing but incidents.
    """
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    if dataset.evidence is None:
        raise InputError(f"{dataset.root} holds incidents but no claims: there is nothing to {use}")
    return dataset.evidence


def open_folder(folder: str | Path = "") -> Dataset:
    """Open a folder for analysis: read its tables and check them.

    Parameters
    ----------
    folder : str or Path, optional
        The folder; this repository by default.

    Returns
    -------
    Dataset
        The incidents and what stands behind them. The frames are the caller's own.

    Raises
    ------
    InputError
        If the folder does not exist or holds no table, or if a table is not in order: the message names every
        file, row, column and value.

    See Also
    --------
    select : The incidents that a view counts.

    Notes
    -----
    A folder with evidence sets (seeds/ or folders of data/) needs the built table, data/incidents.csv, which
    `incidents build` writes. Any other folder needs an incidents.csv with at least incident_id and date. Without
    claims nothing can be traced, and a view can only filter rows.

    Tables that stay as they are are read once in a process.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> dataset.incidents["country"].value_counts().index.tolist()
    ['Syria', 'Iraq', 'Jordan']
    """
    require_type(folder, (str, Path), "folder", "the path of a folder")
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
        large = f" (open_table opens its {PARQUET})" if (root / PARQUET).is_file() else ""
        raise InputError(f"{format_path(root)} holds neither evidence nor an incidents.csv{large}")
    incidents, problems = read_table(path, OWN_INCIDENTS, strict=False)
    if problems:
        raise InvalidTables(problems)
    if incidents.empty:
        raise InputError(f"{format_path(path)} holds no incident")
    beside = path.parent
    tables = {t.name: _optional(beside, t) for t in (schema.TALLIES, schema.MILESTONES)}
    coverage = _optional(beside, schema.COVERAGE)
    disputes = _optional(beside, schema.DISPUTES)
    values = schema.empty_table(schema.VALUES)
    about, side_car = read_about(root), read_side_car(beside)
    return Dataset(
        root,
        complete_incidents(incidents),
        values,
        disputes,
        None,
        **tables,
        coverage=coverage,
        about=about,
        side_car=side_car,
    )


def _own(shared):
    """A dataset or evidence with frames that can be changed and leave the others as they are (pandas copies on
    write)."""
    if isinstance(shared, pd.DataFrame):
        return shared.copy(deep=False)
    if not is_dataclass(shared) or isinstance(shared, SideCar):
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
                   evidence.coverage, read_about(root))  # fmt: skip


def _optional(folder: Path, table: schema.Table) -> pd.DataFrame:
    """A table a person may put beside their incidents.csv; empty if it is not there."""
    path = folder / f"{table.name}.csv"
    if not path.is_file():
        return schema.empty_table(table)
    frame, problems = read_table(path, table)
    if problems:
        raise InvalidTables(problems)
    return frame


def complete_incidents(incidents: pd.DataFrame) -> pd.DataFrame:
    """A table someone brings, with every column of ours: what is not said stays missing."""
    out = incidents.copy()
    for name, fallback in (("date_start", "date"), ("date_end", "date")):
        out[name] = out[name].fillna(out[fallback]) if name in out else out[fallback]
    missing = schema.empty_table(schema.INCIDENTS).dtypes.drop(out.columns, errors="ignore")
    absent = {name: pd.Series(index=out.index, dtype=dtype) for name, dtype in missing.items()}
    out = pd.concat([out, pd.DataFrame(absent, index=out.index)], axis=1)
    for name in ("place", "country"):
        out[name] = out[name].mask(out[name].str.strip().str.lower().isin(UNKNOWN))
    out["confirmation"] = out["confirmation"].fillna("unknown")
    out["place"] = out["place"].fillna(out["place_id"]).fillna("place not named")
    return out.sort_values(["date", "incident_id"], ignore_index=True)

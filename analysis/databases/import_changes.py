"""Two versions of one imported table: what is new, changed and withdrawn, and what that does to the counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.databases.normal_form_file import PARQUET, read_imported
from analysis.evidence.errors import InputError, format_path

# Where a row stands is no property of the incident.
NOT_COMPARED = ("record_file", "record_row", "timestamp", "code_status")


@dataclass(frozen=True)
class ImportChanges:
    """What differs between two versions of a table.

    Parameters
    ----------
    new, withdrawn : list of str
        Ids of incidents that only the newer, or only the older, version holds.
    changed : DataFrame
        incident_id, column, before, after (as text): one row for each value that differs.
    same : int
        Incidents without a difference.
    """

    new: list[str]
    withdrawn: list[str]
    changed: pd.DataFrame
    same: int

    def words(self) -> str:
        """The numbers in one sentence."""
        ids = self.changed["incident_id"].nunique()
        columns = self.changed["column"].value_counts().head(3)
        told = f" ({', '.join(f'{name} {number:,}' for name, number in columns.items())})" if len(columns) else ""
        return (f"{len(self.new):,} new, {ids:,} changed{told}, {len(self.withdrawn):,} withdrawn, "
                f"{self.same:,} the same")  # fmt: skip


def compare_incidents(before: pd.DataFrame, after: pd.DataFrame) -> ImportChanges:
    """Compare two versions of a table by their incident ids.

    Parameters
    ----------
    before, after : DataFrame
        The older and the newer table, with incident_id.

    Returns
    -------
    ImportChanges
        What is new, changed and withdrawn. Columns that only one version has are left out.

    Examples
    --------
    >>> old = pd.DataFrame({"incident_id": ["a", "b"], "deaths": [1, 2]})
    >>> print(compare_incidents(old, old.assign(incident_id=["a", "c"], deaths=[3, 2])).words())
    1 new, 1 changed (deaths 1), 1 withdrawn, 0 the same
    """
    old, new = before.set_index("incident_id"), after.set_index("incident_id")
    shared = old.index.intersection(new.index)
    columns = [name for name in new.columns if name in old.columns and name not in NOT_COMPARED]
    parts = []
    for name in columns:
        was, now = as_text(old.loc[shared, name]), as_text(new.loc[shared, name])
        differs = was != now
        if differs.any():
            told = {"incident_id": shared[differs], "column": name, "before": was[differs], "after": now[differs]}
            parts.append(pd.DataFrame(told))
    names = ["incident_id", "column", "before", "after"]
    changed = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    changed = changed.sort_values(["incident_id", "column"], ignore_index=True)
    return ImportChanges(
        new=sorted(new.index.difference(old.index)),
        withdrawn=sorted(old.index.difference(new.index)),
        changed=changed,
        same=len(shared) - changed["incident_id"].nunique(),
    )


def as_text(column: pd.Series) -> pd.Series:
    """Values as text that is equal where the values are, whatever their types."""
    if column.dtype.kind == "M":
        return column.dt.strftime("%Y-%m-%d").fillna("")
    number = pd.to_numeric(column, errors="coerce")
    if column.notna().any() and number.notna().sum() == column.notna().sum():
        return number.astype("float64").round(9).map("{:.10g}".format).where(column.notna(), "").astype("str")
    return column.astype("str").where(column.notna(), "").str.strip()


def changes_since(old: str | Path, new: str | Path) -> tuple[ImportChanges, pd.DataFrame]:
    """What happened between two imported folders, and to the counts of each month.

    Parameters
    ----------
    old, new : str or Path
        Folders with an incidents.csv or an incidents.parquet each.

    Returns
    -------
    tuple of ImportChanges and DataFrame
        The changes; and month, before, after, deaths_before, deaths_after: one row for each month whose number of
        incidents or of deaths differs. Deaths are missing where no table states any.

    Raises
    ------
    InputError
        If a folder holds neither, or a table is not in order.
    """
    tables = [_read(Path(folder)) for folder in (old, new)]
    months = [_monthly(table) for table in tables]
    both = months[0].add_suffix("_before").join(months[1].add_suffix("_after"), how="outer")
    both = both.rename(columns={"incidents_before": "before", "incidents_after": "after"})
    both[["before", "after"]] = both[["before", "after"]].fillna(0).astype("Int64")
    differs = (both["before"] != both["after"]) | (both["deaths_before"].fillna(-1) != both["deaths_after"].fillna(-1))
    table = both[differs].rename_axis("month").reset_index()
    return compare_incidents(*tables), table[["month", "before", "after", "deaths_before", "deaths_after"]]


def _read(folder: Path) -> pd.DataFrame:
    path = next((each for each in (folder / PARQUET, folder / "incidents.csv") if each.is_file()), None)
    if path is None:
        raise InputError(f"{format_path(folder)} holds no incidents.csv and no {PARQUET}")
    return read_imported(path)


def _monthly(incidents: pd.DataFrame) -> pd.DataFrame:
    deaths = incidents["deaths"] if "deaths" in incidents else pd.Series(pd.NA, incidents.index, dtype="Int64")
    by_month = deaths.groupby(incidents["date"].dt.strftime("%Y-%m"))
    return pd.DataFrame({"incidents": by_month.size(), "deaths": by_month.sum(min_count=1)})

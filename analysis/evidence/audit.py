"""Reading rows a second time against their pages: the next sheet, and what the sheets so far say."""

from __future__ import annotations

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.errors import InputError
from analysis.evidence.evidence_base import Evidence

SHARES = {"claims": 60, "tallies": 25, "milestones": 25}  # of the rows of a sheet, in proportion
COLUMNS = ["file", "row", "source_id", "address", "fields", "verdict"]
VERDICTS = "right, minor, major, page not found"


def draw_sheet(evidence: Evidence, rows: int, seed: int) -> pd.DataFrame:
    """The next audit sheet: rows drawn at random, without replacement, each with an empty `verdict`.

    Columns file, row (the key), source_id, address, fields (`name: value` of every field that is filled), verdict.
    Claims, tallies and milestones stand in the proportion of `SHARES`; a row that audit.csv names is not drawn
    again. The same tables and seed give the same sheet.

    Raises InputError if there are fewer rows than asked for.
    """
    wanted = _parts(rows)
    address = evidence.sources.set_index("source_id")["url"]
    drawn = []
    for number, (name, count) in enumerate(wanted.items()):
        table = _rows_of(evidence, name)
        if len(table) < count:
            raise InputError(f"rows is {rows}: only {len(table)} rows of {name}.csv are left, {count} are wanted")
        drawn.append(table.sample(count, random_state=seed + number).sort_values("row"))
    sheet = pd.concat(drawn, ignore_index=True)
    return sheet.assign(address=sheet["source_id"].map(address), verdict="")[COLUMNS]


def _parts(rows: int) -> dict[str, int]:
    """How many rows of each table, by largest remainder."""
    shares = pd.Series(SHARES) * rows / sum(SHARES.values())
    whole = shares.astype(int)
    rest = (shares - whole).sort_values(ascending=False, kind="stable").index[: rows - whole.sum()]
    return (whole + whole.index.isin(rest)).to_dict()


def _rows_of(evidence: Evidence, name: str) -> pd.DataFrame:
    table, declared = getattr(evidence, name), schema.TABLES[name]
    key = [column for column in declared.key if column != "line"]
    rows = table[key].astype(str).agg(" ".join, axis=1)
    fields = [_filled(row, declared.names) for row in table.to_dict("records")]
    out = pd.DataFrame({"file": f"{name}.csv", "row": rows, "source_id": table["source_id"], "fields": fields})
    seen = evidence.audit[evidence.audit["file"] == f"{name}.csv"]["row"]
    return out[~out["row"].isin(seen)].drop_duplicates("row")


def _filled(row: dict, names: list[str]) -> str:
    filled = {name: row[name] for name in names if not pd.isna(row[name])}
    days = {name: f"{value:%Y-%m-%d}" for name, value in filled.items() if isinstance(value, pd.Timestamp)}
    return "; ".join(f"{name}: {value}" for name, value in (filled | days).items())


def audited_rows(audit: pd.DataFrame) -> pd.Series:
    """Over all sheets: checked, major, minor, not_read (sums of the rows that sum up a sheet)."""
    sheets = audit[audit["file"].isna()]
    return sheets[["checked", "major", "minor", "not_read"]].fillna(0).sum().astype(int)


def error_bound(errors: int, checked: int, level: float = 0.95) -> float:
    """Upper bound of the share of rows with an error, one-sided, exact (Clopper and Pearson 1934).

    >>> round(error_bound(0, 100), 4)
    0.0295
    """
    from scipy.stats import beta

    return 1.0 if errors >= checked else float(beta.ppf(level, errors + 1, checked - errors))

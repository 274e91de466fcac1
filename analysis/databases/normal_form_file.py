"""An imported table as a file: incidents.csv, or incidents.parquet for a large one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.evidence.csv_tables import read_table
from analysis.evidence.errors import InputError, InvalidTables
from analysis.evidence.own_incidents import OWN_INCIDENTS

PARQUET = "incidents.parquet"
LARGE_BYTES = 200_000_000  # of files, from which a table is written as Parquet
COMPRESSION = "zstd"
DAYS = ("date", "date_start", "date_end")


def read_imported(path: Path) -> pd.DataFrame:
    """An imported incidents.csv or incidents.parquet. Raises InvalidTables if the former is not in order."""
    if path.name == PARQUET:
        incidents = pd.read_parquet(path)
        return incidents.assign(**{name: pd.to_datetime(incidents[name]) for name in DAYS})
    incidents, problems = read_table(path, OWN_INCIDENTS, strict=False)
    if problems:
        raise InvalidTables(problems)
    return incidents


def csv_text(incidents: pd.DataFrame) -> str:
    """The table as CSV: ISO dates, empty for missing, numbers without needless zeros."""
    out = incidents.copy()
    for name in DAYS:
        out[name] = out[name].dt.strftime("%Y-%m-%d")
    for name in out.select_dtypes("float"):
        if (out[name].dropna() % 1 == 0).all():
            out[name] = out[name].astype("Int64")
    return out.to_csv(index=False, lineterminator="\n")


def parquet_bytes(incidents: pd.DataFrame) -> bytes:
    """The table as Parquet, its days as such. Raises InputError where pyarrow is missing."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise InputError("large tables need: pip install 'attack-incidents[scale]'") from None
    out = incidents.copy(deep=False)
    for name in DAYS:
        out[name] = out[name].dt.date
    return out.to_parquet(None, index=False, compression=COMPRESSION)

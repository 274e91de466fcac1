"""A folder with a large table opened in an engine, without reading it whole."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.databases.engine_import import connect_duckdb
from analysis.databases.normal_form_file import PARQUET
from analysis.databases.side_car import SideCar, read_side_car
from analysis.evidence import schema
from analysis.evidence.about import About, read_about
from analysis.evidence.arguments import require_type
from analysis.evidence.csv_tables import read_table
from analysis.evidence.errors import InputError, InvalidTables, format_path

NEEDED = {"incident_id": "text", "date": "days"}
REFUSED = "is_refused"
LOCAL = "local[2]"


@dataclass(frozen=True, repr=False, eq=False)
class LargeDataset:
    """An incident table in an engine and what is known around it: what `open_table` returns.

    Parameters
    ----------
    root : Path
        The folder.
    incidents : ibis.Table
        One row for each incident, with the columns of docs/codebook.md that the folder has. `count`, `gaps`,
        `by_place`, `lump_categories`, `cumulative` and `find_pauses` take it as they take a frame.
    coverage : DataFrame
        When somebody looked.
    about : About
        What about.yml says.
    side_car : SideCar or None
        What import.json says.

    See Also
    --------
    open_table : Opens a folder.

    Examples
    --------
    >>> import analysis as a
    >>> "country" in a.open_table("data").incidents.columns
    True
    """

    root: Path
    incidents: Any
    coverage: pd.DataFrame
    about: About
    side_car: SideCar | None

    def __repr__(self) -> str:
        return f"LargeDataset({format_path(self.root)!r}: {', '.join(self.incidents.columns)})"


def open_table(folder: str | Path, engine: str = "duckdb") -> LargeDataset:
    """Open a folder with a large table without reading it whole.

    Parameters
    ----------
    folder : str or Path
        A folder with an incidents.parquet, as an import of a large database writes it, or an incidents.csv.
    engine : str
        duckdb, in this process; spark, on this machine; or the address of a Spark master, such as spark://master:7077.

    Returns
    -------
    LargeDataset
        Its `incidents` are an Ibis table.

    Raises
    ------
    InputError
        If the folder holds no table, the table lacks incident_id or date, the engine is unknown or not installed.

    See Also
    --------
    open_folder : Reads and checks all tables of a folder.

    Notes
    -----
    The table was checked when it was imported, and is not checked again. Missing date_start and date_end are the date.

    Examples
    --------
    >>> import analysis as a
    >>> table = a.open_table("data").incidents
    >>> int(a.count(table, "quarter")["count"].sum()) == len(a.open_folder().incidents)
    True
    """
    require_type(folder, (str, Path), "folder", "the path of a folder")
    root = Path(folder)
    path = next((each for each in (root / PARQUET, root / "incidents.csv") if each.is_file()), None)
    if path is None:
        raise InputError(f"{format_path(root)} holds no {PARQUET} and no incidents.csv")
    table = _read(path, engine)
    if missing := [name for name in NEEDED if name not in table.columns]:
        raise InputError(f"{format_path(path)} has no column {', '.join(missing)}")
    days = {name: table[name if name in table.columns else "date"].cast("date").coalesce(table["date"].cast("date"))
            for name in ("date", "date_start", "date_end")}  # fmt: skip
    if "place_id" not in table.columns:  # few databases number their places; `by_place` then tells them by their names
        import ibis

        days["place_id"] = ibis.null("string")
    table = table.mutate(**days)
    table = table.filter(~table[REFUSED]).drop(REFUSED) if REFUSED in table.columns else table
    coverage = schema.empty_table(schema.COVERAGE)
    if (root / "coverage.csv").is_file():
        coverage, problems = read_table(root / "coverage.csv", schema.COVERAGE)
        if problems:
            raise InvalidTables(problems)
    return LargeDataset(root, table, coverage, read_about(root), read_side_car(root))


def _read(path: Path, engine: str):
    connection = connect_duckdb() if engine == "duckdb" else _spark(engine)
    if path.suffix == ".parquet":
        return connection.read_parquet(str(path.resolve()))
    return connection.read_csv(str(path.resolve()), **({} if engine == "duckdb" else {"header": True}))


def is_spark(engine: str) -> bool:
    """Whether an engine is Spark: spark, or the address of its master."""
    return engine == "spark" or engine.startswith("spark://")


def _spark(engine: str):
    if not is_spark(engine):
        raise InputError(f"engine is {engine!r}; allowed: duckdb, spark, or spark://HOST:PORT")
    session = spark_session(engine)
    import ibis

    return ibis.pyspark.connect(session)


def spark_session(engine: str) -> Any:
    """The session of Spark, of which a process has one.

    Parameters
    ----------
    engine : str
        As for `open_table`.

    Returns
    -------
    pyspark.sql.SparkSession

    Raises
    ------
    InputError
        If the engine is no Spark, or the libraries are missing.

    Examples
    --------
    >>> spark_session("duckdb")
    Traceback (most recent call last):
    analysis.evidence.errors.InputError: engine is 'duckdb'; allowed: spark, or spark://HOST:PORT
    """
    if not is_spark(engine):
        raise InputError(f"engine is {engine!r}; allowed: spark, or spark://HOST:PORT")
    try:
        import ibis  # noqa: F401
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError("Spark needs: pip install 'attack-incidents[scale]' pyspark, and Java") from None
    if engine == "spark":  # its workers on this machine have the libraries of this process
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return (
        SparkSession.builder.master(LOCAL if engine == "spark" else engine).appName("incidents")
        .config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "4").getOrCreate()
    )  # fmt: skip

"""What stands beside a table that an engine made, as beside any other import: about.yml, coverage.csv, refused.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.databases import acled_coverage
from analysis.databases.side_car import SideCar
from analysis.databases.table_import import first_about, is_edited_coverage

REFUSED = ("record_file", "record_row", "column", "value", "allowed")
ONCE = "each id once; these rows share one"


def engine_side_files(
    connection: Any, table: str, kept: str, folder: Path, side_car: SideCar, reasons: Sequence[tuple[str, str, str]]
) -> dict[Path, str]:  # fmt: skip
    """The files to write beside a table of ACLED, by their path.

    Parameters
    ----------
    connection : Ibis backend of DuckDB
        With the view `read`, the rows as they were given.
    table, kept : str
        SQL of all rows with their column is_refused, and of those that are taken.
    folder : Path
        Where the table goes. An about.yml that is there stays, and so does a coverage.csv with a row of one's own.
    side_car : SideCar
        What was refused, by reason.
    reasons : sequence of tuple
        Column, what is allowed, and the condition in SQL under which a row is refused.
    """
    files = {}
    if not (folder / "about.yml").is_file():
        files[folder / "about.yml"] = first_about(side_car).text()
    if not is_edited_coverage(folder / "coverage.csv"):
        seen = connection.con.sql(
            f"SELECT country, min(date)::TIMESTAMP AS date, max(date_end)::TIMESTAMP AS date_end FROM {kept} GROUP BY 1"
        ).df()
        coverage = acled_coverage.acled_coverage(seen)
        files[folder / "coverage.csv"] = coverage.to_csv(index=False, lineterminator="\n")
    if side_car.refused:
        rows = connection.con.sql(_refused(table, side_car, reasons)).df()
        files[folder / "refused.csv"] = rows.to_csv(index=False, lineterminator="\n")
    return files


def _refused(table: str, side_car: SideCar, reasons: Sequence[tuple[str, str, str]]) -> str:
    """One row for each row and reason, as `Refusals.each_row` gives them."""
    told = {(each["column"], each["allowed"]) for each in side_car.refused}
    parts = [
        f"SELECT record_file, record_row, {_text(column)}, {_name(column)}, {_text(allowed)} FROM read "
        f"WHERE {condition}"
        for column, allowed, condition in reasons if (column, allowed) in told
    ]  # fmt: skip
    if any(allowed == ONCE for _, allowed in told):
        shared = f"SELECT incident_id FROM {table} WHERE NOT is_refused GROUP BY 1 HAVING count(*) > 1"
        parts.append(f"SELECT record_file, record_row, 'event_id_cnty', record_id, {_text(ONCE)} FROM {table} "
                     f"WHERE NOT is_refused AND incident_id IN ({shared})")  # fmt: skip
    names = ", ".join(map(_name, REFUSED))
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS each({names}) ORDER BY 1, 2, 3"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'

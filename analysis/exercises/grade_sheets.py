"""grades.csv and grades.xlsx: tables of grades that a person opens, types into, and saves as any spreadsheet does."""

from __future__ import annotations

import csv
import importlib.util
import io
import math
import re
from pathlib import Path

import pandas as pd

from analysis.evidence.errors import InputError, format_path
from analysis.evidence.spreadsheet import from_spreadsheet, mark_formulas, to_spreadsheet, without_control_characters
from analysis.evidence.text_files import decode_text, find_delimiter
from analysis.exercises.gradebook import GRADE_COLUMNS

KEY_COLUMNS = ["student", "exercise", "task"]
NEEDED_COLUMNS = GRADE_COLUMNS[:7]  # a table of an earlier release has no more
READ_COLUMNS = ("max_points_number", "where")  # what `read_grade_table` adds


def read_grade_table(path: Path) -> pd.DataFrame:
    """A table of grades as a spreadsheet saved it, as text: GRADE_COLUMNS, `max_points_number`, `where`, added columns.

    A CSV file may be separated by commas, semicolons, tabs or bars, its decimals may have commas, and its encoding may
    be UTF-8, UTF-16 or Latin-1. Empty lines are left out. Without the file the table has no rows. Raises InputError for
    a table that holds no grades, for one row twice, and for full points that are no number.
    """
    name = format_path(path)
    lines = _lines(path, name) if path.is_file() else [(1, list(GRADE_COLUMNS))]
    names = _column_names(lines[0][1])
    rows = [dict(zip(names, [*fields, *[""] * len(names)], strict=False)) | {"where": f"{name}, row {number}"}
            for number, fields in lines[1:]]  # fmt: skip
    table = from_spreadsheet(pd.DataFrame(rows, columns=[*names, "where"], dtype=object))
    for column in ("points", "max_points", "status"):
        table[column] = table[column].map(str.strip)
    table["max_points_number"] = table["max_points"].map(parse_number).astype(float)
    for row in table[~(table["max_points_number"] >= 0)].to_dict("records"):
        raise InputError(f"{row['where']}: max_points {row['max_points']!r} is no number")
    for row in table[table.duplicated(KEY_COLUMNS)].to_dict("records"):
        raise InputError(f"{row['where']}: a second row for {row['student']}, {row['exercise']}, {row['task']}")
    return table


def parse_number(text: str) -> float:
    """The number, with a point or a comma before its decimals; NaN for anything else.

    >>> parse_number("1,5")
    1.5
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def _lines(path: Path, name: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers from 1; the first one is the header."""
    rows = _xlsx_rows(path, name) if path.suffix == ".xlsx" else _csv_rows(path, name)
    lines = [(number, fields) for number, fields in enumerate(rows, start=1) if any(field.strip() for field in fields)]
    found = _column_names(lines[0][1]) if lines else []
    if missing := [column for column in NEEDED_COLUMNS if column not in found]:
        raise InputError(f"{name} has no column {', '.join(missing)}; is it a grades.csv?")
    return lines


def _csv_rows(path: Path, name: str) -> list[list[str]]:
    try:
        text, _ = decode_text(path.read_bytes())
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    delimiter = find_delimiter(text)
    return list(csv.reader(io.StringIO(re.sub(r"\Asep=.\r?\n", "", text), newline=""), delimiter=delimiter))


def _xlsx_rows(path: Path, name: str) -> list[list[str]]:
    if not _has_openpyxl():
        raise InputError(f"to read {name}: pip install openpyxl")
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return [[_text(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # the library raises several kinds for a file that is no workbook
        raise InputError(f"{name} cannot be read as a spreadsheet ({error})") from None


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _column_names(header: list[str]) -> list[str]:
    return [text.strip().casefold().replace(" ", "_") for text in header]


def grade_files(out: Path, rows: pd.DataFrame) -> dict[Path, str | bytes]:
    """The files of `rows` (`gradebook.grade_rows`, with added columns) in `out`: grades.csv, and grades.xlsx if
    openpyxl is installed."""
    files: dict[Path, str | bytes] = {out / "grades.csv": to_spreadsheet(rows)}
    if _has_openpyxl():
        files[out / "grades.xlsx"] = _xlsx(rows)
    return files


def _has_openpyxl() -> bool:
    return importlib.util.find_spec("openpyxl") is not None


def _xlsx(rows: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    plain = mark_formulas(rows).map(without_control_characters)
    with pd.ExcelWriter(out, engine="openpyxl") as writer:
        plain.to_excel(writer, sheet_name="grades", index=False, freeze_panes=(1, 3))
        for letter, width in zip("ABCDEFGH", (24, 22, 20, 8, 11, 20, 60, 60), strict=True):
            writer.sheets["grades"].column_dimensions[letter].width = width
    return out.getvalue()


def add_typed_columns(rows: pd.DataFrame, *before: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns that a person added to the grades of `before`, as `read_grade_table` gives them."""
    for table in before:
        known = (*GRADE_COLUMNS, *READ_COLUMNS, *rows.columns)
        added = [name for name in table if name and name not in known]
        rows = rows.merge(table[[*KEY_COLUMNS, *added]], on=KEY_COLUMNS, how="left").fillna(dict.fromkeys(added, ""))
    return rows

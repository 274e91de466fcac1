"""Any file that holds a table, read as text: CSV of any delimiter and encoding, XLSX, Parquet, JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd

from analysis.evidence.csv_records import HEADER_ROWS
from analysis.evidence.errors import InputError, format_path
from analysis.evidence.text_files import decode_text, find_delimiter

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson", ".json")
FIRST = "row of the first record"  # set where a file has no header
FILE, ROW = "record_file", "record_row"  # columns that every row gets: the file and the row it comes from
csv.field_size_limit(2**27)  # notes of an event can be long; the default of 128 kB refuses some


@dataclass(frozen=True)
class TableFile:
    """One file that was read.

    Parameters
    ----------
    path : Path
        The file.
    rows : DataFrame
        Every field as text, empty where there is none, with the columns record_file and record_row.
    remarks : list of str
        What a person should know of how it was read.
    """

    path: Path
    rows: pd.DataFrame
    remarks: list[str] = field(default_factory=list)


def read_table_file(path: str | Path, header: Iterable[str] | None = None, sheet: str = "") -> TableFile:
    """Read a file that holds one table.

    Parameters
    ----------
    path : str or Path
        CSV (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252), XLSX, Parquet, or JSON with one object on
        each line or one list of objects.
    header : iterable of str, optional
        Names of the columns that a CSV file without a header gets, if its first row has that many fields and none
        of the names.
    sheet : str, default ""
        The sheet of a spreadsheet; the only one that holds rows by default.

    Returns
    -------
    TableFile
        The rows as text.

    Raises
    ------
    InputError
        If the file is missing, of another kind, no table, or has rows of unequal length.

    Notes
    -----
    Rows are numbered as a spreadsheet shows them: the header is row 1. Rows without any value are left out.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{format_path(path)} does not exist" if not path.is_dir() else f"{format_path(path)} is a folder"
        )
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{format_path(path)}: {suffix or 'no suffix'} is not read; allowed: {', '.join(SUFFIXES)}")
    remarks: list[str] = []
    frame = _READERS[suffix](path, header, sheet, remarks)
    frame.columns = _each_once(list(frame.columns), path, remarks)
    if not len(frame):
        raise InputError(f"{format_path(path)} holds no row")
    start = frame.attrs.get(FIRST, HEADER_ROWS)
    frame = frame.assign(**{FILE: path.name, ROW: range(start, start + len(frame))})
    blank = (frame.drop(columns=[FILE, ROW]) == "").all(axis=1)
    if blank.any():
        remarks.append(f"{path.name}: {blank.sum():,} rows without any value are left out")
    return TableFile(path, frame[~blank].reset_index(drop=True), remarks)


def _read_csv(path: Path, header: Iterable[str] | None, sheet: str, remarks: list[str]) -> pd.DataFrame:
    try:
        text, encoding = decode_text(path.read_bytes())
    except InputError as error:
        raise InputError(f"{format_path(path)}: {error}") from None
    if encoding != "UTF-8":
        unsure = "" if encoding.startswith("UTF") else "; no file says so itself, so check its accents"
        remarks.append(f"{path.name} is read as {encoding}{unsure}")
    delimiter = find_delimiter(text)
    if delimiter != ",":
        remarks.append(f"{path.name} is separated by {DELIMITER_NAMES.get(delimiter, repr(delimiter))}")
    if text[:4].lower() == "sep=":
        text = text.partition("\n")[2]
    if not text.strip():
        raise InputError(f"{format_path(path)} is empty")
    first, filled = _measure(text, delimiter, path)
    headerless = header is not None and not set(header) & {name.strip().lower() for name in first}
    if headerless and len(first) != len(list(header or ())):
        raise InputError(
            f"{format_path(path)}: row 1 holds {len(first)} fields and none of the names of the columns; a file "
            f"without a header has {len(list(header or ()))} fields"
        )
    if headerless:
        remarks.append(f"{path.name} has no header; its columns are named in the order of the codebook")
    names = list(header or ()) if headerless else [name.strip() or f"column {n}" for n, name in enumerate(first, 1)]
    names = [*_each_once(names[:filled], path, remarks), *names[filled:]]
    options = {"dtype": str, "keep_default_na": False, "na_filter": False, "skip_blank_lines": False}
    frame = pd.read_csv(io.StringIO(text), sep=delimiter, names=_unique(names, filled),
                        header=None if headerless else 0, index_col=False, **options).iloc[:, :filled]  # fmt: skip
    frame.attrs[FIRST] = 1 if headerless else HEADER_ROWS
    return frame


def _each_once(names: list[str], path: Path, remarks: list[str]) -> list[str]:
    """The names, a second one of the same name with a number behind it."""
    names = [" ".join(str(name).split()) for name in names]
    seen: Counter[str] = Counter()
    out = []
    for name in names:
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    if twice := [name for name, number in seen.items() if number > 1]:
        remarks.append(
            f"{path.name} has the column {twice[0]!r} more than once; the second is called {twice[0] + ' 2'!r}"
        )
    return out


def _unique(names: list[str], filled: int) -> list[str]:
    """Names that pandas takes; those at the right that nothing fills need not differ."""
    return [*names[:filled], *(f"empty {n}" for n in range(len(names) - filled))]


def _measure(text: str, delimiter: str, path: Path) -> tuple[list[str], int]:
    """The first row, and how many columns have a name or a value; every row must be as long as the first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        first = next(reader)
        filled = max((at for at, name in enumerate(first, 1) if name.strip()), default=0)
        uneven = []
        for row, fields in enumerate(reader, HEADER_ROWS):
            if len(fields) != len(first) and any(fields):
                uneven.append((row, len(fields)))
            if len(fields) > filled:
                filled = max(
                    (at for at, value in enumerate(fields, 1) if at > filled and value.strip()), default=filled
                )
    except csv.Error as error:
        raise InputError(f"{format_path(path)}, row {reader.line_num}: {error}") from None
    if uneven:
        some = ", ".join(f"{row} ({fields})" for row, fields in uneven[:5]) + (" ..." if len(uneven) > 5 else "")
        raise InputError(
            f"{format_path(path)}: {len(uneven):,} rows have another number of fields than the {len(first)} of the "
            f"header: rows {some}"
        )
    return first, filled


def _read_spreadsheet(path: Path, header: Iterable[str] | None, sheet: str, remarks: list[str]) -> pd.DataFrame:
    """The sheet named, or the only one with rows. A cell that holds a day is text as YYYY-MM-DD."""
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise InputError(f"{format_path(path)} is a spreadsheet; to read one: pip install python-calamine") from None
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except Exception as error:  # the library raises several kinds, none of them public
        raise InputError(f"{format_path(path)} is no spreadsheet that can be read: {error}") from None
    full = [name for name, each in sheets.items() if each.end is not None and each.end[0] > 0]
    if sheet and sheet not in sheets:
        raise InputError(f"{format_path(path)} has no sheet {sheet!r} (it has: {', '.join(sheets)})")
    if not sheet and len(full) != 1:
        held = f"the sheets {', '.join(full)} hold rows: say which one" if full else "no sheet holds a row"
        raise InputError(f"{format_path(path)}: {held}")
    name = sheet or full[0]
    rows = sheets[name].to_python(skip_empty_area=False)
    if len(sheets) > 1:
        remarks.append(f"{path.name}: the sheet {name!r} is read, not {', '.join(s for s in sheets if s != name)}")
    return _framed([[_as_text(value) for value in row] for row in rows])


def _framed(rows: list[list[str]]) -> pd.DataFrame:
    """Rows with the header first; columns without name and value are left out."""
    width = max((at for row in rows for at, value in enumerate(row, 1) if value.strip()), default=0)
    names = [name.strip() or f"column {n}" for n, name in enumerate(rows[0][:width], 1)] if rows else []
    return pd.DataFrame([row[:width] for row in rows[1:]], columns=names, dtype=str)


def _as_text(value) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else "" if value != value else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _read_parquet(path: Path, header: Iterable[str] | None, sheet: str, remarks: list[str]) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except ImportError:
        raise InputError(f"{format_path(path)} is a Parquet file; to read one: pip install pyarrow") from None
    except Exception as error:  # pyarrow raises errors of its own
        raise InputError(f"{format_path(path)} is no Parquet file that can be read: {error}") from None
    return pd.DataFrame({str(name): _column_as_text(frame[name]) for name in frame})


def _column_as_text(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").astype("str")
    if column.dtype.kind in "iu":
        return column.astype("Int64").astype("str").where(column.notna(), "").astype("str")
    return column.astype(object).where(column.notna(), None).map(_as_text).astype("str")


def _read_json(path: Path, header: Iterable[str] | None, sheet: str, remarks: list[str]) -> pd.DataFrame:
    """JSON lines, or one list of objects, also under `data`; the columns in the order in which they appear."""
    try:
        text, _ = decode_text(path.read_bytes())
    except InputError as error:
        raise InputError(f"{format_path(path)}: {error}") from None
    try:
        whole = json.loads(text)
        records = whole.get("data", [whole]) if isinstance(whole, dict) else whole
    except json.JSONDecodeError:
        records = [_json_line(line, row, path) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise InputError(f"{format_path(path)} holds no list of objects, nor one object on each line")
    names = list(dict.fromkeys(name for each in records for name in each))
    return pd.DataFrame([[_as_text(each.get(name)) for name in names] for each in records], columns=names, dtype=str)


def _json_line(line: str, row: int, path: Path):
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{format_path(path)}, line {row}: {error}") from None


DELIMITER_NAMES = {";": "semicolons", "\t": "tabs", "|": "bars"}
_READERS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), _read_csv),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), _read_spreadsheet),
    ".parquet": _read_parquet,
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), _read_json),
}

"""Any file that holds a table, read as text: CSV of any delimiter and encoding, XLSX, Parquet, JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

import pandas as pd

from analysis.databases.header_rows import LOOKED_AT, NARROW, Header, find_header
from analysis.databases.json_records import read_json_records
from analysis.evidence.csv_records import HEADER_ROWS
from analysis.evidence.errors import InputError, format_path
from analysis.evidence.text_files import DELIMITERS, decode_text, find_delimiter

SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson", ".json", ".geojson",
)  # fmt: skip
PACKED = (".zip", ".gz", ".7z", ".rar", ".bz2", ".xz", ".tar", ".tgz")
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
        CSV (comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252), XLSX, Parquet, GeoJSON, or JSON with one
        object on each line or one list of objects.
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
    Rows are numbered as a spreadsheet shows them: a header in the first row is row 1. Rows without any value are left
    out, and so are titles above the header and notes below the table; `remarks` holds them. Objects inside an object of
    JSON become columns such as `place.name`.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{format_path(path)} does not exist" if not path.is_dir() else f"{format_path(path)} is a folder"
        )
    suffix = path.suffix.lower()
    if suffix in PACKED:
        raise InputError(f"{format_path(path)} is packed: unpack it, and give the table in it")
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
    frame = _without_notes(frame[~blank], path, remarks)
    if not len(frame):
        raise InputError(f"{format_path(path)} holds no row")
    return TableFile(path, frame.reset_index(drop=True), remarks)


def _without_notes(frame: pd.DataFrame, path: Path, remarks: list[str]) -> pd.DataFrame:
    """The rows without those at the end that hold one value alone, which are notes below the table."""
    values = frame.drop(columns=[FILE, ROW])
    if values.shape[1] < NARROW:
        return frame
    single = ((values != "").sum(axis=1) == 1).to_numpy()
    notes = next((n for n, lone in enumerate(single[::-1]) if not lone), len(single))
    if not notes or notes == len(single):
        return frame
    told = " / ".join(next(value for value in row if value) for row in values.iloc[-notes:].to_numpy())
    remarks.append(f"{path.name}: notes below the table are left out: {told[:200]!r}")
    return frame.iloc[:-notes]


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
    found = find_header(_first_rows(text, delimiter, path))
    headerless = header is not None and not set(header) & {name.lower() for name in found.names}
    if headerless:
        found = Header(list(header or ()), [], 0)
    body = _after(text, delimiter, found.rows)
    first = _first_rows(body, delimiter, path, 1)[0] if headerless else found.names
    if headerless and len(first) != len(found.names):
        raise InputError(
            f"{format_path(path)}: row 1 holds {len(first)} fields and none of the names of the columns; a file "
            f"without a header has {len(found.names)} fields"
        )
    filled = _measure(body, delimiter, path, found)
    if filled == 1 and (held := [sign for sign in (*DELIMITERS, "^", "~") if sign in found.names[0]]):
        quoted = held[0] == delimiter or body.lstrip().startswith('"')
        why = "whole rows stand in quotation marks" if quoted else f"{held[0]!r} is no delimiter that is known here"
        raise InputError(
            f"{format_path(path)} has one column only, called {found.names[0][:40]!r}: {why}; save it again with "
            "commas between the columns"
        )
    if headerless:
        remarks.append(f"{path.name} has no header; its columns are named in the order of the codebook")
    names = _named(found.names, filled, path, remarks)
    options = {"dtype": str, "keep_default_na": False, "na_filter": False, "skip_blank_lines": False}
    frame = pd.read_csv(io.StringIO(body), sep=delimiter, names=names, header=None, usecols=range(filled), **options)
    frame = frame.fillna("")
    _tell_of_header(found, path, remarks)
    frame.attrs[FIRST] = found.rows + 1
    return frame


def _first_rows(text: str, delimiter: str, path: Path, number: int = LOOKED_AT) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(islice(reader, number)) or [[]]
    except csv.Error as error:
        raise InputError(f"{format_path(path)}, row {reader.line_num}: {error}") from None


def _after(text: str, delimiter: str, rows: int) -> str:
    """The text behind its first rows."""
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter)
    for _ in range(rows):
        next(reader, None)
    lines = io.StringIO(text, newline="")
    for _ in range(reader.line_num):
        lines.readline()
    return lines.read()


def _named(names: Sequence[str], filled: int, path: Path, remarks: list[str]) -> list[str]:
    """A name for each column, those at the right that nothing fills among them."""
    every = [name.strip() or f"column {n}" for n, name in enumerate([*names, *[""] * (filled - len(names))], 1)]
    return [*_each_once(every[:filled], path, remarks), *(f"empty {n}" for n in range(len(every) - filled))]


def _tell_of_header(found: Header, path: Path, remarks: list[str]) -> None:
    if found.above:
        remarks.append(
            f"{path.name}: the header is row {found.rows}; above it stands {' / '.join(found.above)[:200]!r}"
        )


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


def _measure(body: str, delimiter: str, path: Path, found: Header) -> int:
    """How many columns have a name or a value. Every row must be as long as the header, but for empty fields behind it
    and for notes below the table."""
    width = len(found.names)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    filled = max((at for at, name in enumerate(found.names, 1) if name.strip()), default=0)
    uneven: list[tuple[int, int]] = []
    last = 0
    try:
        for row, fields in enumerate(reader, found.rows + 1):
            if len(fields) == width or not any(fields):
                last = row if any(fields) else last
            elif len(fields) < width or any(value.strip() for value in fields[width:]):
                uneven.append((row, len(fields)))
            if len(fields) > filled:
                filled = max(
                    (at for at, value in enumerate(fields[:width], 1) if at > filled and value.strip()), default=filled
                )
    except csv.Error as error:
        raise InputError(f"{format_path(path)}, row {reader.line_num}: {error}") from None
    uneven = [(row, fields) for row, fields in uneven if not (row > last and fields == 1 and width >= NARROW)]
    if uneven:
        some = ", ".join(f"{row} ({fields})" for row, fields in uneven[:5]) + (" ..." if len(uneven) > 5 else "")
        raise InputError(
            f"{format_path(path)}: {len(uneven):,} rows have another number of fields than the {width} of the "
            f"header: rows {some}"
        )
    return filled


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
        raise InputError(f"{format_path(path)} is no spreadsheet that can be read{_a_page(path)}: {error}") from None
    full = [name for name, each in sheets.items() if each.end is not None and each.end[0] > 0 and each.width > 1]
    full = full or [name for name, each in sheets.items() if each.end is not None and each.end[0] > 0]
    if sheet and sheet not in sheets:
        raise InputError(f"{format_path(path)} has no sheet {sheet!r} (it has: {', '.join(sheets)})")
    if not sheet and len(full) != 1:
        which = f"say which one by --sheet {full[0]!r}, or by sheet: in the mapping" if full else ""
        held = f"the sheets {', '.join(full)} hold rows: {which}" if full else "no sheet holds a row"
        raise InputError(f"{format_path(path)}: {held}")
    name = sheet or full[0]
    rows = sheets[name].to_python(skip_empty_area=False)
    if len(sheets) > 1:
        remarks.append(f"{path.name}: the sheet {name!r} is read, not {', '.join(s for s in sheets if s != name)}")
    return _framed([[_as_text(value) for value in row] for row in rows], path, remarks)


def _a_page(path: Path) -> str:
    """Some programs give a web page the name of a spreadsheet."""
    with path.open("rb") as stream:
        return " but a web page; save it again as CSV" if stream.read(200).lstrip()[:1] == b"<" else ""


def _framed(rows: list[list[str]], path: Path, remarks: list[str]) -> pd.DataFrame:
    """Rows below their header; columns without name and value are left out."""
    width = max((at for row in rows for at, value in enumerate(row, 1) if value.strip()), default=0)
    found = find_header([row[:width] for row in rows])
    _tell_of_header(found, path, remarks)
    names = [name or f"column {n}" for n, name in enumerate(found.names, 1)]
    frame = pd.DataFrame([row[:width] for row in rows[found.rows :]], columns=names, dtype=str)
    frame.attrs[FIRST] = found.rows + 1
    return frame


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
    """The columns stand in the order in which they appear."""
    rows = read_json_records(path)
    names = list(dict.fromkeys(name for each in rows for name in each))
    return pd.DataFrame([[_as_text(each.get(name)) for name in names] for each in rows], columns=names, dtype=str)


DELIMITER_NAMES = {";": "semicolons", "\t": "tabs", "|": "bars"}
_READERS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), _read_csv),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), _read_spreadsheet),
    ".parquet": _read_parquet,
    **dict.fromkeys((".jsonl", ".ndjson", ".json", ".geojson"), _read_json),
}

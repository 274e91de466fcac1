"""A CSV file as text: a header and rows as long as it, or what is wrong with it. Imports nothing slow."""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import Path

from analysis.evidence.errors import InputError, InvalidTables, Problem, format_path
from analysis.evidence.text_files import decode_text, find_delimiter

HEADER_ROWS = 2  # row numbers are a spreadsheet's: the first record stands in row 2


def read_records(path: Path) -> tuple[list[str], list[list[str]]]:
    """The header and all rows, as `read_delimited` finds them."""
    header, body, _ = read_delimited(path)
    return header, body


def read_delimited(path: Path) -> tuple[list[str], list[list[str]], str]:
    """The header, all rows, and the delimiter; every field as text, empty stays empty.

    A file that a spreadsheet saved is read as well: other delimiters, UTF-16, blank lines at the end, columns
    without a name or a value at the right. A file that is neither UTF-8 nor UTF-16 is read as Windows-1252, with
    a warning.

    Raises InvalidTables for a file that is missing, empty, no text or not rectangular.
    """
    try:
        text, encoding = decode_text(path.read_bytes())
    except FileNotFoundError:
        raise InvalidTables([Problem(format_path(path), 0, "", "missing", "this file is needed")]) from None
    except OSError as error:
        raise InputError(f"{format_path(path)} cannot be read: {error.strerror}") from None
    except InputError as error:
        raise InvalidTables([Problem(format_path(path), 0, "", str(error), "a CSV file in UTF-8")]) from None
    if not encoding.startswith("UTF"):
        warnings.warn(f"{format_path(path)} is not in UTF-8; it is read as {encoding}: check its accents", stacklevel=3)
    delimiter = find_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        found = list(reader)
    except csv.Error as error:
        raise InvalidTables(
            [Problem(format_path(path), reader.line_num, "", str(error), "a CSV file in UTF-8")]
        ) from None
    if found and found[0] == [f"sep={delimiter}"]:
        found = found[1:]
    while found and not any(map(str.strip, found[-1])):
        found.pop()
    if not found:
        raise InvalidTables([Problem(format_path(path), 0, "", "empty", "a header row is needed")])
    header, *body = _without_empty_columns(found)
    repeated = sorted({name for name in header if header.count(name) > 1})
    uneven = [
        Problem(format_path(path), row, "", f"{len(fields)} fields", f"{len(header)}, as in the header")
        for row, fields in enumerate(body, HEADER_ROWS)
        if len(fields) != len(header)
    ]
    uneven += [Problem(format_path(path), 1, name, name, "each column once") for name in repeated]
    if uneven:
        raise InvalidTables(uneven)
    return header, body, delimiter


def _without_empty_columns(found: list[list[str]]) -> list[list[str]]:
    """Columns at the right that have neither a name nor a value are left out, as spreadsheets add them."""
    width = max(map(len, found))
    while width > 1 and not any(row[width - 1].strip() for row in found if len(row) >= width):
        width -= 1
    return [row[:width] for row in found] if width < len(found[0]) else found

"""A CSV file as text: a header and rows as long as it, or what is wrong with it. Imports nothing slow."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from analysis.evidence.errors import InvalidTables, Problem, format_path

HEADER_ROWS = 2  # row numbers are a spreadsheet's: the first record stands in row 2


def read_records(path: Path) -> tuple[list[str], list[list[str]]]:
    """The header and all rows; every field as text, empty stays empty.

    Raises InvalidTables for a file that is missing, empty, not UTF-8 or not rectangular.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidTables([Problem(format_path(path), 0, "", "missing", "this file is needed")]) from None
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise InvalidTables([Problem(format_path(path), row, "", str(error), "a CSV file in UTF-8")]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        found = list(reader)
    except csv.Error as error:
        raise InvalidTables(
            [Problem(format_path(path), reader.line_num, "", str(error), "a CSV file in UTF-8")]
        ) from None
    if not found:
        raise InvalidTables([Problem(format_path(path), 0, "", "empty", "a header row is needed")])
    header, *body = found
    repeated = sorted({name for name in header if header.count(name) > 1})
    uneven = [
        Problem(format_path(path), row, "", f"{len(fields)} fields", f"{len(header)}, as in the header")
        for row, fields in enumerate(body, HEADER_ROWS)
        if len(fields) != len(header)
    ]
    uneven += [Problem(format_path(path), 1, name, name, "each column once") for name in repeated]
    if uneven:
        raise InvalidTables(uneven)
    return header, body

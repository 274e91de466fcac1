"""Tables that a reader can sort and search: which tables, by what values, and the script."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from analysis.reports.document.pandoc import TEMPLATES
from analysis.reports.document.table_alignment import EMPTY_CELLS, is_number
from analysis.reports.document.tree import Node, attr, node, text_of

SORTABLE_FROM = 3  # rows
SEARCHABLE_FROM = 11  # rows
JQUERY_EXPORT = re.compile(r"export\{[^}]*?([\w$]+) as jQuery\b[^}]*\};?")
SCRIPT_END = re.compile(r"<(?=/script|!--)", re.IGNORECASE)  # texts that a browser takes for the end of the script
FIRST_NUMBER = re.compile(r"([-\u2212])?\s*[$\u20ac\u00a3]?(\d[\d,\u2009\u202f\u00a0]*(?:\.\d+)?|\.\d+)")


def mark_sortable(table: Node) -> Node:
    """The table with the classes that the script looks for, and with values by which its numbers sort.

    A table with spanning cells or several rows of heads stays as it is, because its rows belong together.
    """
    (label, _, pairs), caption, columns, head, bodies, foot = table["c"]
    rows = [row for body in bodies for row in body[3]]
    if len(rows) < SORTABLE_FROM or not _is_simple(head[1], bodies):
        return table
    classes = ["sortable"] + (["searchable"] if len(rows) >= SEARCHABLE_FROM else [])
    numeric = [_numeric(column) for column in zip(*(row[1] for row in rows), strict=True)]
    bodies = [[*body[:3], [_with_sort_values(row, numeric) for row in body[3]]] for body in bodies]
    return node("Table", attr(label, classes, pairs), caption, columns, head, bodies, foot)


def _is_simple(heads: list, bodies: list) -> bool:
    """True for one row of heads, one body, and no spanning cell."""
    rows = heads + [row for body in bodies for row in body[2] + body[3]]
    return len(heads) == len(bodies) == 1 and all(cell[2] == cell[3] == 1 for _, cells in rows for cell in cells)


def _numeric(column: tuple) -> bool:
    texts = [text for cell in column if (text := text_of(cell[4]).strip()) not in EMPTY_CELLS]
    return bool(texts) and all(map(is_number, texts))


def _with_sort_values(row: list, numeric: list[bool]) -> list:
    cells = [_with_sort_value(cell) if number else cell for cell, number in zip(row[1], numeric, strict=True)]
    return [row[0], cells]


def _with_sort_value(cell: list) -> list:
    """The cell with its first number as plain digits, so that "1,234" and "0.2 to 0.9" sort as numbers."""
    label, classes, pairs = cell[0]
    return [attr(label, classes, [*pairs, ("order", first_number(text_of(cell[4])))]), *cell[1:]]


def first_number(text: str) -> str:
    """The first number of a text in plain digits, such as "-1234.5"; empty if there is none."""
    found = FIRST_NUMBER.search(text)
    if not found:
        return ""
    sign, digits = found.groups()
    return ("-" if sign else "") + re.sub(r"[^\d.]", "", digits)


@cache
def table_script() -> str:
    """The script of a page as one module: DataTables from the package itables, then the project's own lines.

    A module inside a page cannot be imported. The one exported name of the library that is used becomes a constant.
    """
    library = files("itables").joinpath("html/dt_bundle.js").read_text(encoding="utf-8")
    ours = (TEMPLATES / "tables.js").read_text(encoding="utf-8")
    inline = JQUERY_EXPORT.sub(r"const jQuery=\1;", library) + "\n" + ours
    return SCRIPT_END.sub(r"\\x3c", inline).strip()


def csp_hash(text: str) -> str:
    """The hash by which a Content-Security-Policy allows this script to run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

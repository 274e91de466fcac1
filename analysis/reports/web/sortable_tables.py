"""Tables of a page that sort and search: which of them do, by what, and the script that makes them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from analysis.reports.document.pandoc import TEMPLATES
from analysis.reports.document.table_alignment import EMPTY, is_number
from analysis.reports.document.tree import Node, attr, node, text_of

SORTED = 3  # rows from which sorting is of use
SEARCHED = 11  # rows from which searching is
EXPORTS = re.compile(r"export\{[^}]*?([\w$]+) as jQuery\b[^}]*\};?")
ENDS = re.compile(r"<(?=/script|!--)", re.IGNORECASE)  # what would end the element, or keep it from ending
FIRST_NUMBER = re.compile(r"([-\u2212])?\s*[$\u20ac\u00a3]?(\d[\d,\u2009\u202f\u00a0]*(?:\.\d+)?|\.\d+)")


def mark_sortable(table: Node) -> Node:
    """The table with the classes that the script looks for, and with what its numbers sort by.

    A table with spanning cells or with several heads stays as it is: its rows belong together.
    """
    (label, _, pairs), caption, columns, head, bodies, foot = table["c"]
    rows = [row for body in bodies for row in body[3]]
    if len(rows) < SORTED or not _plain(head[1], bodies):
        return table
    classes = ["sortable"] + (["searchable"] if len(rows) >= SEARCHED else [])
    numeric = [_numeric(column) for column in zip(*(row[1] for row in rows), strict=True)]
    bodies = [[*body[:3], [_ordered(row, numeric) for row in body[3]]] for body in bodies]
    return node("Table", attr(label, classes, pairs), caption, columns, head, bodies, foot)


def _plain(heads: list, bodies: list) -> bool:
    """One row of heads, one body, and no cell that spans."""
    rows = heads + [row for body in bodies for row in body[2] + body[3]]
    return len(heads) == len(bodies) == 1 and all(cell[2] == cell[3] == 1 for _, cells in rows for cell in cells)


def _numeric(column: tuple) -> bool:
    texts = [text for cell in column if (text := text_of(cell[4]).strip()) not in EMPTY]
    return bool(texts) and all(map(is_number, texts))


def _ordered(row: list, numeric: list[bool]) -> list:
    cells = [_valued(cell) if number else cell for cell, number in zip(row[1], numeric, strict=True)]
    return [row[0], cells]


def _valued(cell: list) -> list:
    """A cell with its first number as plain digits: "1,234" and "0.2 to 0.9" sort as numbers do."""
    label, classes, pairs = cell[0]
    return [attr(label, classes, [*pairs, ("order", first_number(text_of(cell[4])))]), *cell[1:]]


def first_number(text: str) -> str:
    """The first number of a text as a program reads it; empty where there is none."""
    found = FIRST_NUMBER.search(text)
    if not found:
        return ""
    sign, digits = found.groups()
    return ("-" if sign else "") + re.sub(r"[^\d.]", "", digits)


@cache
def table_script() -> str:
    """The script of a page, one module: DataTables as itables brings it, then our own lines.

    A module that stands in the page cannot be imported: of what the library exports the one name that
    is used is defined instead.
    """
    library = files("itables").joinpath("html/dt_bundle.js").read_text(encoding="utf-8")
    ours = (TEMPLATES / "tables.js").read_text(encoding="utf-8")
    inline = EXPORTS.sub(r"const jQuery=\1;", library) + "\n" + ours
    return ENDS.sub(r"\\x3c", inline).strip()


def fingerprint(text: str) -> str:
    """What a Content-Security-Policy calls the one script that may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

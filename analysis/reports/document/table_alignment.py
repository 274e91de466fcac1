"""The alignment of table columns: numbers to the right, words to the left."""

from __future__ import annotations

import re
from collections.abc import Callable

from analysis.reports.document.tree import Node, node, text_of

_DIGITS = r"(?:\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?"
_SIGNED = rf"[+\-\u2212\u00b1<>~\u2248\u2264\u2265]?\s?[$\u20ac\u00a3]?(?=[.\d]){_DIGITS}\s?[%\u2030]?"
_ONE = rf"(?:{_SIGNED}|-?inf|-?\u221e)"
_PAIR = rf"{_ONE}(?:\s?(?:[\u2013\u2014,;/-]|to|\u00b1)\s?{_ONE})?"
NUMBER_CELL = re.compile(rf"[(\[]?{_PAIR}[)\]]?(?:\s?[(\[]{_PAIR}[)\]])?[*\u2020]*")
EMPTY_CELLS = {"", "-", "\u2013", "\u2014", "\u2212", "nan", "NaN", "NaT", "None", "<NA>", "\u2026", "..."}
DATE = re.compile(r"\d{4}[-\u2013/]\d{1,2}(?:[-\u2013/]\d{1,2})?")


def is_number(text: str) -> bool:
    """True for a number as tables print it: 1,234 · 12 % · −3.4 · 5–7 · [0.2, 0.9]. A date is not a number."""
    text = text.strip()
    return bool(NUMBER_CELL.fullmatch(text)) and not DATE.fullmatch(text)


def align_table(table: Node) -> Node:
    """The table with a column of numbers aligned right, any other left.

    An alignment that the table states wins. Column heads follow their column; a head over several columns is centred.
    """
    identity, caption, columns, head, bodies, foot = table["c"]
    cells = _cells_by_column(bodies, len(columns))
    columns = [[_side(cells[i], side), width] for i, (side, width) in enumerate(columns)]
    head = [head[0], [[row[0], [_head_cell(cell) for cell in row[1]]] for row in head[1]]]
    return node("Table", identity, caption, columns, head, bodies, foot)


def _cells_by_column(bodies: list, width: int) -> list[list[list]]:
    """The bodies' cells in each column, those that span several left out."""
    columns: list[list[list]] = [[] for _ in range(width)]
    for body in bodies:
        for line in placed_cells(body[2] + body[3], width):
            for start, cell in line:
                if cell[3] == 1:
                    columns[start].append(cell)
    return columns


def map_cells(table: Node, change: Callable[[list[Node]], list[Node]]) -> Node:
    """A copy of the table with the blocks of every cell replaced by `change` of them."""

    def rows(given: list) -> list:
        return [[identity, [[*cell[:4], change(cell[4])] for cell in cells]] for identity, cells in given]

    identity, caption, columns, head, bodies, foot = table["c"]
    bodies = [[body[0], body[1], rows(body[2]), rows(body[3])] for body in bodies]
    return node("Table", identity, caption, columns, [head[0], rows(head[1])], bodies, [foot[0], rows(foot[1])])


def map_positions(table: Node, change: Callable[[list, int], list[Node]]) -> Node:
    """The same, where `change` is given the cell and the column that it begins in."""

    def rows(given: list) -> list:
        lines = placed_cells(given, len(table["c"][2]))
        return [[about, [[*cell[:4], change(cell, start)] for start, cell in line]]
                for (about, _), line in zip(given, lines, strict=True)]  # fmt: skip

    identity, caption, columns, head, bodies, foot = table["c"]
    bodies = [[body[0], body[1], rows(body[2]), rows(body[3])] for body in bodies]
    return node("Table", identity, caption, columns, [head[0], rows(head[1])], bodies, [foot[0], rows(foot[1])])


def placed_cells(rows: list, width: int) -> list[list[tuple[int, list]]]:
    """Each row's cells after the columns that they begin in; cells above that reach down hold theirs."""
    held = [0] * width
    spans = False  # most tables have none, and then every cell stands at its own number
    placed = []
    for _, cells in rows:
        if not spans and len(cells) <= width and all(cell[2] == cell[3] == 1 for cell in cells):
            placed.append(list(enumerate(cells)))
            continue
        spans = True
        line, column = [], 0
        for cell in cells:
            while column < width and held[column]:
                held[column] -= 1
                column += 1
            if column == width:
                break
            line.append((column, cell))
            across = max(1, min(cell[3], width - column))
            for spanned in range(column, column + across):
                held[spanned] = cell[2] - 1
            column += across
        for rest in range(column, width):
            held[rest] = max(0, held[rest] - 1)
        placed.append(line)
    return placed


def _side(cells: list, stated: Node) -> Node:
    given = [cell[1]["t"] for cell in cells if cell[1]["t"] != "AlignDefault"]
    if given:
        return node(max(sorted(set(given)), key=given.count))
    if stated["t"] != "AlignDefault":
        return stated
    texts = {text_of(cell[4]) for cell in cells if cell[4]}
    numeric = (
        texts and all(is_number(text) or text.strip() in EMPTY_CELLS for text in texts) and not texts <= EMPTY_CELLS
    )
    return node("AlignRight" if numeric else "AlignLeft")


def _head_cell(cell: list) -> list:
    return [cell[0], node("AlignCenter" if cell[3] > 1 else "AlignDefault"), *cell[2:]]

"""The alignment of table columns: numbers to the right, words to the left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

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
    columns = [[_side(list(_column(table, i)), side), width] for i, (side, width) in enumerate(columns)]
    head = [head[0], [[row[0], [_head_cell(cell) for cell in row[1]]] for row in head[1]]]
    return node("Table", identity, caption, columns, head, bodies, foot)


def _column(table: Node, index: int) -> Iterator[list]:
    """The body's cells in one column; rows with spanning cells are walked by their positions."""
    for body in table["c"][4]:
        for row in cells_by_position(body[2] + body[3], len(table["c"][2])):
            if row[index] is not None:
                yield row[index]


def map_cells(table: Node, change: Callable[[list[Node]], list[Node]]) -> Node:
    """A copy of the table with the blocks of every cell replaced by `change` of them."""

    def rows(given: list) -> list:
        return [[identity, [[*cell[:4], change(cell[4])] for cell in cells]] for identity, cells in given]

    identity, caption, columns, head, bodies, foot = table["c"]
    bodies = [[body[0], body[1], rows(body[2]), rows(body[3])] for body in bodies]
    return node("Table", identity, caption, columns, [head[0], rows(head[1])], bodies, [foot[0], rows(foot[1])])


def cells_by_position(rows: list, width: int) -> list[list]:
    """The cells of each row by column; None where a cell from above or from the left spans, or where no cell stands.

    `rows` are rows of one part of a pandoc table, `width` its number of columns.
    """
    held = [0] * width
    placed = []
    for _, cells in rows:
        line: list = [None] * width
        waiting = iter(cells)
        column = 0
        while column < width:
            if held[column]:
                held[column] -= 1
                column += 1
                continue
            cell = next(waiting, None)
            if cell is None:
                column += 1
                continue
            across = max(1, min(cell[3], width - column))
            if across == 1:
                line[column] = cell
            for spanned in range(column, column + across):
                held[spanned] = cell[2] - 1
            column += across
        placed.append(line)
    return placed


def _side(cells: list, stated: Node) -> Node:
    given = [cell[1]["t"] for cell in cells if cell[1]["t"] != "AlignDefault"]
    if given:
        return node(max(sorted(set(given)), key=given.count))
    if stated["t"] != "AlignDefault":
        return stated
    texts = [text for cell in cells if (text := text_of(cell[4]).strip()) not in EMPTY_CELLS]
    numeric = texts and all(is_number(text) for text in texts)
    return node("AlignRight" if numeric else "AlignLeft")


def _head_cell(cell: list) -> list:
    return [cell[0], node("AlignCenter" if cell[3] > 1 else "AlignDefault"), *cell[2:]]

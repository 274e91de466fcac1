"""Tables: numbers to the right, words to the left, and columns that fit the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import partial

from analysis.reports.tree import Node, node, text_of, walk

_DIGITS = r"(?:\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?"
_SIGNED = rf"[+\-\u2212\u00b1<>~\u2248\u2264\u2265]?\s?[$\u20ac\u00a3]?(?=[.\d]){_DIGITS}\s?[%\u2030]?"
_ONE = rf"(?:{_SIGNED}|-?inf|-?\u221e)"
_PAIR = rf"{_ONE}(?:\s?(?:[\u2013\u2014,;/-]|to|\u00b1)\s?{_ONE})?"
NUMBER = re.compile(rf"[(\[]?{_PAIR}[)\]]?(?:\s?[(\[]{_PAIR}[)\]])?[*\u2020]*")
EMPTY = {"", "-", "\u2013", "\u2014", "\u2212", "nan", "NaN", "NaT", "None", "<NA>", "\u2026", "..."}
DATE = re.compile(r"\d{4}[-\u2013/]\d{1,2}(?:[-\u2013/]\d{1,2})?")

# Typesetting, in points: the width of the text, the room beside a cell, the width of a character as a
# part of the type size (Libertinus, tabular figures), and the sizes to choose from.
UPRIGHT = 453.5
TURNED = 700.0  # on a page turned on its side
CELL_ROOM = 9.0
CHARACTER = 0.465
SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
WRAPPED = 20


def is_number(text: str) -> bool:
    """A number as tables print it: 1,234 · 12 % · −3.4 · 5–7 · [0.2, 0.9]. A date is none."""
    text = text.strip()
    return bool(NUMBER.fullmatch(text)) and not DATE.fullmatch(text)


def aligned(table: Node) -> Node:
    """The table with each column right where all its cells are numbers, else left.

    An alignment that the table gives itself wins. Column heads follow their column; a head over
    several is centred.
    """
    identity, caption, columns, head, bodies, foot = table["c"]
    columns = [[_side(list(_column(table, i)), side), width] for i, (side, width) in enumerate(columns)]
    head = [head[0], [[row[0], [_head_cell(cell) for cell in row[1]]] for row in head[1]]]
    return node("Table", identity, caption, columns, head, bodies, foot)


def _column(table: Node, index: int) -> Iterator[list]:
    """The body's cells in one column; rows with spanning cells are walked by their positions."""
    for body in table["c"][4]:
        for row in grid(body[2] + body[3], len(table["c"][2])):
            if row[index] is not None:
                yield row[index]


def grid(rows: list, width: int) -> list[list]:
    """Cells by position: None where a cell above or to the left spans, or none stands."""
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
    texts = [text for cell in cells if (text := text_of(cell[4]).strip()) not in EMPTY]
    numeric = texts and all(is_number(text) for text in texts)
    return node("AlignRight" if numeric else "AlignLeft")


def _head_cell(cell: list) -> list:
    return [cell[0], node("AlignCenter" if cell[3] > 1 else "AlignDefault"), *cell[2:]]


def is_wide(table: Node) -> bool:
    """Too many columns for an upright page, even in small type."""
    return _size(*_lengths(table), UPRIGHT) <= SIZES[-1]


def fitted(table: Node, width: float = UPRIGHT) -> tuple[Node, float]:
    """The table with places to break where a word is wider than its column, and its type size in points.

    Columns keep their natural width while they can; then long text wraps, then the type shrinks,
    then long words break. (Typst shares out the width by the same rule, so none is given here.)
    """
    natural, longest = _lengths(table)
    size = _size(natural, longest, width)
    if _width(natural, size) <= width:
        return table, size
    room = (width - CELL_ROOM * len(natural)) / (size * CHARACTER)
    return _breakable(table, [max(3, int(share)) for share in _shared(natural, room)]), size


def _size(natural: list[int], longest: list[int], width: float) -> float:
    """The largest type in which every column has room for some words and for its longest one."""
    least = [min(WRAPPED, max(n, word)) for n, word in zip(natural, longest, strict=True)]
    return next((size for size in SIZES if _width(least, size) <= width), SIZES[-1])


def _lengths(table: Node) -> tuple[list[int], list[int]]:
    """Characters of the longest cell and of the longest word in each column."""
    width = len(table["c"][2])
    placed = [line for rows in _parts(table) for line in grid(rows, width)]
    texts = [[text_of(line[i][4]) if line[i] else "" for line in placed] for i in range(width)]
    natural = [max(map(len, column), default=0) for column in texts]
    longest = [max((len(word) for text in column for word in text.split()), default=0) for column in texts]
    return natural, longest


def _parts(table: Node) -> list[list]:
    """The rows of the head, of each body and of the foot; cells span within their part only."""
    _, _, _, head, bodies, foot = table["c"]
    return [head[1], *(part for body in bodies for part in body[2:]), foot[1]]


def _width(lengths: list[int], size: float) -> float:
    return sum(length * size * CHARACTER + CELL_ROOM for length in lengths)


def _shared(natural: list[int], room: float) -> list[float]:
    """Room shared out so that short columns get what they need and long ones split the rest."""
    shares = [0.0] * len(natural)
    order = sorted(range(len(natural)), key=lambda i: natural[i])
    for left, i in zip(range(len(order), 0, -1), order, strict=True):
        shares[i] = min(max(natural[i], 1), room / left)
        room -= shares[i]
    return shares


def _breakable(table: Node, limits: list[int]) -> Node:
    """A copy in which a word of more characters than its column holds may break."""
    table = deepcopy(table)
    for rows in _parts(table):
        for line in grid(rows, len(limits)):
            for cell, limit in zip(line, limits, strict=True):
                if cell is not None:
                    cell[4] = walk(cell[4], partial(broken, limit=limit))
    return table


def broken(element: Node, limit: int) -> Node | None:
    """Zero-width spaces after the signs that join words, else wherever the column ends."""
    if element["t"] != "Str" or len(element["c"]) <= limit:
        return None
    parts = re.split(r"(?<=[/_.,;|?&=-])(?=\w)", element["c"])
    cut = [part[i : i + limit] for part in parts for i in range(0, len(part), limit)]
    return node("Str", "\u200b".join(cut))

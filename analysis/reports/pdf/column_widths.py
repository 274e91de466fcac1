"""Tables that fit a page: the size of their type, the width of each column, where long words may break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import NamedTuple

from analysis.reports.document.table_alignment import simple_table
from analysis.reports.document.tree import Node, node, text_of, walk

# In points: the width of the text upright and on a page turned on its side, and the room beside a cell.
UPRIGHT = 453.5
TURNED = 700.0
CELL_ROOM = 9.0

# Widths of characters of the page's type, in ems; figures in tables are tabular.
KINDS = {
    0.23: ".,:;'| ", 0.29: "ijlI!()", 0.35: "ftJ/-", 0.39: "rs[]*\"", 0.47: "ace0123456789z", 0.51: "bdgkopquvxyF_S#",
    0.56: "hnELPZ+<>=", 0.64: "BRUKCVXYT%", 0.71: "ADGHNOQ&", 0.78: "mw", 0.92: "MW@",
}  # fmt: skip
EMS = {character: width for width, characters in KINDS.items() for character in characters}
OTHER = 0.6
LETTER = 0.5  # on average
SEMIBOLD = 1.05

SAFE = 1.02  # what letters set side by side may take beyond their widths

# Where words must wrap: over how many lines, and the ems that a column of them has at least and at most.
PLEASANT, TIGHT = (2, 11.0, 22.0), (3, 7.0, 15.0)
WORD = 12.0  # ems of a word that is not broken
HEAD_LINES = 2  # over which a head may run

# How a table may be set, the best first: the widths of its columns, and the sizes of type, in points.
READABLE = (("pleasant", (9.0, 8.5, 8.0)), ("tight", (9.0, 8.5, 8.0, 7.5, 7.0)))
LEGIBLE = (("least", (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)),)
LARGEST, SMALLEST = 9.0, 6.0


SPAN = re.compile(r"(\d{4}-\d\d-\d\d to) (\d{4}-\d\d-\d\d)")  # of days; may run over two lines


class ColumnNeed(NamedTuple):
    """What a column asks for, in ems: to break no word, to wrap some, to wrap little, to stand on one
    line, and its head too."""

    least: float
    tight: float
    pleasant: float
    natural: float
    whole: float


def is_wide(table: Node) -> bool:
    """Too much for an upright page in type that can be read."""
    return _way(_needs(table), UPRIGHT, READABLE) is None


def fit_table(table: Node, width: float = UPRIGHT) -> tuple[Node, float]:
    """The table with the widths of its columns, and the size of its type in points.

    While the table fits at full size, columns are as wide as they want to be. Then heads run over
    several lines, long text wraps, the type shrinks, and last of all long words break.
    """
    needs = _needs(table)
    if sum(need.whole for need in needs) <= _room(len(needs), width, LARGEST):
        return table, LARGEST
    given, size = _way(needs, width, READABLE + LEGIBLE) or ([0.0] * len(needs), SMALLEST)
    return _ruled(table, _spread(given, needs, _room(len(needs), width, size)), width, size), size


def _way(needs: list[ColumnNeed], width: float, ways: tuple) -> tuple[list[float], float] | None:
    """The widths of the columns and the size of type of the first way in which they fit."""
    for wanted, sizes in ways:
        given = [getattr(need, wanted) for need in needs]
        for size in sizes:
            if sum(given) <= _room(len(needs), width, size):
                return given, size
    return None


def _room(columns: int, width: float, size: float) -> float:
    """Ems for the text of all columns."""
    return (width - CELL_ROOM * columns) / size


def _needs(table: Node) -> list[ColumnNeed]:
    width = len(table["c"][2])
    head, *others = _parts(table)
    heads, bodies = list(_texts([head], width)), list(_texts(others, width))
    return [_need(heads[i], bodies[i]) for i in range(width)]


def _need(head: list[str], body: list[str]) -> ColumnNeed:
    whole_head = max((_ems(text) * SEMIBOLD for text in head), default=0.0)
    head_word = max((_ems(word) * SEMIBOLD for text in head for word in text.split()), default=0.0)
    natural = max((_ems(text) for text in body), default=0.0)
    word = max((_ems(word) for text in body for word in _unbroken(text)), default=0.0)
    least = max(min(word, WORD), min(head_word, WORD))
    natural = max(natural, least, whole_head / HEAD_LINES)
    tight, pleasant = (max(least, min(natural, _wrapped(natural, *how))) for how in (TIGHT, PLEASANT))
    return ColumnNeed(least, tight, pleasant, natural, max(natural, whole_head))


def _wrapped(natural: float, lines: int, at_least: float, at_most: float) -> float:
    return min(max(natural / lines, at_least), at_most)


def _unbroken(text: str) -> list[str]:
    """The parts that must not be divided: words, the two days of a span, and whole what has no letters, as
    "0.1 to 0.9"."""
    if span := SPAN.fullmatch(text):
        return list(span.groups())
    return [text] if not re.search(r"[^\W\d_]{3}", text) else text.split()


def _ems(text: str) -> float:
    return SAFE * sum(EMS.get(character, OTHER) for character in text)


def _parts(table: Node) -> list[list]:
    """The rows of the head, of each body and of the foot; cells span within their part only."""
    _, _, _, head, bodies, foot = table["c"]
    return [head[1], *(part for body in bodies for part in body[2:]), foot[1]]


def _texts(parts: list[list], width: int) -> Iterator[list[str]]:
    """The texts of each column."""
    placed = [line for rows in parts for line in simple_table(rows, width)]
    for i in range(width):
        yield [text_of(line[i][4]) for line in placed if line[i]]


def _spread(given: list[float], needs: list[ColumnNeed], room: float) -> list[float]:
    """Widths from `given` towards one line for every cell, then for every head, while there is room."""
    for wanted in ("natural", "whole"):
        given = _filled(given, [getattr(need, wanted) for need in needs], room)
    return given


def _filled(given: list[float], wanted: list[float], room: float) -> list[float]:
    """Widths raised towards what is wanted: who lacks little gets it, the others split the rest."""
    filled, left = list(given), room - sum(given)
    lacking = [max(0.0, want - has) for has, want in zip(given, wanted, strict=True)]
    for others, i in zip(range(len(given), 0, -1), sorted(range(len(given)), key=lacking.__getitem__), strict=True):
        more = max(0.0, min(lacking[i], left / others))
        filled[i] += more
        left -= more
    return filled


def _ruled(table: Node, ems: list[float], width: float, size: float) -> Node:
    """A copy with these widths, in which a word longer than its column may break."""
    identity, caption, columns, *rest = deepcopy(table["c"])
    parts = [(share * size + CELL_ROOM) / width for share in ems]
    columns = [[side, node("ColWidth", part)] for (side, _), part in zip(columns, parts, strict=True)]
    table = node("Table", identity, caption, columns, *rest)
    limits = [max(3, int(share / LETTER)) for share in ems]
    for rows in _parts(table):
        for line in simple_table(rows, len(limits)):
            for cell, limit in zip(line, limits, strict=True):
                if cell is not None:
                    cell[4] = walk(cell[4], partial(break_long_words, limit=limit))
    return table


def break_long_words(element: Node, limit: int) -> Node | None:
    """Zero-width spaces after the signs that join words, else wherever the column ends."""
    if element["t"] != "Str" or len(element["c"]) <= limit:
        return None
    parts = re.split(r"(?<=[/_.,;|?&=-])(?=\w)", element["c"])
    cut = [part[i : i + limit] for part in parts for i in range(0, len(part), limit)]
    return node("Str", "\u200b".join(cut))

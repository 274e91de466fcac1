"""Tables that fit a page: the size of the type, the width of each column, and where long words may break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import NamedTuple

from analysis.reports.document.table_alignment import cells_by_position
from analysis.reports.document.tree import Node, node, text_of, walk

# In points: the width of the text on an upright page and on a page turned on its side, and the padding of a cell.
UPRIGHT_WIDTH = 453.5
TURNED_WIDTH = 700.0
CELL_PADDING = 9.0

# Widths of characters in ems of the font of the page; digits in tables have one width.
CHARACTERS_BY_EMS = {
    0.23: ".,:;'| ", 0.29: "ijlI!()", 0.35: "ftJ/-", 0.39: "rs[]*\"", 0.47: "ace0123456789z", 0.51: "bdgkopquvxyF_S#",
    0.56: "hnELPZ+<>=", 0.64: "BRUKCVXYT%", 0.71: "ADGHNOQ&", 0.78: "mw", 0.92: "MW@",
}  # fmt: skip
EMS = {character: width for width, characters in CHARACTERS_BY_EMS.items() for character in characters}
OTHER_EMS = 0.6  # of any other character
MEAN_EMS = 0.5  # of a letter
SEMIBOLD = 1.05  # times the width of the regular face
SPACING = 1.02  # letters side by side may take more than the sum of their widths

# Where text must wrap: over how many lines, and the least and the most ems of its column.
PLEASANT, TIGHT = (2, 11.0, 22.0), (3, 7.0, 15.0)
UNBROKEN_EMS = 12.0  # a shorter word is not broken
HEAD_LINES = 2  # a head may wrap over so many

# Settings of a table, the best first: a field of ColumnNeed for the widths, and sizes of type in points.
READABLE = (("pleasant", (9.0, 8.5, 8.0)), ("tight", (9.0, 8.5, 8.0, 7.5, 7.0)))
LEGIBLE = (("least", (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)),)
LARGEST_TYPE, SMALLEST_TYPE = 9.0, 6.0  # points

DATE_RANGE = re.compile(r"(\d{4}-\d\d-\d\d to) (\d{4}-\d\d-\d\d)")  # may wrap between its days


class ColumnNeed(NamedTuple):
    """Widths of a column in ems, each with less wrapping than the one before.

    With `least` no word breaks; with `natural` every cell has one line; with `whole` the head has one line too.
    """

    least: float
    tight: float
    pleasant: float
    natural: float
    whole: float


def is_wide(table: Node) -> bool:
    """True if the table does not fit an upright page in type of a readable size."""
    return _first_fit(_needs(table), UPRIGHT_WIDTH, READABLE) is None


def fit_table(table: Node, width: float = UPRIGHT_WIDTH) -> tuple[Node, float]:
    """The table with the widths of its columns, and the size of its type in points; `width` is in points.

    A table that fits at full size keeps its columns. Otherwise heads wrap, then long text wraps, then the type shrinks,
    and last of all long words break.
    """
    needs = _needs(table)
    if sum(need.whole for need in needs) <= _text_width(len(needs), width, LARGEST_TYPE):
        return table, LARGEST_TYPE
    given, size = _first_fit(needs, width, READABLE + LEGIBLE) or ([0.0] * len(needs), SMALLEST_TYPE)
    return _with_widths(table, _spread(given, needs, _text_width(len(needs), width, size)), width, size), size


def _first_fit(needs: list[ColumnNeed], width: float, settings: tuple) -> tuple[list[float], float] | None:
    """The widths of the columns in ems and the size of type of the first setting that fits; None if none does."""
    for wanted, sizes in settings:
        given = [getattr(need, wanted) for need in needs]
        for size in sizes:
            if sum(given) <= _text_width(len(needs), width, size):
                return given, size
    return None


def _text_width(columns: int, width: float, size: float) -> float:
    """The ems that are left for the text of all columns."""
    return (width - CELL_PADDING * columns) / size


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
    least = max(min(word, UNBROKEN_EMS), min(head_word, UNBROKEN_EMS))
    natural = max(natural, least, whole_head / HEAD_LINES)
    tight, pleasant = (max(least, min(natural, _wrapped(natural, *how))) for how in (TIGHT, PLEASANT))
    return ColumnNeed(least, tight, pleasant, natural, max(natural, whole_head))


def _wrapped(natural: float, lines: int, at_least: float, at_most: float) -> float:
    return min(max(natural / lines, at_least), at_most)


def _unbroken(text: str) -> list[str]:
    """The parts of a text that must not wrap: its words, the two days of a range; a text without letters, such as
    "0.1 to 0.9", as a whole."""
    if days := DATE_RANGE.fullmatch(text):
        return list(days.groups())
    return [text] if not re.search(r"[^\W\d_]{3}", text) else text.split()


def _ems(text: str) -> float:
    return SPACING * sum(EMS.get(character, OTHER_EMS) for character in text)


def _parts(table: Node) -> list[list]:
    """The rows of the head, of each body and of the foot; cells span within their part only."""
    _, _, _, head, bodies, foot = table["c"]
    return [head[1], *(part for body in bodies for part in body[2:]), foot[1]]


def _texts(parts: list[list], width: int) -> Iterator[list[str]]:
    """The texts of each column."""
    placed = [line for rows in parts for line in cells_by_position(rows, width)]
    for i in range(width):
        yield [text_of(line[i][4]) for line in placed if line[i]]


def _spread(given: list[float], needs: list[ColumnNeed], available: float) -> list[float]:
    """The widths raised from `given` towards one line for every cell, then for every head, while ems are available."""
    for wanted in ("natural", "whole"):
        given = _filled(given, [getattr(need, wanted) for need in needs], available)
    return given


def _filled(given: list[float], wanted: list[float], available: float) -> list[float]:
    """The widths raised towards `wanted`: columns that lack little get it, the others share the rest."""
    filled, left = list(given), available - sum(given)
    lacking = [max(0.0, want - has) for has, want in zip(given, wanted, strict=True)]
    for others, i in zip(range(len(given), 0, -1), sorted(range(len(given)), key=lacking.__getitem__), strict=True):
        more = max(0.0, min(lacking[i], left / others))
        filled[i] += more
        left -= more
    return filled


def _with_widths(table: Node, ems: list[float], width: float, size: float) -> Node:
    """A copy of the table with these widths, in which a word longer than its column may break."""
    identity, caption, columns, *rest = deepcopy(table["c"])
    parts = [(share * size + CELL_PADDING) / width for share in ems]
    columns = [[side, node("ColWidth", part)] for (side, _), part in zip(columns, parts, strict=True)]
    table = node("Table", identity, caption, columns, *rest)
    limits = [max(3, int(share / MEAN_EMS)) for share in ems]
    for rows in _parts(table):
        for line in cells_by_position(rows, len(limits)):
            for cell, limit in zip(line, limits, strict=True):
                if cell is not None:
                    cell[4] = walk(cell[4], partial(break_long_words, limit=limit))
    return table


def break_long_words(element: Node, limit: int) -> Node | None:
    """The text with zero-width spaces after signs that join words and every `limit` characters; None if it is short."""
    if element["t"] != "Str" or len(element["c"]) <= limit:
        return None
    parts = re.split(r"(?<=[/_.,;|?&=-])(?=\w)", element["c"])
    cut = [part[i : i + limit] for part in parts for i in range(0, len(part), limit)]
    return node("Str", "\u200b".join(cut))

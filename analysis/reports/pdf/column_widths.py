"""Tables that fit a page: the size of their type, widths of columns, blocks of columns, where words may break."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from analysis.reports.document.images import image_size
from analysis.reports.document.table_alignment import DATE, is_number, map_positions, placed_cells
from analysis.reports.document.tree import NO_ATTR, Node, elements, node, text_of
from analysis.reports.pdf.glyph_widths import CODE_EM, measure_letters, text_ems

# In points: the width of the text, the room beside a cell, and a pixel.
UPRIGHT_WIDTH = 453.5
CELL_PADDING = 9.0
POINTS_PER_PIXEL = 0.75

SAFE = 1.015  # what letters side by side may take beyond their own widths
SLACK = 0.15  # ems

# Where words must wrap: over how many lines, and the ems that a column of them has at least and at most.
PLEASANT, TIGHT = (2, 11.0, 22.0), (3, 7.0, 15.0)
WORD = 12.0  # ems of a word that is not broken
SOLID = 24.0  # ems of a number that is not broken

# Settings of a table, the best first: a field of ColumnNeed for the widths, and sizes of type in points.
READABLE = (("natural", (9.0, 8.5)), ("pleasant", (9.0, 8.5, 8.0)), ("tight", (9.0, 8.5, 8.0)), ("least", (8.5, 8.0)))
LARGEST_TYPE, BLOCKED, SMALLEST = 9.0, 8.0, 8.0
LONG = 100  # rows from which all widths are stated, which spares the typesetter half its work

SPAN = re.compile(r"(\d{4}-\d\d-\d\d to) (\d{4}-\d\d-\d\d)")  # of days; may run over two lines
LETTERS = re.compile(r"[^\W\d_]{3}")
BREAK = "\ue002"  # where a word may break; a private letter, which no text of a source holds


class ColumnNeed(NamedTuple):
    """Widths of a column in ems, each with less wrapping than the one before.

    With `least` no word breaks; with `natural` every cell has one line; with `whole` the head has one line too.
    """

    least: float
    tight: float
    pleasant: float
    natural: float
    whole: float


def fit_table(table: Node, width: float = UPRIGHT_WIDTH, largest: float = LARGEST_TYPE) -> tuple[Node, float]:
    """The table with the widths of its columns, and the size of its type in points, `largest` at most.

    A table that fits at full size keeps its columns. Otherwise heads wrap, then long text wraps, then the type shrinks,
    and last of all long words break.
    """
    needs = _needs(table)
    if sum(need.whole for need in needs) <= _text_width(len(needs), width, largest):
        stated = row_count(table) >= LONG or any(e["t"] in ("Image", "Table") for e in elements(table["c"][3:]))
        return (_ruled(table, [need.whole for need in needs], width, largest) if stated else table), largest
    way = _way(needs, width, [(wanted, [size for size in sizes if size <= largest]) for wanted, sizes in READABLE])
    given, size = way or (_squeezed(needs, _text_width(len(needs), width, SMALLEST)), SMALLEST)
    return _ruled(table, _spread(given, needs, _text_width(len(needs), width, size)), width, size), size


def split_columns(table: Node, width: float = UPRIGHT_WIDTH) -> list[Node]:
    """The table, or blocks of its columns where they are too many for one width; each block begins with the heads
    of its rows, as pandas prints wide frames."""
    needs = _needs(table)
    if len(needs) < 2 or _way(needs, width, READABLE):
        return [table]
    heads = max((body[1] for body in table["c"][4]), default=0)
    if _asked(needs[:heads]) > 0.5 * width:
        heads = 0
    blocks: list[list[int]] = []
    block: list[int] = []
    for column in range(heads, len(needs)):
        chosen = [*range(heads), *block, column]
        if block and _asked([needs[i] for i in chosen]) > width:
            blocks.append(block)
            block = []
        block.append(column)
    chosen = [[*range(heads), *block] for block in [*blocks, block]]
    made = [_columns_of(table, columns) for columns in chosen]
    for continued in made[1:]:
        continued["c"][0], continued["c"][1] = NO_ATTR, [None, []]
    return made


def is_one_line(table: Node, size: float, width: float) -> bool:
    """True if each cell of the bodies surely stands on one line; the widths of all columns are stated."""
    columns = table["c"][2]
    if any("c" not in column[1] for column in columns):
        return False
    limits = [(column[1]["c"] * width - CELL_PADDING) / size + 0.01 for column in columns]
    cells = _columns(_parts(table)[1:], len(columns))
    return all(
        max((_ems(line) for cell in column for line in cell.lines), default=0.0) <= limit
        for column, limit in zip(cells, limits, strict=True)
    )


def row_count(table: Node) -> int:
    """Rows of the bodies."""
    return sum(len(body[3]) for body in table["c"][4])


def _asked(needs: list[ColumnNeed]) -> float:
    """Points that columns take in a block of a split table."""
    return sum(need.pleasant * BLOCKED + CELL_PADDING for need in needs)


def _columns_of(table: Node, chosen: list[int]) -> Node:
    """The table with these columns only; what spans others as well spans fewer."""
    identity, caption, columns, head, bodies, foot = table["c"]
    wanted = set(chosen)

    def rows(given: list) -> list:
        kept = []
        for (about, _), line in zip(given, placed_cells(given, len(columns)), strict=True):
            cells = [(cell, len(wanted.intersection(range(start, start + cell[3])))) for start, cell in line]
            kept.append([about, [[*cell[:3], across, cell[4]] for cell, across in cells if across]])
        return kept

    return node("Table", identity, caption, [columns[i] for i in chosen], [head[0], rows(head[1])],
                [[b[0], sum(i < b[1] for i in chosen), rows(b[2]), rows(b[3])] for b in bodies],
                [foot[0], rows(foot[1])])  # fmt: skip


def _way(needs: list[ColumnNeed], width: float, ways: Sequence) -> tuple[list[float], float] | None:
    """The widths of the columns and the size of type of the first way in which they fit."""
    for wanted, sizes in ways:
        given = [getattr(need, wanted) for need in needs]
        for size in sizes:
            if sum(given) <= _text_width(len(needs), width, size):
                return given, size
    return None


def _squeezed(needs: list[ColumnNeed], room: float) -> list[float]:
    """Where no way fits: as much as is asked for by who asks for little, the rest shared by the others."""
    return _filled([0.0] * len(needs), [need.least for need in needs], max(room, 1.0))


def _text_width(columns: int, width: float, size: float) -> float:
    """Ems for the text of all columns."""
    return (width - CELL_PADDING * columns) / size


def _needs(table: Node) -> list[ColumnNeed]:
    width = len(table["c"][2])
    head, *others = _parts(table)
    heads, bodies = _columns([head], width), _columns(others, width)
    measure_letters(line for column in heads + bodies for cell in column for line in cell.lines)
    return [_need(heads[i], bodies[i]) for i in range(width)]


class CellContent(NamedTuple):
    """What stands in a cell: its texts line by line, the ems of code beside them, and the pixels of its images."""

    lines: tuple[str, ...]
    code: float = 0.0
    pixels: float = 0.0


def _need(head: list[CellContent], body: list[CellContent]) -> ColumnNeed:
    head_texts = [line for cell in head for line in cell.lines]
    texts = {line for cell in body for line in cell.lines}
    whole_head = max((_ems(text, semibold=True) for text in head_texts), default=0.0)
    head_word = max((_least(text, semibold=True) for text in head_texts), default=0.0)
    code = max((cell.code for cell in head + body), default=0.0)
    pictures = max((cell.pixels for cell in body), default=0.0) * POINTS_PER_PIXEL / LARGEST_TYPE
    natural = max([pictures, code, *map(_ems, texts)])
    least = max([head_word, min(code, WORD), min(pictures, WORD), *map(_least, texts)])
    natural = max(natural, least)
    tight, pleasant = (
        max(least, min(natural, _wrapped(natural, *how)), whole_head / lines)
        for how, lines in ((TIGHT, 3), (PLEASANT, 2))
    )
    return ColumnNeed(least, tight, pleasant, max(natural, pleasant), max(natural, whole_head))


def _wrapped(natural: float, lines: int, at_least: float, at_most: float) -> float:
    return min(max(natural / lines, at_least), at_most)


def _least(text: str, *, semibold: bool = False) -> float:
    """Ems of the widest part of a text that must not be divided."""
    parts = _undivided(text)
    return max((min(_ems(part, semibold=semibold), SOLID if is_solid(part) else WORD) for part in parts), default=0.0)


def _undivided(text: str) -> list[str]:
    """The parts that must not be divided: words, the two days of a span, and whole what has no letters, as
    "0.1 to 0.9"."""
    if span := SPAN.fullmatch(text):
        return list(span.groups())
    return [text] if not LETTERS.search(text) and len(text) <= 30 else text.split()


def is_solid(word: str) -> bool:
    """A number, a day or an hour, however long: it must stand on one line."""
    return bool(is_number(word) or DATE.fullmatch(word) or (re.search(r"\d", word) and not LETTERS.search(word)))


@lru_cache(100_000)
def _ems(text: str, *, semibold: bool = False) -> float:
    return SAFE * text_ems(text, semibold=semibold) + SLACK if text else 0.0


def _parts(table: Node) -> list[list]:
    """The rows of the head, of each body and of the foot; cells span within their part only."""
    _, _, _, head, bodies, foot = table["c"]
    return [head[1], *(part for body in bodies for part in body[2:]), foot[1]]


def _columns(parts: list[list], width: int) -> list[list[CellContent]]:
    """What stands in the cells of each column that span no other."""
    columns: list[list[CellContent]] = [[] for _ in range(width)]
    for rows in parts:
        for line in placed_cells(rows, width):
            for start, cell in line:
                if cell[3] == 1:
                    columns[start].append(_content(cell[4]))
    return columns


EMPTY_CELL = CellContent(())


def _content(blocks: list[Node]) -> CellContent:
    if not blocks:
        return EMPTY_CELL
    if len(blocks) == 1 and blocks[0]["t"] == "Plain" and len(blocks[0]["c"]) == 1 and blocks[0]["c"][0]["t"] == "Str":
        return CellContent((blocks[0]["c"][0]["c"],))
    lines, code, pixels = [], 0.0, 0.0
    for part in elements(blocks):
        if part["t"] in ("Plain", "Para", "Header"):
            lines += _lines(part["c"][2] if part["t"] == "Header" else part["c"])
        elif part["t"] == "CodeBlock":
            code = max([code, *(len(line) * CODE_EM for line in part["c"][1].split("\n"))])
        elif part["t"] == "Code":
            code = max(code, len(part["c"][1]) * CODE_EM)
        elif part["t"] == "Image":
            pixels = max(pixels, shown_pixels(part)[0])
        elif part["t"] == "Table":
            needs = _needs(part)
            code = max(code, sum(need.natural for need in needs) + len(needs) * CELL_PADDING / LARGEST_TYPE)
    return CellContent(tuple(lines), code, pixels)


def _lines(inlines: list[Node]) -> list[str]:
    """The text of inlines, line by line; a formula counts for about half the letters of its TeX."""
    lines = [""]
    for part in inlines:
        if part["t"] == "LineBreak":
            lines.append("")
        elif part["t"] == "Math":
            lines[-1] += re.sub(r"\\[a-zA-Z]+|[{}^_&]", "", part["c"][1]).replace(" ", "") + "mm"
        else:
            lines[-1] += text_of(part)
    return [line for line in lines if line]


def shown_pixels(image: Node) -> tuple[float, float]:
    """The width and the height at which an image is meant to be shown, as far as they are known; else 0."""
    stated = dict(image["c"][0][2])
    natural = image_size(image["c"][2][0])
    sides = (stated.get(side, "") for side in ("width", "height"))
    width, height = (float(side[:-2]) if side.endswith("px") else 0.0 for side in sides)
    ratio = natural[0] / natural[1] if natural[1] else 0.0
    if not width and not height:
        return natural
    return width or height * ratio, height or (width / ratio if ratio else 0.0)


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


def _ruled(table: Node, ems: list[float], width: float, size: float) -> Node:
    """A copy with these widths, in which a word longer than its column may break."""
    identity, caption, columns, *rest = table["c"]
    parts = [(share * size + CELL_PADDING) / width for share in ems]
    columns = [[side, node("ColWidth", part)] for (side, _), part in zip(columns, parts, strict=True)]
    steps = [*range(len(ems))]

    def broken(cell: list, start: int) -> list[Node]:
        limit = sum(ems[start : start + cell[3]]) + CELL_PADDING / size * (cell[3] - 1)
        return _broken(cell[4], limit)

    return map_positions(node("Table", identity, caption, columns, *rest), broken) if steps else table


def _broken(blocks: list[Node], limit: float) -> list[Node]:
    """The blocks; a copy where a word is longer than `limit` ems."""
    if all(_ems(word) <= limit for line in _content(blocks).lines for word in line.split()):
        return blocks
    return [_change_words(block, limit) for block in blocks]


def _change_words(part: Node, limit: float) -> Node:
    if part["t"] == "Str":
        return node("Str", break_word(part["c"], limit))
    if part["t"] in ("Table", "CodeBlock", "Code", "Image", "Math") or "c" not in part:
        return part
    return node(part["t"], _change_below(part["c"], limit))


def _change_below(content, limit: float):
    if isinstance(content, dict):
        return _change_words(content, limit) if "t" in content else content
    return [_change_below(each, limit) for each in content] if isinstance(content, list) else content


def break_word(word: str, limit: float) -> str:
    """The word with marks where it may break: after the signs that join words, else where the line ends; a word
    that fits has none, and a number only where it is longer than any line."""
    if _ems(word) <= limit or (is_solid(word) and _ems(word) <= SOLID):
        return word
    return BREAK.join(piece for part in re.split(r"(?<=[/_.,;:|?&=-])(?=\w)", word) for piece in _pieces(part, limit))


def _pieces(part: str, limit: float) -> Iterator[str]:
    start, width = 0, SLACK
    for i, letter in enumerate(part):
        width += text_ems(letter) * SAFE
        if width > limit and i > start:
            yield part[start:i]
            start, width = i, SLACK + text_ems(letter) * SAFE
    yield part[start:]

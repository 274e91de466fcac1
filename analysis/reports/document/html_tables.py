"""A table of an HTML text as a browser lays it out: rows and spans in their places, heads, caption, colours."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborNode

from analysis.reports.document.html_styles import is_bold
from analysis.reports.document.tree import NO_ATTR, Node, attr, node, text_of

Style = Callable[[LexborNode], dict[str, str]]
CellBlocks = Callable[[LexborNode], list[Node]]
SIDES = {"left": "AlignLeft", "right": "AlignRight", "center": "AlignCenter", "end": "AlignRight", "start": "AlignLeft"}
LARGEST_SPAN = 1_000  # what browsers allow for columns
COLOURS = ("fill", "ink")
EMPTY_SIDE = node("AlignDefault")
DIGITS = re.compile(r"\s*(\d{1,5})")


def table_blocks(table: LexborNode, style: Style, cell_blocks: CellBlocks) -> list[Node]:
    """The table as a block; nothing for one without cells, and what its cells hold for one of a single cell that
    holds more than words, as pages that are laid out by tables have them."""
    groups: dict[str, list[tuple[list[_Cell], dict]]] = {"thead": [], "tbody": [], "tfoot": []}
    for group, row in _rows(table, style):
        cells = [_Cell(cell, style, cell_blocks) for cell in _children(row, ("td", "th")) if not _hidden(style(cell))]
        if cells:
            groups[group].append((cells, style(row) if row.attributes else {}))
    if not groups["thead"]:
        groups["thead"] = _leading_heads(groups["tbody"])
        groups["tbody"] = groups["tbody"][len(groups["thead"]) :]
    laid = {name: _laid_out([cells for cells, _ in rows]) for name, rows in groups.items()}
    begun = sorted({start for rows in laid.values() for line in rows for start, _, _ in line})
    if not begun:
        return []
    every = [cell for rows in groups.values() for cells, _ in rows for cell in cells]
    if len(every) == 1 and any(block["t"] not in ("Plain", "Para") for block in every[0].blocks):
        return every[0].blocks
    heads, body, foot = (
        _placed(laid[name], [about for _, about in groups[name]], begun) for name in ("thead", "tbody", "tfoot")
    )
    width = len(begun)
    columns = [[node("AlignDefault"), node("ColWidthDefault")] for _ in range(width)]
    row_heads = _row_heads(laid["tbody"], begun)
    return [node("Table", attr(table.attributes.get("id") or ""), [None, _caption(table, cell_blocks)], columns,
                 [NO_ATTR, heads], [[NO_ATTR, row_heads, [], body]], [NO_ATTR, foot])]  # fmt: skip


class _Cell:
    """One cell with its spans, which never reach beyond what browsers allow."""

    __slots__ = ("head", "across", "down", "blocks", "side", "colours")

    def __init__(self, element: LexborNode, style: Style, cell_blocks: CellBlocks):
        self.head = element.tag == "th"
        self.blocks = cell_blocks(element)
        self.across = self.down = 1
        self.side, self.colours = "", {}
        if about := element.attributes:
            self.across = _span(about.get("colspan"))
            self.down = _span(about.get("rowspan"), zero=LARGEST_SPAN)
            self.side = SIDES.get((about.get("align") or "").lower(), "")
        said = style(element)
        if said:
            self.side = SIDES.get(said.get("align", ""), self.side)
            if is_bold(said) and not self.head:
                self.blocks = [_bold(block) for block in self.blocks]
            self.colours = {name: said[name] for name in COLOURS if name in said}

    def built(self, row: dict[str, str], across: int, down: int) -> list:
        """The cell as pandoc has it; `row` are the colours of its row, which its own go before."""
        colours = {**{name: row[name] for name in COLOURS if name in row}, **self.colours}
        about = attr(pairs=sorted(colours.items())) if colours else NO_ATTR
        return [about, node(self.side) if self.side else EMPTY_SIDE, down, across, self.blocks]


def _span(said: str | None, zero: int = 1) -> int:
    found = DIGITS.match(said or "")
    return min(int(found[1]) or zero, LARGEST_SPAN) if found else 1


def _hidden(style: dict[str, str]) -> bool:
    return style.get("display") == "none"


def _children(element: LexborNode, tags: tuple[str, ...]) -> Iterator[LexborNode]:
    child = element.child
    while child is not None:
        if child.tag in tags:
            yield child
        child = child.next


def _rows(table: LexborNode, style: Style) -> Iterator[tuple[str, LexborNode]]:
    """Every row that is shown with the group it stands in; the parser has put each into one."""
    for group in _children(table, ("thead", "tbody", "tfoot")):
        if "hidden" in group.attributes or _hidden(style(group)):
            continue
        for row in _children(group, ("tr",)):
            if "hidden" not in row.attributes and not (row.attributes and _hidden(style(row))):
                yield group.tag or "", row


def _leading_heads(rows: list) -> list:
    """The first rows in which every cell is a head, where another row follows them."""
    count = 0
    while count < len(rows) - 1 and all(cell.head for cell in rows[count][0]):
        count += 1
    return rows[:count]


def _bold(block: Node) -> Node:
    return node(block["t"], [node("Strong", block["c"])]) if block["t"] in ("Plain", "Para") else block


Line = list[tuple[int, int, _Cell]]  # cells of a row with the column that each begins in and the one after it


def _laid_out(rows: list[list[_Cell]]) -> list[Line]:
    """Cells at the columns where a browser has them: the first that no cell above reaches down to."""
    held: list[tuple[int, int, int]] = []  # first column, the one after the last, rows still to go
    lines = []
    for cells in rows:
        line, column = [], 0
        for cell in cells:
            while taken := next((end for start, end, _ in held if start <= column < end), 0):
                column = taken
            line.append((column, column + cell.across, cell))
            column += cell.across
        lines.append(line)
        held = [(start, end, left - 1) for start, end, left in held if left > 1]
        held += [(start, end, cell.down - 1) for start, end, cell in line if cell.down > 1]
    return lines


def _placed(lines: list[Line], rows: list[dict[str, str]], begun: list[int]) -> list:
    """Rows as pandoc has them: full, and no span leaves the table. A column in which no cell begins is none."""
    width = len(begun)
    held = [0] * width
    placed = []
    for number, (line, about) in enumerate(zip(lines, rows, strict=True)):
        made, column = [], 0
        for start, end, cell in [*line, (begun[-1] + 1, 0, None)]:
            first = bisect_left(begun, start)
            while column < first:
                if held[column]:
                    held[column] -= 1
                else:
                    made.append([NO_ATTR, EMPTY_SIDE, 1, 1, []])
                column += 1
            if cell is not None:
                across = 1 if cell.across == 1 else bisect_left(begun, end) - first
                down = min(cell.down, len(lines) - number)
                made.append(cell.built(about, across, down))
                if down > 1 or across > 1:
                    held[first : first + across] = [max(down - 1, held[i]) for i in range(first, first + across)]
                column += across
        placed.append([NO_ATTR, made])
    return placed


def _row_heads(lines: list[Line], begun: list[int]) -> int:
    """Columns at the left in which every body row has heads; one that reaches down is the head of all its rows."""
    fewest = len(begun)
    held: dict[int, int] = {}
    for line in lines:
        heads = {begun[i] for i in range(fewest) if held.get(begun[i], 0)}
        held = {column: left - 1 for column, left in held.items() if left > 1}
        for start, end, cell in line:
            if cell.head and start <= begun[fewest - 1] if fewest else False:
                spanned = [column for column in begun[:fewest] if start <= column < end]
                heads.update(spanned)
                held.update({column: cell.down - 1 for column in spanned if cell.down > 1})
        fewest = next((i for i in range(fewest) if begun[i] not in heads), fewest)
    return fewest if lines and fewest < len(begun) else 0


def _caption(table: LexborNode, cell_blocks: CellBlocks) -> list[Node]:
    caption = next(_children(table, ("caption",)), None)
    blocks = cell_blocks(caption) if caption is not None else []
    return blocks if text_of(blocks).strip() else []

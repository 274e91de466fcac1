"""Tables of plain text as data for typst: nothing in a cell is read as markup, and thousands of rows take a second."""

from __future__ import annotations

import json

from analysis.reports.document.tree import Node
from analysis.reports.pdf.column_widths import BREAK, LONG

ALIGN = {"AlignLeft": "left", "AlignRight": "right", "AlignCenter": "center", "AlignDefault": "auto"}
WORDS = {"Str", "Space", "SoftBreak"}


def is_plain(table: Node) -> bool:
    """True if every cell holds a run of words or nothing."""
    _, _, _, head, bodies, foot = table["c"]
    parts = [head[1], foot[1], *(part for body in bodies for part in body[2:])]
    return all(_is_words(cell[4]) for rows in parts for _, cells in rows for cell in cells)


def _is_words(blocks: list[Node]) -> bool:
    if not blocks:
        return True
    return len(blocks) == 1 and blocks[0]["t"] in ("Plain", "Para") and all(e["t"] in WORDS for e in blocks[0]["c"])


def data_table(table: Node, is_one_line: bool) -> tuple[str, bytes]:
    """The arguments of the template's `data-table` without the file's name, and the file."""
    _, _, columns, head, bodies, foot = table["c"]
    rows = [row for body in bodies for part in body[2:] for row in part]
    content = {
        "head": [_row(cells) for _, cells in head[1]],
        "body": [_row(cells) for _, cells in rows],
        "foot": [_row(cells) for _, cells in foot[1]],
    }
    widths = ", ".join(f"{c[1]['c']:.4%}" if "c" in c[1] else "auto" for c in columns)
    sides = ", ".join(ALIGN[c[0]["t"]] for c in columns)
    only_text = all(isinstance(cell, str) for row in content["body"] for cell in row)
    fixed = len(rows) >= LONG and is_one_line and only_text  # the template takes such rows as they are
    arguments = f"columns: ({widths},), align: ({sides},), one-line: {str(fixed).lower()}"
    return arguments, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _row(cells: list) -> list:
    return [_cell(cell) for cell in cells]


def _cell(cell: list) -> str | dict:
    about, side, down, across, blocks = cell
    text = "".join(" " if part["t"] != "Str" else part["c"] for part in blocks[0]["c"]) if blocks else ""
    if down == across == 1 and side["t"] == "AlignDefault" and not about[2] and BREAK not in text:
        return text
    made: dict = {"parts": text.split(BREAK)}
    if down > 1:
        made["down"] = down
    if across > 1:
        made["across"] = across
    if side["t"] != "AlignDefault":
        made["side"] = ALIGN[side["t"]]
    return {**made, **dict(about[2])}

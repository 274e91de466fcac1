"""The explorer of a report: its page, and the links to it from the charts and tables of the other pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.explorer.explorer_page import PageTooLarge, write_explorer_page
from analysis.explorer.explorer_record import build_record
from analysis.explorer.explorer_state import EMPTY, address_of_state, state_of_view
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import View
from analysis.reports.document.tree import NO_ATTR, Node, inlines_of_text, node, text_of, walk
from analysis.reports.report_tables import may_pass_on_rows

EXPLORER_PAGE = "explore.html"
WORDS = "Open in the explorer"
PERIOD_HEAD = re.compile(r"(day|week|month|quarter) from")
ENDING = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}


def has_explorer(dataset: Dataset, with_rows: bool) -> bool:
    """Whether a report has an explorer: the terms of the database allow that it carries rows."""
    return with_rows or may_pass_on_rows(dataset)


def write_report_explorer(folder: Path, dataset: Dataset, parameters: Mapping[str, Any], title: str) -> Path | None:
    """Write the explorer of the parameters of a variant into the folder of a report; nothing where it were too large
    to be one page."""
    known = {field.name for field in fields(View)}
    view = View(**{name: value for name, value in parameters.items() if name in known})
    record = build_record(dataset, view)
    try:
        return write_explorer_page(folder / EXPLORER_PAGE, record, "report.html", title)
    except PageTooLarge:
        return None


def explorer_address(dataset: Dataset, view: View) -> str:
    """The address of the explorer, opened at the view of a chapter."""
    state = state_of_view(dataset, view)
    address = address_of_state(state | {"by": EMPTY["by"]})
    return f"{EXPLORER_PAGE}#{address}" if address else EXPLORER_PAGE


def link_explorer(blocks: list[Node], address: str) -> list[Node]:
    """The blocks with a link to the explorer under each figure and table, and one from each row of a table of periods
    that opens it filtered to these days."""

    def linked(element: Node) -> Node | None:
        if element["t"] == "Figure":
            identity, (short, caption), content = element["c"]
            return node("Figure", identity, [short, _with_link(caption, address)], content)
        return _table(element, address) if element["t"] == "Table" else None

    return walk(blocks, linked, frozenset({"Header", "LineBlock", "Para", "Plain"}))


def _with_link(caption: list[Node], address: str) -> list[Node]:
    link = [node("Space"), node("Link", NO_ATTR, inlines_of_text(WORDS), [address, ""]), node("Str", ".")]
    if not caption:
        return [node("Plain", link[1:])]
    *before, last = caption
    return [*before, node(last["t"], [*last["c"], *link])]


def _table(table: Node, address: str) -> Node | None:
    identity, (short, caption), columns, head, bodies, foot = table["c"]
    if not caption:
        return None
    heads = [text_of(cell[4]) for row in head[1] for cell in row[1]]
    kind = PERIOD_HEAD.fullmatch(heads[0]) if heads else None
    if kind:
        bodies = [[*body[:3], [_row(row, kind[1], address) for row in body[3]]] for body in bodies]
    return node("Table", identity, [short, _with_link(caption, address)], columns, head, bodies, foot)


def _row(row: list, kind: str, address: str) -> list:
    """The row, its first cell a link to the days of its period."""
    first, *rest = row[1]
    try:
        period = pd.Period(text_of(first[4]), freq=ENDING[kind])
        start = pd.Timestamp(text_of(first[4]))
    except ValueError:
        return row
    page, _, state = address.partition("#")
    kept = "&".join(part for part in state.split("&") if part and not part.startswith(("start=", "end=")))
    days = f"start={start:%Y-%m-%d}&end={period.end_time:%Y-%m-%d}"
    target = f"{page}#{'&'.join(filter(None, [days, kept]))}"
    link = node("Link", NO_ATTR, inlines_of_text(text_of(first[4])), [target, WORDS])
    return [row[0], [[*first[:4], [node("Plain", [link])]], *rest]]

"""The explorer of a report: its page, and the links to it from the charts and tables of the other pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.explorer.explorer_page import PageTooLarge, write_explorer_page
from analysis.explorer.explorer_record import build_record
from analysis.explorer.explorer_state import EMPTY, address_of_state, state_of_view
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import View
from analysis.reports.document.tree import NO_ATTR, Node, inlines_of_text, node, walk
from analysis.reports.report_tables import may_pass_on_rows, view_of_report

EXPLORER_PAGE = "explore.html"
WORDS = "Open in the explorer"


def has_explorer(dataset: Dataset, with_rows: bool) -> bool:
    """Whether a report has an explorer: the terms of the database allow that it carries rows."""
    return with_rows or may_pass_on_rows(dataset)


def write_report_explorer(folder: Path, dataset: Dataset, parameters: Mapping[str, Any], title: str) -> Path | None:
    """Write the explorer of the parameters of a variant into the folder of a report; nothing where it were too large
    to be one page."""
    record = build_record(dataset, view_of_report(parameters))
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
    """The blocks with a link to the explorer under each figure and each table that has a caption."""

    def linked(element: Node) -> Node | None:
        if element["t"] == "Figure":
            identity, (short, caption), content = element["c"]
            return node("Figure", identity, [short, _with_link(caption, address)], content)
        if element["t"] == "Table" and element["c"][1][1]:
            identity, (short, caption), *rest = element["c"]
            return node("Table", identity, [short, _with_link(caption, address)], *rest)
        return None

    return walk(blocks, linked, frozenset({"Header", "LineBlock", "Para", "Plain"}))


def _with_link(caption: list[Node], address: str) -> list[Node]:
    link = [node("Space"), node("Link", NO_ATTR, inlines_of_text(WORDS), [address, ""]), node("Str", ".")]
    if not caption:
        return [node("Plain", link[1:])]
    *before, last = caption
    return [*before, node(last["t"], [*last["c"], *link])]

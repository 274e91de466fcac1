"""The explorer of a report: charts and tables lead to it, at the view of their chapter."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

import analysis as a
from analysis.reports.document.tree import elements, figure_block, inlines_of_text, text_of
from analysis.reports.report_explorer import (
    EXPLORER_PAGE,
    explorer_address,
    has_explorer,
    link_explorer,
    write_report_explorer,
)

ADDRESS = "explore.html#start=2024-01-01&is.country=Iraq"


def links(blocks) -> list[tuple[str, str]]:
    return [(text_of(e["c"][1]), e["c"][2][0]) for e in elements(blocks) if e["t"] == "Link"]


def table(head: str, first: str) -> dict:
    cell = lambda text: [["", [], []], {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": inlines_of_text(text)}]]  # noqa: E731
    rows = [[["", [], []], [cell(first), cell("3")]]]
    caption = [None, [{"t": "Plain", "c": inlines_of_text("The incidents of each bar.")}]]
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]] * 2
    heads = [["", [], []], [[["", [], []], [cell(head), cell("attacks")]]]]
    return {"t": "Table", "c": [["register", [], []], caption, columns, heads, [[["", [], []], 0, [], rows]],
                                [["", [], []], []]]}  # fmt: skip


def test_a_figure_leads_to_the_view_of_its_chapter():
    figure = figure_block("data:,", "bars", inlines_of_text("Attacks per week."), "weeks")
    assert links(link_explorer([figure], ADDRESS)) == [("Open in the explorer", ADDRESS)]


def test_a_table_gets_one_link_and_keeps_its_rows():
    assert links(link_explorer([table("incident", "2024-01-22")], ADDRESS)) == [("Open in the explorer", ADDRESS)]


def test_the_page_is_made_of_the_variant_and_left_out_where_rows_may_not_be_passed_on(other_conflict, tmp_path):
    dataset = a.open_folder(other_conflict)
    path = write_report_explorer(tmp_path, dataset, {"countries": ["Exampleland"], "every": "month"}, "A title")
    assert path == tmp_path / EXPLORER_PAGE
    assert "<h1>Explore: A title</h1>" in path.read_text()
    closed = replace(dataset, side_car=SimpleNamespace(rows_may_be_passed_on=False))
    assert has_explorer(dataset, False) and has_explorer(closed, True) and not has_explorer(closed, False)


@pytest.mark.slow
def test_an_address_holds_the_view_of_a_chapter():
    dataset = a.open_folder()
    address = explorer_address(dataset, a.View(start="2024-02-04", weapons="rocket", confirmation="monitor"))
    assert address == "explore.html#evidence=reported+by+monitors&start=2024-02-04&is.weapon=rocket"
    assert explorer_address(dataset, a.View()) == "explore.html"

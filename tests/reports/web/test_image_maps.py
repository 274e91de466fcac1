"""From a bar to its row: which parts of a chart lead where."""

import base64

import pytest
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt

from analysis.charts.notebook_output import to_svg
from analysis.reports.document.book import bind_documents
from analysis.reports.document.tree import attr, figure_block, inlines_of_text, new_document, node, paragraph
from analysis.reports.web.html_page import to_html
from analysis.reports.web.image_maps import links_in_svg

HEAD = [attr(), [[attr(), [[attr(), node("AlignLeft"), 1, 1, [paragraph(name)]] for name in ("week", "attacks")]]]]


def chart(*targets):
    """A chart of bars of which each names a row."""
    ax = plt.subplots()[1]
    for bar, target in zip(ax.bar(range(len(targets)), 1), targets, strict=True):
        bar.set_url(target)
    text = base64.b64encode(to_svg(ax).encode()).decode()
    return figure_block(f"data:image/svg+xml;base64,{text}", "Bars.", inlines_of_text("Said."), "weeks")


def register(*weeks):
    rows = [[attr(), [[attr(), node("AlignLeft"), 1, 1, [paragraph(cell)]] for cell in (week, "2")]] for week in weeks]
    columns = [[node("AlignLeft"), node("ColWidthDefault")]] * 2
    said = [None, [node("Plain", inlines_of_text("All."))]]
    return node("Table", attr("register"), said, columns, HEAD, [[attr(), 0, [], rows]], [attr(), []])


def page(*blocks):
    return BeautifulSoup(to_html(new_document(list(blocks)), title="T"), "html.parser")


def test_a_bar_leads_to_the_row_it_names():
    made = page(chart("#register-2024-01-01", "#register-2024-01-08"), register("2024-01-01", "2024-01-08"))
    first, second = made.select(".areas a")
    assert made.find(id=first["href"][1:]).td.get_text() == "2024-01-01"
    assert (first["title"], first["tabindex"]) == ("week 2024-01-01, attacks 2", "-1")
    assert first["style"] != second["style"]


def test_the_caption_says_the_same_to_a_keyboard():
    caption = page(chart("#register-2024-01-01"), register("2024-01-01")).figcaption
    assert caption.get_text().endswith("Each part of the picture leads to its row in Table\u00a01.")
    assert caption.a["href"] == "#register"


@pytest.mark.parametrize("target", ["#register-2024-02-01", "#elsewhere", "https://example.org", "javascript:alert(1)"])
def test_a_link_to_anything_but_a_row_of_the_page_is_none(target):
    made = page(chart(target), register("2024-01-01"))
    assert not made.select(".areas")
    assert not made.find(id="register-2024-01-01")
    assert made.figcaption.get_text().endswith("Said.")


def test_in_a_book_a_bar_leads_to_the_row_of_its_own_chapter():
    one = new_document([chart("#register-2024-01-01"), register("2024-01-01")])
    made = BeautifulSoup(to_html(bind_documents([one, one]), title="T"), "html.parser")
    targets = [area["href"][1:] for area in made.select(".areas a")]
    assert targets == [f"chapter-{number}-register-2024-01-01" for number in (1, 2)]
    assert all(made.find(id=target) for target in targets)


def test_a_part_is_the_box_around_all_that_its_link_holds():
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">'
        '<a xlink:href="#a"><path d="M 20 50 L 40 50 L 40 90 z"/><path d="M 30 40 L 60 45"/></a></svg>'
    )
    assert links_in_svg(drawing) == [("#a", (10, 40, 20, 50))]
    assert links_in_svg(drawing.replace("viewBox", "data-view")) == []

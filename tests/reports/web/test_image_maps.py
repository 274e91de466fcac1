"""From a mark to its incidents: which parts of a chart lead where, and how an entry leads back."""

import base64

import pytest
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt

from analysis.charts.notebook_output import to_svg
from analysis.reports.document.book import bind_documents
from analysis.reports.document.entries import Entries
from analysis.reports.document.tree import figure_block, inlines_of_text, new_document
from analysis.reports.web.html_page import to_html
from analysis.reports.web.image_maps import links_in_svg, weekly_chart

DAYS = (("2024-01-02", "I1"), ("2024-01-07", "I2"), ("2024-01-08", "I3"))
ENTRIES = Entries(DAYS, {"place_id-base": ("I2", "I3")}, "report.html")
FIRST_WEEK, SECOND_WEEK = "#incidents-2024-01-01-2024-01-07", "#incidents-2024-01-08-2024-01-14"


def chart(*targets, label="weeks"):
    """A chart of bars of which each names its incidents."""
    ax = plt.subplots()[1]
    for bar, target in zip(ax.bar(range(len(targets)), 1), targets, strict=True):
        bar.set_url(target)
    text = base64.b64encode(to_svg(ax).encode()).decode()
    return figure_block(f"data:image/svg+xml;base64,{text}", "Bars.", inlines_of_text("Said."), label)


def page(*blocks, entries=ENTRIES):
    return BeautifulSoup(to_html(new_document(list(blocks)), title="T", entries=entries), "html.parser")


def test_a_bar_leads_to_the_first_entry_of_its_days_and_says_how_many_there_are():
    first, second = page(chart(FIRST_WEEK, SECOND_WEEK)).select(".areas a")
    assert (first["href"], second["href"]) == ("report.html#I1", "report.html#I3")
    assert first["title"] == "from 1 January 2024 to 7 January 2024: 2 incidents"
    assert first["tabindex"] == "-1"
    assert first["style"] != second["style"]


def test_a_mark_leads_to_what_its_incidents_share():
    (area,) = page(chart("#incidents-with-place_id-base")).select(".areas a")
    assert (area["href"], area["title"]) == ("report.html#I2", "2 incidents: the first")


def test_the_caption_leads_a_keyboard_to_the_appendix():
    caption = page(chart(FIRST_WEEK)).figcaption
    assert caption.get_text().endswith("Each mark leads to its incidents in the appendix.")
    assert caption.a["href"] == "report.html#appendix"


@pytest.mark.parametrize(
    "target",
    ["#incidents-2024-02-01-2024-02-07", "#incidents-with-place_id-moon", "#elsewhere", "https://example.org",
     "javascript:alert(1)"],
)  # fmt: skip
def test_a_link_to_anything_but_an_entry_is_none(target):
    made = page(chart(target))
    assert not made.select(".areas")
    assert made.figcaption.get_text().endswith("Said.")


def test_without_an_appendix_no_chart_leads_anywhere():
    assert not page(chart(FIRST_WEEK), entries=Entries()).select(".areas")


@pytest.mark.slow
def test_the_bars_of_the_first_chart_of_weeks_are_what_entries_lead_back_to():
    days = chart("#incidents-2024-01-02-2024-01-02", label="days")
    one, two = (new_document([days, chart(FIRST_WEEK, SECOND_WEEK)]) for _ in range(2))
    book = bind_documents([one, two])
    back = weekly_chart(book["blocks"])
    assert back.figure == "chapter-1-weeks"
    assert back.holding("2024-01-07") == ("2024-01-01", "2024-01-07")
    assert back.holding("2024-01-15") is None
    made = BeautifulSoup(to_html(book, title="T", entries=ENTRIES), "html.parser")
    assert [area["href"] for area in made.select("#bar-2024-01-01")] == ["report.html#I1"]


def test_a_part_is_the_box_around_all_that_its_link_holds():
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">'
        '<defs><path id="dot" d="M -2 -1 L 2 1 z"/></defs>'
        '<a xlink:href="#a"><path d="M 20 50 L 40 50 L 40 90 z"/><path d="M 30 40 L 60 45"/></a>'
        '<a xlink:href="#b"><use xlink:href="#dot" x="100" y="50"/></a></svg>'
    )
    assert links_in_svg(drawing) == [("#a", (10, 40, 20, 50)), ("#b", (49, 49, 2, 2))]
    assert links_in_svg(drawing.replace("viewBox", "data-view")) == []

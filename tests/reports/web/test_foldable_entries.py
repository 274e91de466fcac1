"""The entries of an appendix, folded in a page."""

from bs4 import BeautifulSoup

from analysis.reports.appendix import appendix_blocks
from analysis.reports.document.tree import new_document, paragraph
from analysis.reports.web.html_page import to_html

FIRST = "I20240128-tower-22"


def page(dataset, *ids):
    return BeautifulSoup(
        to_html(new_document([paragraph("Words."), *appendix_blocks(dataset, list(ids))]), title="T"), "html.parser"
    )


def test_an_entry_is_one_line_that_opens_and_its_anchor_lies_inside(dataset):
    made = page(dataset, FIRST)
    entry = made.find("details", class_="entry")
    assert not entry.has_attr("open")
    assert entry.summary.get_text(" ", strip=True).startswith(f"{FIRST} Tower 22; 28 January 2024")
    anchor = made.find(id=FIRST)
    assert anchor.find_parent("details") is entry and not anchor.find_parent("summary")
    assert len(anchor.find_all("li")) > 5


def test_entries_stand_below_their_months(dataset):
    made = page(dataset, FIRST, "I20240401-al-tanf", "I20240324-rumalyn")
    order = [element.get_text(" ", strip=True).split(";")[0] for element in made.main.find_all(["h3", "summary"])]
    assert order == [
        "January 2024", f"{FIRST} Tower 22",
        "March 2024", "I20240324-rumalyn Rumalyn Landing Zone",
        "April 2024", "I20240401-al-tanf Al-Tanf Garrison",
    ]  # fmt: skip

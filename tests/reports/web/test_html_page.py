import base64
import hashlib
import io
import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from analysis.reports.document.book import bind_documents
from analysis.reports.document.tree import attr, new_document, node, paragraph
from analysis.reports.web.html_page import to_html


@pytest.fixture(scope="module")
def text(report):
    about = {"subtitle": "Two counters", "date_line": "30 April 2024", "provenance": [("Input", "a.csv")]}
    return to_html(report, title="A small report", toc=True, **about)


@pytest.fixture(scope="module")
def page(text):
    return BeautifulSoup(text, "html.parser")


def test_the_page_asks_for_nothing_from_the_network(page):
    assert not page.find_all(["link", "iframe", "object", "base"])
    assert all(image["src"].startswith("data:") for image in page.find_all("img"))
    assert set(re.findall(r"url\(([^)]{0,10})", page.style.string)) <= {"data:font/"}
    assert "@import" not in page.style.string


def test_the_policy_lets_one_script_run_and_nothing_be_fetched(page):
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"].split("; ")
    (script,) = page.find_all("script")
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


def test_a_page_without_tables_to_sort_has_no_script_at_all():
    text = to_html(new_document([paragraph("Words.")]), title="T")
    assert "<script" not in text and "script-src" not in text
    assert len(text) < 20_000


def test_letters_that_a_machine_may_lack_come_with_the_page_and_no_others(tmp_path):
    text = to_html(new_document([paragraph("Erbil هەولێر, عين الأسد")]), title="T")
    (face,) = re.findall(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", text)
    font = TTFont(io.BytesIO(base64.b64decode(face)))
    held = set(font.getBestCmap())
    assert {ord(letter) for letter in "هەولێرعينالأسد"} <= held
    assert len(held) < 40, "the letters of the page, not the whole face"
    assert "fina" in {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert "font-src data:" in text
    assert text == to_html(new_document([paragraph("Erbil هەولێر, عين الأسد")]), title="T")
    assert "@font-face" not in to_html(new_document([paragraph("Erbil, Ayn al-Asad – “quoted”")]), title="T")


def test_what_only_typst_reads_is_not_in_the_page():
    block = node("Div", attr(classes=["entry"], pairs=[("typst:text:size", "8pt")]), [paragraph("Words.")])
    assert "typst" not in to_html(new_document([block]), title="T")


def test_the_page_has_one_title_and_headings_below_it(page):
    assert [h.get_text() for h in page.find_all("h1")] == ["A small report"]
    levels = [int(h.name[1]) for h in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_says_its_language_and_lies_in_main(page):
    assert page.html["lang"] == "en"
    assert page.find("main").find("figure")


def test_a_figure_has_its_description_and_its_numbered_caption(page):
    figure = page.find("figure", id="fig-weekly")
    assert figure.img["alt"] == "Two bars; the second is higher."
    assert figure.figcaption.get_text(" ", strip=True) == "Figure\u00a01. Attacks rose to nine a week."
    assert figure.find("div", class_="scroll") is None  # a chart shrinks with the page
    assert b"<svg" in base64.b64decode(figure.img["src"].partition(",")[2])


def test_a_table_has_caption_scopes_and_a_box_that_keyboards_reach(page):
    table = page.find("table", id="tbl-rates")
    assert table.caption.get_text(" ", strip=True).startswith("Table\u00a01. Rates by")
    assert {th["scope"] for th in table.thead.find_all("th")} == {"col"}
    assert {th["scope"] for th in table.tbody.find_all("th")} == {"row"}
    assert table.parent["tabindex"] == "0"


def test_a_head_over_two_columns_is_the_head_of_a_group(page):
    assert page.find("th", colspan="2")["scope"] == "colgroup"


@pytest.mark.slow
def test_numbers_stand_to_the_right(page):
    cells = page.find("table", id="tbl-rates").tbody.find("tr").find_all("td")
    assert ["right" in cell.get("style", "") for cell in cells] == [True, True, False]


def test_the_contents_list_every_section_and_can_be_passed_by(page):
    assert page.find(id=page.body.a["href"][1:]).name == "main"
    sections = page.main.select("h2:not(.made *), h3")
    assert [link.get_text() for link in page.nav.find_all("a")] == [heading.get_text() for heading in sections]


def test_formulas_are_mathml(page):
    assert page.find("math")


def test_arabic_paragraphs_are_marked_and_hostile_text_is_text(page):
    assert any("تعرضت" in element.get_text() for element in page.find_all(dir="rtl"))
    assert "alert(1)" not in page.get_text()


def test_links_inside_the_page_have_their_targets(page):
    targets = [a["href"][1:] for a in page.find_all("a", href=re.compile("^#"))]
    assert targets and all(page.find(id=target) for target in targets)


def test_no_anchor_is_used_twice_in_a_book(report):
    page = BeautifulSoup(to_html(bind_documents([report, report]), title="All", toc=True), "html.parser")
    anchors = [element["id"] for element in page.find_all(id=True)]
    assert len(anchors) == len(set(anchors)) > 4


def test_the_page_follows_light_and_dark(text):
    assert "prefers-color-scheme: dark" in text


@pytest.mark.slow
def test_the_same_document_gives_the_same_page(report):
    assert to_html(report, title="T") == to_html(report, title="T")

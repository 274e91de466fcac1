"""Which tables of a page sort and search, and by what."""

import pytest
from bs4 import BeautifulSoup

from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import to_html
from analysis.reports.web.sortable_tables import first_number, table_script


@pytest.fixture
def table(notebook, shown):
    """The table of a page made from HTML."""

    def build(html):
        page = to_html(build_document(notebook([shown({"text/html": html})])), title="T")
        return BeautifulSoup(page, "html.parser").table

    return build


def rows(*values) -> str:
    body = "".join(f"<tr><td>{value}</td><td>word</td></tr>" for value in values)
    return f"<table><thead><tr><th>one</th><th>two</th></tr></thead><tbody>{body}</tbody></table>"


@pytest.mark.parametrize(
    ("count", "classes"), [(2, []), (3, ["sortable"]), (10, ["sortable"]), (11, ["sortable", "searchable"])]
)
def test_tables_of_some_rows_sort_and_long_ones_are_searched(table, count, classes):
    assert table(rows(*range(count))).get("class", []) == classes


def test_a_table_with_spanning_cells_stays_as_it_is(table):
    spanned = rows(1, 2, 3, 4).replace("<tr><td>2</td><td>word</td></tr>", "<tr><td colspan=2>2</td></tr>")
    assert not table(spanned).get("class")
    assert not table(rows(1, 2, 3).replace("<thead>", "<thead><tr><th colspan=2>both</th></tr>")).get("class")


def test_a_column_of_numbers_sorts_by_them_and_words_and_days_by_themselves(table):
    made = table(rows("1,234", "0.2 to 0.9", "\u22125", ""))
    cells = [row.find_all("td") for row in made.tbody.find_all("tr")]
    assert [first["data-order"] for first, _ in cells] == ["1234", "0.2", "-5", ""]
    assert not any(second.has_attr("data-order") for _, second in cells)
    assert "data-order" not in str(table(rows("2024-01-28", "2024-02-04", "2024-02-05 to 07")))


@pytest.mark.parametrize(
    ("text", "number"),
    [("12 %", "12"), ("$3.50", "3.50"), ("<0.001", "0.001"), (".5", ".5"), ("-1\u202f000", "-1000"), ("none", "")],
)
def test_the_first_number_of_a_text(text, number):
    assert first_number(text) == number


def test_the_script_is_one_module_that_ends_no_element_and_exports_nothing():
    assert "</script" not in table_script() and "<!--" not in table_script()
    assert "export{" not in table_script()
    assert "SpryMedia" in table_script(), "the licences of the library are kept"

import pandas as pd
import pytest

from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.table_alignment import is_number
from analysis.reports.document.tree import elements, text_of


@pytest.fixture
def table(notebook, shown):
    def build(html):
        tree = build_document(notebook([shown({"text/html": html})]))
        return next(element for element in elements(tree["blocks"]) if element["t"] == "Table")

    return build


def sides(table):
    return [side["t"].removeprefix("Align") for side, _ in table["c"][2]]


def one_column(*cells, style=""):
    return "<table>" + "".join(f"<tr><td {style}>{cell}</td></tr>" for cell in cells) + "</table>"


@pytest.mark.parametrize(
    "text",
    ["1", "1,234", "1\u202f234", "-3.5", "−3.5", "+2", "12%", "12 %", "5–7", "0.2-0.9", "[0.2, 0.9]", "(3)",
     "1.2 [0.5, 2.0]", "$5", ".5", "1e-5", "≥ 3", "3.1 ± 0.2", "12 to 14", "<0.01"],
)  # fmt: skip
def test_what_tables_print_as_numbers_are_numbers(text):
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "-", "a1", "1 a", "2024-01-28", "I20240128", "1,2,3,4", "Tower 22", "%"])
def test_dates_names_and_signs_are_no_numbers(text):
    assert not is_number(text)


def test_a_column_of_numbers_is_right_aligned_and_empty_cells_do_not_count(table):
    assert sides(table(one_column("1,204", "", "−3.5", "—", "NaN"))) == ["Right"]


def test_one_word_makes_a_column_a_column_of_words(table):
    assert sides(table(one_column("1", "2", "about 3"))) == ["Left"]


def test_a_stated_alignment_wins(table):
    assert sides(table(one_column("1", "2", style='style="text-align: center"'))) == ["Center"]


def test_a_markdown_table_keeps_its_alignment(notebook):
    tree = build_document(notebook("| a | b |\n|:-:|--|\n| 1 | 2 |"))
    assert sides(next(e for e in elements(tree["blocks"]) if e["t"] == "Table")) == ["Center", "Right"]


def test_a_frame_of_pandas_has_its_head_and_its_index(table):
    made = table(pd.DataFrame({"n": [1, 2], "by": ["x", "y"]}, index=["Iraq", "Syria"]).to_html())
    head, (body,) = made["c"][3], made["c"][4]
    assert [text_of(cell[4]) for cell in head[1][0][1]] == ["", "n", "by"]
    assert body[1] == 1  # one column of row heads
    assert sides(made) == ["Left", "Right", "Left"]


def test_a_frame_with_two_rows_of_heads_keeps_both_and_centres_what_spans(table):
    columns = pd.MultiIndex.from_tuples([("attacks", "n"), ("attacks", "rate")])
    first, second = table(pd.DataFrame([[1, 2.5]], columns=columns).to_html())["c"][3][1]
    assert [(cell[3], cell[1]["t"]) for cell in first[1]] == [(1, "AlignDefault"), (2, "AlignCenter")]
    assert [text_of(cell[4]) for cell in second[1]] == ["", "n", "rate"]


def test_a_spanning_cell_does_not_shift_the_columns_beside_it(table):
    html = "<table><tr><td rowspan=2>1</td><td>a</td></tr><tr><td>b</td></tr></table>"
    assert sides(table(html)) == ["Right", "Left"]

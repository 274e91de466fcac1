import pandas as pd
import pytest

from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of
from analysis.reports.pdf.column_widths import LARGEST_TYPE, UPRIGHT_WIDTH, fit_table, is_wide


@pytest.fixture
def table(notebook, shown):
    """A frame, or HTML, as the table that a report makes of it."""

    def build(given):
        html = given if isinstance(given, str) else given.to_html(index=False)
        tree = build_document(notebook([shown({"text/html": html})]))
        return next(element for element in elements(tree["blocks"]) if element["t"] == "Table")

    return build


def points(made, width=UPRIGHT_WIDTH):
    """The widths of the columns in points; empty where they are left to the typesetter."""
    return [column[1]["c"] * width for column in made["c"][2] if "c" in column[1]]


def test_a_small_table_keeps_its_widths_and_the_largest_type(table):
    small = table(pd.DataFrame({"n": [1, 2]}))
    assert fit_table(small) == (small, LARGEST_TYPE)


def test_heads_run_over_lines_before_the_type_shrinks(table):
    made, size = fit_table(table(pd.DataFrame({f"the rate per day in period {i}": [0.125] for i in range(9)})))
    assert size == LARGEST_TYPE
    assert len(points(made)) == 9


def test_a_span_of_days_may_run_over_two_lines_before_the_page_is_turned(table):
    spans = pd.DataFrame({f"from {i}": ["2024-01-27 to 2024-02-14"] for i in range(6)})
    assert not is_wide(table(spans))
    assert is_wide(table(spans.replace(" to ", "-to-", regex=True)))


def test_the_columns_never_leave_the_page(table):
    for columns in (6, 9, 12, 16, 40):
        frame = pd.DataFrame({f"column {i}": ["some words that go on", "x" * 80] for i in range(columns)})
        made, _ = fit_table(table(frame))
        assert sum(points(made)) <= UPRIGHT_WIDTH + 1


def test_a_column_of_dates_numbers_and_ranges_has_room_for_each_on_one_line(table):
    cells = {"day": "2024-02-06 to 07", "n": "1,204", "interval": "0.886 to 0.955"}
    frame = pd.DataFrame([{**cells, **{f"note {i}": "a note of many words " * 9 for i in range(4)}}])
    made, size = fit_table(table(frame))
    # A figure takes 0.465 of the type size, a space 0.25, a hyphen 0.34; nine points stand beside a cell.
    assert points(made)[0] >= 9 + size * (10 * 0.465 + 2 * 0.34 + 2 * 0.25 + 0.82)
    assert points(made)[2] >= 9 + size * (8 * 0.465 + 4 * 0.22)


def test_a_short_column_is_not_squeezed_by_a_long_one(table):
    frame = pd.DataFrame({"place": ["Al-Tanf Garrison"], "note": ["many words " * 60]})
    place, note = points(fit_table(table(frame))[0])
    assert 70 < place < 100 < note


def test_only_a_table_of_many_columns_is_wide(table):
    def frame(columns):
        return pd.DataFrame({f"m_{i}": ["-1.234"] for i in range(columns)})

    assert not is_wide(table(frame(12)))
    assert is_wide(table(frame(20)))
    assert not is_wide(table(pd.DataFrame({"note": ["a note of many words " * 30]})))


def test_a_long_note_wraps_instead_of_making_the_type_small(table):
    assert fit_table(table(pd.DataFrame({"note": ["a note of many words " * 30]})))[1] == LARGEST_TYPE


def test_a_word_longer_than_its_column_may_break_and_a_short_one_may_not(table):
    texts = text_of(fit_table(table(pd.DataFrame({f"c{i}": ["x" * 80, "short"] for i in range(8)})))[0]["c"][4])
    assert "x\u200bx" in texts
    assert "short" in texts


def test_fitting_a_table_leaves_the_document_as_it_was(table):
    made = table(pd.DataFrame({f"c{i}": ["x" * 80] for i in range(8)}))
    before = str(made)
    fit_table(made)
    assert str(made) == before

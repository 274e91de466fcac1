import pandas as pd
import pytest

from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of
from analysis.reports.pdf.column_widths import BREAK, LARGEST_TYPE, UPRIGHT_WIDTH, fit_table, split_columns


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


def test_a_span_of_days_may_run_over_two_lines_before_the_table_is_split(table):
    spans = pd.DataFrame({f"from {i}": ["2024-01-27 to 2024-02-14"] for i in range(6)})
    assert len(split_columns(table(spans))) == 1
    assert len(split_columns(table(spans.replace(" to ", "-to-", regex=True)))) > 1


def test_the_columns_never_leave_the_page(table):
    for columns in (6, 9, 12, 16, 40):
        frame = pd.DataFrame({f"column {i}": ["some words that go on", "x" * 80] for i in range(columns)})
        for block in split_columns(table(frame)):
            made, _ = fit_table(block)
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


def test_only_a_table_of_many_columns_is_split(table):
    def blocks(frame):
        return len(split_columns(table(frame)))

    assert blocks(pd.DataFrame({f"m_{i}": ["-1.234"] for i in range(12)})) == 1
    assert blocks(pd.DataFrame({f"m_{i}": ["-1.234"] for i in range(20)})) == 2
    assert blocks(pd.DataFrame({"note": ["a note of many words " * 30]})) == 1


def test_blocks_hold_every_column_once_and_the_heads_of_rows_and_groups_in_each(table):
    columns = pd.MultiIndex.from_product([["first group", "second group"], [f"c{i}" for i in range(12)]])
    frame = pd.DataFrame([[i + 100.25 for i in range(24)]] * 2, columns=columns, index=["Iraq", "Syria"])
    blocks = split_columns(table(frame.to_html()))
    texts = [[[text_of(cell[4]) for cell in cells] for _, cells in block["c"][4][0][3]] for block in blocks]
    assert [row for line in texts for row in line if row[0] not in ("Iraq", "Syria")] == []
    said = [number for line in texts for number in line[0][1:]]
    assert said == [f"{i + 100.25}" for i in range(24)]
    heads = [[(text_of(cell[4]), cell[3]) for cell in block["c"][3][1][0][1]] for block in blocks]
    assert sum(across for line in heads for name, across in line if name == "first group") == 12


def test_a_long_note_wraps_instead_of_making_the_type_small(table):
    assert fit_table(table(pd.DataFrame({"note": ["a note of many words " * 30]})))[1] == LARGEST_TYPE


def broken(made):
    return text_of(made["c"][4])


def test_a_word_longer_than_its_column_may_break_and_one_that_fits_may_not(table):
    text = broken(fit_table(table(pd.DataFrame({"c": ["x" * 80 + " short " + "some words " * 40]})), 200.0)[0])
    assert f"x{BREAK}x" in text
    assert "short" in text


@pytest.mark.parametrize(
    "word", ["before", "attacks", "2024-02-03", "8779", "1,204.5", "-0.25", "2024-02-03 14:05:00", "12:30", "1e-05"]
)
def test_words_that_fit_numbers_and_days_never_break(table, word):
    frame = pd.DataFrame([{"a": word, **{f"note {i}": "many words that wrap " * 9 for i in range(4)}}])
    for block in split_columns(table(frame)):
        assert BREAK not in broken(fit_table(block)[0])


def test_a_word_breaks_after_the_signs_that_join_it_before_it_breaks_inside(table):
    frame = pd.DataFrame([{"path": "some/long/path_to/a_file.csv/that_goes/on/and/on", "note": "many words " * 90}])
    assert f"/{BREAK}long/{BREAK}" in broken(fit_table(table(frame), 150.0)[0])


def test_fitting_a_table_leaves_the_document_as_it_was(table):
    made = table(pd.DataFrame({f"c{i}": ["x" * 80] for i in range(8)}))
    before = str(made)
    fit_table(made)
    assert str(made) == before

import re

import pytest

from analysis.evidence import schema
from analysis.evidence.columns import PATTERNS
from analysis.evidence.schema import EVIDENCE, TABLES


def columns():
    return [(table, column) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_key_range_and_reference_is_a_column(table):
    named = [*table.key, *(name for pair in table.ranges for name in pair)]
    named += [column for column, _ in table.refers]
    assert set(named) <= set(table.names)
    assert len(set(table.names)) == len(table.names)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_reference_points_at_the_first_column_of_a_table_that_exists(table):
    for column, target in table.refers:
        assert TABLES[target].names[0] == TABLES[target].key[0]
        named = "text" if target == "actors" else "id"  # names of actors are as sources write them
        assert table[column].kind == TABLES[target].columns[0].kind == named


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_rows_still_have_every_column_with_its_type(table):
    frame = schema.empty_table(table)
    assert list(frame.columns) == table.names
    assert frame.empty
    for column in table.columns:
        expected = {"date": "datetime64[us]", "integer": "Int64", "number": "float64"}
        assert str(frame[column.name].dtype) == expected.get(column.kind, "str")


def test_every_allowed_value_passes_the_pattern_of_its_column():
    for _, column in columns():
        for value in column.allowed:
            assert re.fullmatch(PATTERNS[column.kind], value), (column.name, value)


def test_every_column_says_what_it_holds_and_what_it_accepts():
    for table, column in columns():
        assert column.description and column.accepts, (table.name, column.name)


def test_the_words_of_a_document_are_eight_at_most_wherever_they_stand():
    limits = {(t.name, c.max_words) for t, c in columns() if c.name == "words"}
    assert limits == {("claims", 8), ("tallies", 8), ("milestones", 8)}


def test_what_is_accepted_is_said_in_words():
    assert schema.CLAIMS["stance"].accepts == "one of reports, denies"
    assert schema.CLAIMS["words"].accepts == "text on one line, 8 words at most"
    assert schema.PLACES["latitude"].accepts == "a decimal number from -90 to 90"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "-1"), ("integer", "1.0"), ("integer", "1e3"), ("integer", "٣"),
        ("integer", "9" * 20), ("number", "1,5"), ("number", "٣.٥"), ("date", "2024-1-5"),
        ("date", "2024-13-01"), ("date", "05/01/2024"), ("month", "2024-00"), ("id", "two words"),
        ("id", "-b"), ("id", "a|b"), ("list", "a||b"), ("list", "a;b"), ("text", "two\nlines"),
        ("text", "two\rlines"),
    ],
)  # fmt: skip
def test_a_pattern_refuses(kind, text):
    assert not re.fullmatch(PATTERNS[kind], text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "0"), ("integer", "300"), ("number", "-33.7856"), ("date", "2024-02-29"),
        ("month", "2024-02"), ("month", "2024-02-04"), ("id", "I20240128-tower-22"),
        ("list", "Iraq|Syria"), ("text", '=1+1, "quoted" | عين الأسد'),
    ],
)  # fmt: skip
def test_a_pattern_takes(kind, text):
    assert re.fullmatch(PATTERNS[kind], text)


def test_confirmation_runs_from_the_best_voice_to_the_attackers_own():
    assert schema.CONFIRMATION[0] == "us_official"
    assert schema.CONFIRMATION[-1] == "claim_only"


def test_only_tables_of_evidence_have_the_line_of_a_document():
    assert {table for table, column in columns() if column.name == "line"} <= set(EVIDENCE)

import os
import string

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence import schema
from analysis.evidence.csv_records import read_records
from analysis.evidence.csv_tables import read_table, to_csv, write_files
from analysis.evidence.errors import InputError, InvalidTables
from analysis.evidence.own_incidents import OWN_INCIDENTS

HEADER = "claim_id,incident_id\n"
PLAIN = {
    "claim_id": "c1", "source_id": "s1", "date_start": "2024-01-28", "date_end": "2024-01-29",
    "date_basis": "stated", "weapon": "rocket", "result": "impact", "stance": "reports",
    "confirmation": "monitor", "words": "one two three",
}  # fmt: skip


@pytest.fixture
def claims(tmp_path):
    """Writes a claims.csv of rows that differ from PLAIN as said; returns its path."""

    def build(*changes: dict, header=None):
        names = schema.CLAIMS.names
        rows = [[(PLAIN | change).get(name, "") for name in names] for change in changes]
        path = tmp_path / "claims.csv"
        text = pd.DataFrame(rows, columns=header or names).to_csv(index=False, lineterminator="\n")
        path.write_bytes(text.encode())
        return path

    return build


def said(path, table=schema.CLAIMS, **options) -> list[str]:
    """What is wrong with a file, without its folder."""
    try:
        _, problems = read_table(path, table, **options)
    except InvalidTables as error:
        problems = error.problems
    return [str(problem).replace(str(path), path.name) for problem in problems]


def test_a_good_table_is_typed_as_the_schema_says(claims):
    frame, problems = read_table(claims({"us_injured": "0"}), schema.CLAIMS)
    assert problems == []
    assert frame.at[0, "date_start"] == pd.Timestamp("2024-01-28")
    assert frame.at[0, "us_injured"] == 0
    assert frame["us_injured"].dtype == "Int64"


def test_an_empty_field_is_missing_and_never_zero(claims):
    frame, _ = read_table(claims({}), schema.CLAIMS)
    assert frame[["us_killed", "us_injured", "weapon_count", "actor"]].isna().all(axis=None)


def test_a_header_without_rows_is_a_table_without_rows(claims):
    frame, problems = read_table(claims(), schema.CLAIMS)
    assert (len(frame), problems) == (0, [])
    assert frame["date_start"].dtype.kind == "M"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_spreadsheets_line_ends_and_byte_order_mark_are_read(tmp_path, ending, mark):
    path = tmp_path / "reviewed.csv"
    path.write_bytes(mark + f"claim_id,incident_id{ending}c1,I1{ending}".encode())
    frame, problems = read_table(path, schema.REVIEWED)
    assert problems == []
    assert frame.to_dict("records") == [{"claim_id": "c1", "incident_id": "I1"}]


def test_a_misspelt_column_is_named_with_the_one_meant(claims):
    header = ["wepon" if name == "weapon" else name for name in schema.CLAIMS.names]
    assert said(claims({}, header=header)) == [
        "claims.csv, row 1, column weapon: 'missing' - this column is needed",
        "claims.csv, row 1, column wepon: 'wepon' - not a column of claims; did you mean 'weapon'?",
    ]


def test_a_column_that_is_not_ours_is_refused_in_our_own_tables(claims, tmp_path):
    (tmp_path / "reviewed.csv").write_text("claim_id,incident_id,by_whom\nc1,I1,me\n")
    assert said(tmp_path / "reviewed.csv", schema.REVIEWED) == [
        "reviewed.csv, row 1, column by_whom: 'by_whom' - not a column of reviewed"
    ]


def test_a_column_that_is_not_ours_is_kept_in_a_table_someone_brings(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text("incident_id,date,fatalities\nx1,2024-01-01,4\n")
    frame, problems = read_table(path, OWN_INCIDENTS, strict=False)
    assert problems == []
    assert frame.at[0, "fatalities"] == 4


def test_a_column_named_twice_is_refused(tmp_path):
    (tmp_path / "reviewed.csv").write_text("claim_id,claim_id\nc1,I1\n")
    assert said(tmp_path / "reviewed.csv", schema.REVIEWED) == [
        "reviewed.csv, row 1, column claim_id: 'claim_id' - each column once"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [
        ("date_start", "2024-02-30", "a day, YYYY-MM-DD"),
        ("date_start", "2023-02-29", "a day, YYYY-MM-DD"),
        ("date_start", "28.01.2024", "a day, YYYY-MM-DD"),
        ("date_start", "", "must not be empty"),
        ("weapon", "roket", "one of one_way_drone, rocket, ballistic_missile, mortar, ied, mixed, unknown"),
        ("stance", "Denies", "one of reports, denies"),
        ("us_injured", "-1", "a whole number, 0 or more, or empty for 'not stated'"),
        ("us_injured", "some", "a whole number, 0 or more, or empty for 'not stated'"),
        ("us_injured", "2.5", "a whole number, 0 or more, or empty for 'not stated'"),
        ("us_injured", "1e30", "a whole number, 0 or more, or empty for 'not stated'"),
        ("us_injured", "9" * 30, "a whole number, 0 or more, or empty for 'not stated'"),
        ("us_injured", "٣", "a whole number, 0 or more, or empty for 'not stated'"),
        ("us_injured", " 3", "a whole number, 0 or more, or empty for 'not stated'"),
        ("claim_id", "two words", "letters, digits, dot, dash and underscore"),
        ("line", "0", "a whole number from 1 to 1,000,000, or empty for 'not stated'"),
        ("words", "one two three four five six seven eight nine", "text on one line, 8 words at most"),
        ("words", "one\u00a0two three four five six seven eight nine", "text on one line, 8 words at most"),
        ("note", "two\nlines", "text on one line"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_named_with_its_row_and_what_can(claims, column, value, allowed):
    good, bad = {}, {"claim_id": "c2"} | {column: value}
    assert said(claims(good, bad)) == [f"claims.csv, row 3, column {column}: {value!r} - {allowed}"]


def test_eight_words_are_few_enough(claims):
    assert said(claims({"words": "one two three four five six seven eight"})) == []


def test_a_month_of_publication_must_exist_as_a_day_must(tmp_path):
    path = tmp_path / "sources.csv"
    header = "source_id,outlet,origin,kind,language,reliability,reliability_reason,url,published\n"
    days = ("2024-02", "2024-02-29", "2024-02-30", "2023")
    rows = [f"s{i},Outlet,,press,en,B,because,,{day}\n" for i, day in enumerate(days)]
    path.write_text(header + "".join(rows))
    allowed = "a day, YYYY-MM-DD, or a month, YYYY-MM"
    assert said(path, schema.SOURCES) == [
        f"sources.csv, row 4, column published: '2024-02-30' - {allowed}",
        f"sources.csv, row 5, column published: '2023' - {allowed}",
    ]


def test_a_range_that_ends_before_it_starts_is_named(claims):
    assert said(claims({"date_end": "2024-01-27"})) == [
        "claims.csv, row 2, column date_end: '2024-01-27' - must not be before date_start (2024-01-28)"
    ]


def test_an_id_given_twice_names_both_rows(claims):
    assert said(claims({}, {"claim_id": "c2"}, {})) == [
        "claims.csv, row 4, column claim_id: 'c1' - must be unique; also in row 2"
    ]


def test_a_claim_has_one_incident_id(tmp_path):
    path = tmp_path / "reviewed.csv"
    path.write_text(HEADER + "c1,I20240101-alpha\nc2,I20240101-alpha\nc1,I20240102-alpha\n")
    assert said(path, schema.REVIEWED) == [
        "reviewed.csv, row 4, column claim_id: 'c1' - a claim has one incident id, in one row; also in row 2"
    ]


def test_rows_are_not_called_alike_while_a_part_of_their_key_is_missing(tmp_path):
    path = tmp_path / "coverage.csv"
    path.write_text(
        "counter,scope,begin,end,density,basis\n"
        "SOHR,Syria,2023-10-19,2023-12-31,days,because\nSOHR,Syria,2024-01-01,2024-12-31,days,because\n"
    )
    assert {problem.split(":")[0] for problem in said(path, schema.COVERAGE)} == {
        "coverage.csv, row 1, column start",
        "coverage.csv, row 1, column begin",
    }


def test_several_sources_may_speak_of_one_milestone(evidence):
    named = evidence.milestones["milestone_id"]
    assert named.duplicated().any()
    assert not evidence.milestones.duplicated(list(schema.MILESTONES.key)).any()


def test_every_failure_of_a_table_is_told_at_once(claims):
    told = said(claims({"weapon": "x", "stance": "y"}, {"date_start": "2024-02-30"}))
    assert [problem.split(":")[0] for problem in sorted(told)] == [
        "claims.csv, row 2, column stance",
        "claims.csv, row 2, column weapon",
        "claims.csv, row 3, column claim_id",
        "claims.csv, row 3, column date_start",
    ]


COMING_BACK = (
    "claim_id;incident_id;\nc1;I1;\nc2;café;\n;;\n\n"  # as spreadsheets save a file that was UTF-8 with commas
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_table_that_comes_back_from_a_spreadsheet_is_read(tmp_path, encoding):
    path = tmp_path / "reviewed.csv"
    path.write_bytes(COMING_BACK.encode(encoding))
    assert read_records(path) == (["claim_id", "incident_id"], [["c1", "I1"], ["c2", "café"]])


def test_a_file_that_is_not_in_unicode_is_read_with_a_warning(tmp_path):
    path = tmp_path / "reviewed.csv"
    path.write_bytes(COMING_BACK.encode("latin-1"))
    with pytest.warns(UserWarning, match="not in UTF-8; it is read as Windows-1252: check its accents"):
        assert read_records(path)[1][1] == ["c2", "café"]


def test_text_typed_in_a_column_without_a_name_is_not_lost(tmp_path):
    path = tmp_path / "reviewed.csv"
    path.write_text("claim_id,incident_id,\nc1,I1,typed here\n")
    assert said(path, schema.REVIEWED) == ["reviewed.csv, row 1, column : '' - not a column of reviewed"] or said(
        path, schema.REVIEWED
    ) == ["reviewed.csv, row 1: '' - not a column of reviewed"]


def test_decimal_commas_are_read_where_semicolons_separate(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text("incident_id;date;latitude;longitude;tons\nx;2024-01-02;36,19;-44,01;1,5\n")
    frame, problems = read_table(path, OWN_INCIDENTS, strict=False)
    assert problems == []
    assert frame[["latitude", "longitude", "tons"]].to_numpy().tolist() == [[36.19, -44.01, 1.5]]


@pytest.mark.parametrize("name", ["location", "race", "victims", "fatalities", "event_type_2", "event_date", "year"])
def test_a_column_that_is_only_somewhat_like_one_of_ours_is_no_slip(tmp_path, name, recwarn):
    path = tmp_path / "incidents.csv"
    path.write_text(f"incident_id,date,{name}\nx,2024-01-02,a\n")
    assert read_table(path, OWN_INCIDENTS, strict=False)[1] == []
    assert list(recwarn) == []


@pytest.mark.parametrize(
    ("name", "meant"), [("cuntry", "country"), ("wepon", "weapon"), ("confirmaton", "confirmation")]
)
def test_an_almost_certain_slip_is_warned_of_and_the_column_kept(tmp_path, name, meant):
    path = tmp_path / "incidents.csv"
    path.write_text(f"incident_id,date,{name}\nx,2024-01-02,a\n")
    with pytest.warns(UserWarning, match=f"the column '{name}' is kept as your own; did you mean '{meant}'?"):
        frame, problems = read_table(path, OWN_INCIDENTS, strict=False)
    assert (problems, frame[name].tolist()) == ([], ["a"])


def test_a_table_with_other_columns_is_told_how_it_can_come_in(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text("event_id_cnty,event_date,location\nIRQ1,03 January 2024,Erbil\n")
    told = said(path, OWN_INCIDENTS, strict=False)
    assert [line.split(" - ")[0] for line in told] == [
        "incidents.csv, row 1, column incident_id: 'missing'", "incidents.csv, row 1, column date: 'missing'",
    ]  # fmt: skip
    assert "incidents import table" in " ".join(told) or "is it 'event_date'" in " ".join(told)


def test_a_year_before_1800_is_a_slip(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text("incident_id,date\nA,2025-03-01\nB,0025-03-04\n")
    assert said(path, OWN_INCIDENTS, strict=False) == [
        "incidents.csv, row 3, column date: '0025-03-04' - a year from 1800 to 2100"
    ]


def test_numbers_of_ones_own_are_numbers_and_codes_with_zeros_before_them_are_not(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text("incident_id,date,n,x,code,mixed\na,2024-01-02,3,1.5,007,1\nb,2024-01-03,,2,012,many\n")
    frame, _ = read_table(path, OWN_INCIDENTS, strict=False)
    assert frame["n"].dtype == "Int64"
    assert frame["n"].isna().tolist() == [False, True]
    assert frame["x"].tolist() == [1.5, 2.0]
    assert frame[["code", "mixed"]].to_numpy().tolist() == [["007", "1"], ["012", "many"]]


def test_thousands_of_equal_failures_are_told_once_with_their_number(tmp_path):
    path = tmp_path / "incidents.csv"
    rows = "".join(f"x{n},{n}.01.2024\n" for n in range(3000))
    path.write_text(f"incident_id,date\n{rows}y,2024-13-01\n")
    _, problems = read_table(path, OWN_INCIDENTS, strict=False)
    text = str(InvalidTables(problems)).replace(str(path), path.name)
    assert text.splitlines() == [
        "3,001 problems in the tables:",
        "  3,001 x incidents.csv, column date: a day, YYYY-MM-DD (row 2: '0.01.2024', row 3: '1.01.2024', "
        "row 4: '2.01.2024' ...)",
    ]


def test_a_row_with_too_few_or_too_many_fields_is_named(tmp_path):
    path = tmp_path / "reviewed.csv"
    path.write_text(HEADER + "c1,I1\nc2\nc3,I3,more\n")
    assert said(path, schema.REVIEWED) == [
        "reviewed.csv, row 3: '1 fields' - 2, as in the header",
        "reviewed.csv, row 4: '3 fields' - 2, as in the header",
    ]


def test_a_quote_that_is_never_closed_is_refused_with_the_row(tmp_path):
    path = tmp_path / "reviewed.csv"
    path.write_text(HEADER + 'c1,I1\n"c2,I2\n')
    (told,) = said(path, schema.REVIEWED)
    assert told.startswith("reviewed.csv, row 3: ")


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "reviewed.csv"
    path.touch()
    assert said(path, schema.REVIEWED) == ["reviewed.csv: 'empty' - a header row is needed"]


def test_a_file_that_is_missing_is_named(tmp_path):
    told = said(tmp_path / "reviewed.csv", schema.REVIEWED)
    assert told == ["reviewed.csv: 'missing' - this file is needed"]


HOSTILE = (
    "comma, here", 'a "quoted" word', "'apostrophe'", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)",
    "pipe|d", "tab\tin it", "NA", "nan", "None", "NULL", "true", "1e5", "007", "عين الأسد",
    "<script>alert(1)</script>", "\\", '"', ",", "\u2028", "#comment", " blank around ",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was_written(claims, text, tmp_path):
    frame, problems = read_table(claims({"note": text, "actor": text}), schema.CLAIMS)
    assert problems == []
    again = tmp_path / "again.csv"
    again.write_bytes(to_csv(frame, schema.CLAIMS).encode())
    reread, problems = read_table(again, schema.CLAIMS)
    assert problems == []
    assert (reread.at[0, "note"], reread.at[0, "actor"]) == (text, text)


line = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1)
cells = st.fixed_dictionaries(
    {
        "note": st.none() | line,
        "actor": st.none() | line,
        "us_injured": st.none() | st.integers(0, 10**6),
        "date_start": st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2100-12-31").date()),
        "claim_id": st.text(string.ascii_letters + string.digits, min_size=1),
    }
)


@given(rows=st.lists(cells, min_size=1, max_size=4, unique_by=lambda row: row["claim_id"]))
@pytest.mark.slow
def test_writing_and_reading_a_table_changes_nothing(rows, tmp_path_factory):
    blank = schema.empty_table(schema.CLAIMS)
    plain = {"source_id": "s", "date_basis": "stated", "weapon": "ied", "result": "unknown",
             "stance": "reports", "confirmation": "monitor"}  # fmt: skip
    frame = pd.DataFrame([plain | row | {"date_end": row["date_start"]} for row in rows])
    frame = frame.reindex(columns=blank.columns).astype(blank.dtypes)
    path = tmp_path_factory.mktemp("t") / "claims.csv"
    text = to_csv(frame, schema.CLAIMS)
    path.write_bytes(text.encode())
    again, problems = read_table(path, schema.CLAIMS)
    assert problems == []
    pd.testing.assert_frame_equal(again.astype(blank.dtypes), frame)
    assert to_csv(again, schema.CLAIMS) == text


def test_a_table_is_written_in_the_order_of_the_schema_with_lf():
    frame = pd.DataFrame({"incident_id": ["I1"], "claim_id": ["c1"], "other": ["x"]})
    assert to_csv(frame, schema.REVIEWED) == "claim_id,incident_id\nc1,I1\n"


def test_all_files_are_written_or_none(tmp_path, bytes_of):
    (tmp_path / "a.csv").write_text("old")
    (tmp_path / "file").write_text("in the way")
    before = bytes_of(tmp_path)
    with pytest.raises(InputError, match=r"cannot write .*b\.csv: "):
        write_files({tmp_path / "a.csv": "new", tmp_path / "file" / "b.csv": "new"})
    assert bytes_of(tmp_path) == before


def test_files_are_written_as_given_with_the_folders_they_need(tmp_path, bytes_of):
    write_files({tmp_path / "deep" / "a.csv": "x\ny\n", tmp_path / "b.csv": "é\n"})
    assert bytes_of(tmp_path) == {"b.csv": "é\n".encode(), "deep/a.csv": b"x\ny\n"}


@pytest.mark.parametrize("day", ["0025-03-04", "0000-01-01", "1799-12-31", "2204-01-01"])
def test_a_year_that_cannot_be_is_named_with_its_row(tmp_path, day):
    path = tmp_path / "incidents.csv"
    path.write_text(f"incident_id,date\nA,2025-03-01\nB,{day}\n")
    _, problems = read_table(path, schema.INCIDENTS, strict=False)
    assert [(p.row, p.column, p.value) for p in problems][:1] == [(3, "date", day)]
    assert any("1800 to 2100" in p.allowed for p in problems) or day.startswith("0000")


@pytest.mark.parametrize("column", ["event_id_cnty", "event_date", "event_type", "year", "location", "fatalities"])
def test_a_further_column_of_somebodys_table_is_kept(tmp_path, column):
    path = tmp_path / "incidents.csv"
    path.write_text(f"incident_id,date,{column}\nA,2025-03-01,x\n")
    frame, problems = read_table(path, schema.INCIDENTS, strict=False)
    assert problems == []
    assert column in frame


@pytest.mark.parametrize("column", ["lattitude", "longitud", "contry"])
def test_a_misspelt_column_is_still_named(tmp_path, column):
    path = tmp_path / "incidents.csv"
    path.write_text(f"incident_id,date,{column}\nA,2025-03-01,x\n")
    with pytest.warns(UserWarning, match=f"the column '{column}' is kept as your own; did you mean"):
        frame, problems = read_table(path, schema.INCIDENTS, strict=False)
    assert problems == [] and column in frame


@pytest.mark.parametrize("which", [0, 1, 2])
def test_files_are_written_all_or_none(tmp_path, monkeypatch, which):
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path in paths[:2]:
        path.write_text("old")
    replace = os.replace

    def fails(source, target):
        if target == paths[which]:
            raise PermissionError(13, "opened by another program", str(target))
        replace(source, target)

    monkeypatch.setattr("analysis.evidence.csv_tables.os.replace", fails)
    with pytest.raises(InputError, match="opened by another program"):
        write_files({path: "new" for path in paths})
    assert [path.read_text() for path in paths[:2]] == ["old", "old"]
    assert sorted(tmp_path.iterdir()) == paths[:2]

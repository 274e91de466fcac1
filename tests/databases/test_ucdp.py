import pytest

from analysis.databases import ucdp
from analysis.databases.refusals import RefusedRows
from analysis.databases.table_import import import_database
from analysis.evidence.errors import InputError


def imported(path, **options):
    return import_database("ucdp", [path], path.parent / "to", **options)


def first(path):
    return imported(path).incidents.iloc[0]


def reach(row):
    return f"{row['date_start']:%Y-%m-%d}", f"{row['date_end']:%Y-%m-%d}"


def test_ged_has_49_columns():
    assert len(ucdp.COLUMNS) == len(set(ucdp.COLUMNS)) == 49


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("1", "2024-01-17", "2024-01-17"),
        ("2", "2024-01-15", "2024-01-18"),  # 2 to 6 days
        ("3", "2024-01-15", "2024-01-21"),  # a week
        ("4", "2024-01-01", "2024-01-31"),  # the month
        ("5", "2024-01-01", "2024-06-30"),  # longer than a month
    ],
)
def test_date_start_and_date_end_are_the_range(ucdp_file, code, start, end):
    assert reach(first(ucdp_file({"date_prec": code, "date_start": start, "date_end": end}))) == (start, end)


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [("2", "2024-01-14", "2024-01-20"), ("3", "2024-01-14", "2024-01-20"), ("4", "2024-01-01", "2024-01-31"),
     ("5", "2024-01-01", "2024-12-31")],
)  # fmt: skip
def test_one_day_that_date_prec_calls_unknown_becomes_the_span_that_the_code_means(ucdp_file, code, start, end):
    made = imported(ucdp_file({"date_prec": code}))
    assert reach(made.incidents.iloc[0]) == (start, end)
    assert "widened" in " ".join(made.side_car.remarks)


def test_a_file_without_a_header_is_named_by_its_49_columns(ucdp_file):
    made = imported(ucdp_file({}, {"id": "1002"}, header=False))
    assert made.incidents["incident_id"].tolist() == ["UCDP-1001", "UCDP-1002"]
    assert made.incidents["record_row"].tolist() == [1, 2]
    assert "has no header" in " ".join(made.side_car.remarks)


def test_a_file_without_a_header_and_of_another_width_is_refused(ucdp_file):
    with pytest.raises(InputError, match="row 1 holds 48 fields"):
        imported(ucdp_file({}, header=False, columns=ucdp.COLUMNS[:-1]))


@pytest.mark.parametrize(
    ("code", "grade"),
    [
        ("1", "exact"),
        ("2", "town"),
        ("3", "region"),
        ("4", "region"),
        ("5", "region"),
        ("6", "country"),
        ("7", "region"),
    ],
)
def test_the_point_is_as_precise_as_where_prec_says(ucdp_file, code, grade):
    assert first(ucdp_file({"where_prec": code}))["coord_precision"] == grade


def test_deaths_keep_low_best_and_high(ucdp_file):
    row = first(ucdp_file({}))
    assert (row["deaths_low"], row["deaths"], row["deaths_high"]) == (1, 2, 5)


def test_a_low_estimate_above_the_best_is_refused(ucdp_file):
    with pytest.raises(RefusedRows, match="not more than best"):
        imported(ucdp_file({"low": "3"}))


@pytest.mark.parametrize(("code", "kind"), [("1", "event"), ("2", "episode")])
def test_a_row_of_low_clarity_is_an_episode(ucdp_file, code, kind):
    assert first(ucdp_file({"event_clarity": code}))["event_kind"] == kind


@pytest.mark.parametrize(
    ("code", "words"),
    [("1", "State-based conflict"), ("2", "Non-state conflict"), ("3", "One-sided violence")],
)
def test_the_type_of_violence_is_said_in_words(ucdp_file, code, words):
    assert first(ucdp_file({"type_of_violence": code}))["event_type"] == words


def test_the_rows_may_be_passed_on_with_their_citation(ucdp_file):
    car = imported(ucdp_file({}), version="25.1", downloaded="2025-07-01").side_car
    assert (car.licence, car.rows_may_be_passed_on) == ("CC BY 4.0", True)
    assert "Sundberg" in car.citation
    assert car.words().startswith("Imported from UCDP GED 25.1, downloaded 2025-07-01: file.csv (sha256 ")


def test_a_day_after_the_download_is_refused(ucdp_file):
    with pytest.raises(RefusedRows, match="the day of the download"):
        imported(ucdp_file({}), downloaded="2023-12-31")

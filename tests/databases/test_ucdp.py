from pathlib import Path

import pandas as pd
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_a_best_estimate_outside_low_to_high_widens_the_range_and_is_said(ucdp_file):
    made = imported(ucdp_file({"low": "3"}))
    row = made.incidents.iloc[0]
    assert (row["deaths_low"], row["deaths"], row["deaths_high"]) == (2, 2, 5)
    assert "1 events state a best estimate outside low to high" in " ".join(made.side_car.remarks)


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


SAMPLE = Path(__file__).parents[1] / "fixtures" / "ucdp_ged" / "ged191_syria_sample.csv"


def test_real_events_keep_their_precision_and_their_range_of_deaths(tmp_path):
    made = import_database("ucdp", [SAMPLE], tmp_path / "to", version="19.1")
    raw = pd.read_csv(SAMPLE)
    rows = made.incidents.assign(id=made.incidents["record_id"].astype(int)).merge(raw, on="id", suffixes=("", "_raw"))
    assert len(rows) == len(raw) == made.side_car.rows_kept
    assert (rows["deaths"] == rows["best"]).all()
    assert (rows["deaths_low"] <= rows["deaths"]).all() and (rows["deaths"] <= rows["deaths_high"]).all()
    days = (rows["date_end"] - rows["date_start"]).dt.days
    stated = (pd.to_datetime(rows["date_end_raw"]) - pd.to_datetime(rows["date_start_raw"])).dt.days
    assert (days >= stated).all()
    assert (days == stated)[rows["date_prec"] == 1].all()
    assert (days[rows["date_prec"] > 1] > 0).all()
    assert set(rows.loc[rows["where_prec"] == 6, "coord_precision"]) <= {"country"}


def test_a_bar_leads_back_to_the_row_of_the_file(tmp_path):
    made = import_database("ucdp", [SAMPLE], tmp_path / "to")
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    row = made.incidents.iloc[17]
    assert lines[row["record_row"] - 1].startswith(row["record_id"] + ",")


def test_a_column_of_another_name_is_told_or_refused_and_never_overlooked(ucdp_file):
    def named(old, new):
        path = ucdp_file({})
        path.write_text(path.read_text().replace(old, new, 1))
        return path

    made = imported(named("where_prec", "where_precision"))
    told = "there is no column where_prec, did you mean 'where_precision'?: no point is marked as vague"
    assert told in made.side_car.remarks
    with pytest.raises(InputError, match="file.csv: this is no file of UCDP GED: it has no column best, did you mean"):
        imported(named("best", "best_est"))

import pytest

from analysis.databases import acled
from analysis.databases.refusals import RefusedRows
from analysis.databases.table_import import import_database, write_import
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import open_folder
from analysis.incidents.views import View, view_coverage
from analysis.measures.frequency import count
from tests.databases.conftest import ACLED_ROW, OLD_ACLED


def imported(path, folder="to", **options):
    return import_database("acled", [path], path.parent / folder, **options)


def first(path):
    return imported(path).incidents.iloc[0]


def days(row):
    return f"{row['date']:%Y-%m-%d}", f"{row['date_start']:%Y-%m-%d}", f"{row['date_end']:%Y-%m-%d}"


def test_the_current_export_has_31_columns():
    assert len(acled.COLUMNS) == 31


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "first_day", "last_day"),
    [
        ("1", "2024-01-17", "2024-01-17"),  # the day is known
        ("2", "2024-01-14", "2024-01-20"),  # event_date is the middle day of the week
        ("3", "2024-01-01", "2024-01-31"),  # only the month is known
    ],
)
def test_a_day_is_as_precise_as_time_precision_says(acled_file, code, first_day, last_day):
    assert days(first(acled_file({"time_precision": code}))) == ("2024-01-17", first_day, last_day)


@pytest.mark.slow
def test_a_month_is_never_cut_to_the_days_around_its_middle(acled_file):
    row = first(acled_file({"event_date": "2024-02-01", "time_precision": "3"}))
    assert days(row) == ("2024-02-01", "2024-02-01", "2024-02-29")


@pytest.mark.slow
@pytest.mark.parametrize(("code", "grade"), [("1", "exact"), ("2", "town"), ("3", "region")])
def test_the_point_is_as_precise_as_geo_precision_says(acled_file, code, grade):
    assert first(acled_file({"geo_precision": code}))["coord_precision"] == grade


@pytest.mark.slow
def test_both_sides_stay_with_their_kinds_from_words_and_from_numbers_alike(acled_file):
    words = first(acled_file({}))
    numbers = first(acled_file({"inter1": "1", "inter2": "2", "interaction": "12"}))
    for row in (words, numbers):
        assert (row["side_a"], row["side_a_kind"]) == ("Army of Nowhere", "State forces")
        assert (row["side_b"], row["side_b_kind"]) == ("Red Group", "Rebel group")


@pytest.mark.slow
def test_a_second_actor_of_kind_0_is_none(acled_file):
    assert imported(acled_file({"actor2": "", "inter2": "0"})).incidents["side_b_kind"].isna().all()


@pytest.mark.slow
def test_zero_deaths_are_kept_as_stated_and_said(acled_file):
    made = imported(acled_file({"fatalities": "0"}, {"event_id_cnty": "XAA2", "fatalities": ""}))
    assert made.incidents["deaths"].tolist()[0] == 0
    assert made.incidents["deaths"].isna().tolist() == [False, True]
    assert any("1 events state 0 deaths" in remark and "kept as stated" in remark for remark in made.side_car.remarks)


@pytest.mark.slow
def test_the_layout_from_before_2023_gives_the_same_incident(write):
    old = write(
        ACLED_ROW | {"data_id": "77", "event_id_no_cnty": "1", "iso3": "NOW", "inter1": "1", "inter2": "2",
                     "event_date": "17 January 2024"},
        {}, columns=OLD_ACLED, name="old.csv",
    )  # fmt: skip
    new = write(ACLED_ROW, {}, columns=acled.COLUMNS, name="new.csv")
    names = ["incident_id", "date", "place", "deaths", "side_a_kind", "coord_precision", "event_type"]
    assert imported(old).incidents[names].equals(imported(new, "other").incidents[names])


@pytest.mark.slow
@pytest.mark.parametrize("left_out", ["timestamp", "tags", "admin3"])
def test_variants_of_30_columns_are_read(acled_file, left_out):
    columns = [name for name in acled.COLUMNS if name != left_out]
    assert len(columns) == 30
    assert first(acled_file({}, columns=columns))["incident_id"] == "XAA1"


@pytest.mark.slow
def test_names_in_capitals_are_those_of_older_exports(write):
    row = {name.upper(): value for name, value in ACLED_ROW.items()}
    assert first(write(row, {}))["country"] == "Nowhere"


@pytest.mark.slow
def test_the_row_leads_back_to_the_file(acled_file):
    made = imported(acled_file({"event_date": "2024-01-20"}, {"event_id_cnty": "XAA2"}))
    row = made.incidents.set_index("incident_id").loc["XAA2"]
    assert (row["record_id"], row["record_file"], row["record_row"]) == ("XAA2", "file.csv", 3)


def test_a_monadic_export_is_refused(acled_file, write):
    twice = [
        {"event_id_cnty": f"X{n}", "actor1": actor} for n in range(4) for actor in ("Army of Nowhere", "Red Group")
    ]
    with pytest.raises(InputError, match="monadic"):
        imported(acled_file(*twice))
    columns = [name for name in acled.COLUMNS if name not in ("actor2", "assoc_actor_2", "inter2")]
    with pytest.raises(InputError, match="monadic"):
        imported(acled_file({}, columns=columns))


@pytest.mark.slow
def test_all_bad_rows_are_told_at_once_the_most_frequent_first(acled_file):
    path = acled_file(
        *({"event_id_cnty": f"XB{n}", "time_precision": "7"} for n in range(4)),
        {"event_id_cnty": "XC1", "latitude": "0", "longitude": "0"},
        {"event_id_cnty": "XC2", "latitude": "120", "longitude": "20"},
        {"event_id_cnty": "XC3", "event_date": "0025-03-04"},
        {"event_id_cnty": "XC4", "event_date": "2999-03-04"},
        {"event_id_cnty": "XC5", "fatalities": "some"},
        {},
    )
    with pytest.raises(RefusedRows) as error:
        imported(path)
    lines = str(error.value).splitlines()
    assert lines[0] == "9 of 10 rows cannot be taken:"
    assert lines[1] == ("  4 x time_precision: one of 1, 2, 3, or empty (row 2: '7'; row 3: '7'; row 4: '7' ...)")
    told = str(error.value)
    for part in ("0, 0", "look swapped", "0025-03-04", "2999-03-04", "'some'"):
        assert part in told
    assert not (path.parent / "to").exists()


@pytest.mark.slow
def test_bad_rows_can_be_left_out_and_are_listed_then(acled_file):
    made = imported(acled_file({"time_precision": "7"}, {"event_id_cnty": "XAA2"}), leave_out=True)
    assert made.incidents["incident_id"].tolist() == ["XAA2"]
    assert made.side_car.refused[0]["rows"] == 1
    refused = next(text for path, text in made.files.items() if path.name == "refused.csv")
    assert refused.splitlines()[1] == 'file.csv,2,time_precision,7,"one of 1, 2, 3, or empty"'


@pytest.mark.slow
def test_equal_rows_of_overlapping_downloads_count_once_and_others_are_refused(acled_file, write):
    one = write(ACLED_ROW, {}, {"event_id_cnty": "XAA2"}, name="one.csv")
    two = write(ACLED_ROW, {"event_id_cnty": "XAA2"}, {"event_id_cnty": "XAA3"}, name="two.csv")
    made = import_database("acled", [one, two], one.parent / "to")
    assert made.incidents["incident_id"].tolist() == ["XAA1", "XAA2", "XAA3"]
    differs = write(ACLED_ROW, {"event_id_cnty": "XAA2", "fatalities": "9"}, name="three.csv")
    with pytest.raises(RefusedRows, match="each id once"):
        import_database("acled", [one, differs], one.parent / "to")


@pytest.mark.slow
def test_acled_rows_may_not_be_passed_on(acled_file):
    assert imported(acled_file({})).side_car.rows_may_be_passed_on is False


def test_another_table_is_told_what_it_lacks(write):
    with pytest.raises(InputError, match="no export of ACLED: it has no column event_id_cnty"):
        imported(write({"id": "1", "date": "2024-01-01"}, {}))


class TestCoverage:
    def brought(self, tmp_path, acled_file):
        rows = ({"event_date": "1998-05-01", "country": "Kenya"},
                {"event_id_cnty": "XAA2", "event_date": "2019-05-01", "country": "Serbia"})  # fmt: skip
        write_import(import_database("acled", [acled_file(*rows)], tmp_path / "to"))
        return tmp_path / "to" / "coverage.csv"

    @pytest.mark.slow
    def test_days_before_acled_codes_a_country_are_not_searched(self, tmp_path, acled_file):
        path = self.brought(tmp_path, acled_file)
        dataset = open_folder(path.parent)
        periods = count(dataset.incidents, "quarter", by="country", coverage=view_coverage(dataset, View()))
        searched = periods.dropna(subset="count").groupby("country", observed=True)["start"].min().dt.year
        assert searched.to_dict() == {"Kenya": 1998, "Serbia": 2018}

    @pytest.mark.slow
    def test_a_row_of_ones_own_is_kept_and_rows_of_the_import_follow_the_table(self, tmp_path, acled_file):
        path = self.brought(tmp_path, acled_file)
        path.write_text(path.read_text().replace("Kenya", "Ghana"))
        assert "Kenya" in self.brought(tmp_path, acled_file).read_text()
        edited = path.read_text() + "itemised,Ghana,1997-01-01,2019-05-01,sparse,my own\n"
        path.write_text(edited)
        assert self.brought(tmp_path, acled_file).read_text() == edited

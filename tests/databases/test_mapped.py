import pandas as pd
import pytest
import yaml

from analysis.databases.mapping import read_mapping
from analysis.databases.refusals import RefusedRows
from analysis.databases.suggestion import suggest_mapping
from analysis.databases.table_files import read_table_file
from analysis.databases.table_import import import_database
from analysis.evidence.errors import InputError

PLAIN = {"title": "Made up", "one_row": "an attack", "date": "day", "id": "no"}


@pytest.fixture
def bring(tmp_path):
    """Imports a CSV text with a mapping; returns what was made."""

    def build(text: str, mapping: dict, **options):
        (tmp_path / "table.csv").write_text(text)
        (tmp_path / "map.yml").write_text(yaml.safe_dump({**PLAIN, **mapping}))
        return import_database("table", [tmp_path / "table.csv"], tmp_path / "to",
                               mapping=read_mapping(tmp_path / "map.yml"), **options)  # fmt: skip

    return build


def reaches(made):
    rows = made.incidents.sort_values("record_row")
    return [f"{row.date_start:%Y-%m-%d}..{row.date_end:%Y-%m-%d}" for row in rows.itertuples()]


def test_values_are_translated_and_others_kept(bring):
    made = bring("no,day,kind\n1,2024-01-02,UAV\n2,2024-01-03,other\n",
                 {"fields": {"weapon": {"column": "kind", "values": {"UAV": "drone"}}}})  # fmt: skip
    assert made.incidents["weapon"].tolist() == ["drone", "other"]


def test_a_constant_fills_every_row(bring):
    made = bring("no,day\n1,2024-01-02\n", {"fields": {"country": {"value": "Nowhere"}}})
    assert made.incidents["country"].tolist() == ["Nowhere"]


@pytest.mark.slow
def test_an_ambiguous_format_is_asked_for_and_never_guessed(bring):
    text = "no,day\n1,03-04-2021\n2,05-06-2021\n"
    with pytest.raises(InputError, match='"%d-%m-%Y" and "%m-%d-%Y" both read all of them and mean different days'):
        bring(text, {})
    made = bring(text, {"date": {"column": "day", "format": "%d-%m-%Y"}})
    assert reaches(made) == ["2021-04-03..2021-04-03", "2021-06-05..2021-06-05"]
    assert "would read it too, with other days" in " ".join(made.side_car.remarks)


def test_a_format_without_a_day_means_its_month_or_year(bring):
    made = bring(
        "no,day\n1,2021-03-04\n2,2021-03\n3,2021\n", {"date": {"column": "day", "format": ["%Y-%m-%d", "%Y-%m", "%Y"]}}
    )
    assert reaches(made) == ["2021-03-04..2021-03-04", "2021-03-01..2021-03-31", "2021-01-01..2021-12-31"]


def test_mixed_formats_must_be_listed(bring):
    with pytest.raises(InputError, match="no single format reads all of them"):
        bring("no,day\n1,13/04/2021\n2,2021-03-04\n3,April 2 2021\n", {})


def test_precision_codes_widen_the_day(bring):
    made = bring("no,day,prec\n1,2021-03-14,A\n2,2021-03-14,B\n",
                 {"date": {"day": "day",
                           "precision": {"column": "prec", "values": {"A": "day", "B": "month"}}}})  # fmt: skip
    assert reaches(made) == ["2021-03-14..2021-03-14", "2021-03-01..2021-03-31"]


def test_a_start_and_an_end_are_a_range_and_an_empty_end_is_the_start(bring):
    made = bring("no,a,b\n1,2021-03-14,2021-03-16\n2,2021-03-15,\n", {"date": {"start": "a", "end": "b"}})
    assert reaches(made) == ["2021-03-14..2021-03-16", "2021-03-15..2021-03-15"]


def test_an_end_before_the_start_is_refused(bring):
    with pytest.raises(RefusedRows, match="an end that is not before the start"):
        bring("no,a,b\n1,2021-03-14,2021-03-10\n", {"date": {"start": "a", "end": "b"}})


def test_year_month_and_day_may_be_columns_with_parts_unknown(bring):
    made = bring(
        "no,y,m,d\n1,2021,March,4\n2,2021,3,0\n3,2021,,\n", {"date": {"year": "y", "month": "m", "day_of_month": "d"}}
    )
    assert reaches(made) == ["2021-03-04..2021-03-04", "2021-03-01..2021-03-31", "2021-01-01..2021-12-31"]


def test_decimal_commas_are_read_where_the_mapping_says_so(bring):
    fields = {name: {"column": name, "decimal": ","} for name in ("latitude", "longitude")}
    made = bring('no,day,latitude,longitude\n1,2021-03-04,"36,19","44,01"\n', {"fields": fields})
    assert made.incidents[["latitude", "longitude"]].to_numpy().tolist() == [[36.19, 44.01]]


def test_further_columns_are_kept_and_weights_are_numbers(bring):
    made = bring("no,day,fired,note2,date\n1,2021-03-04,7,hello,x\n", {"weights": ["fired"]})
    assert made.incidents[["fired", "note2", "date_"]].to_numpy().tolist() == [[7.0, "hello", "x"]]


def test_rows_that_share_an_id_need_a_rule(bring):
    text = "no,day,a\n1,2021-03-04,\n1,2021-03-04,x\n2,2021-03-05,y\n"
    with pytest.raises(RefusedRows, match="2 x incident_id: each id once"):
        bring(text, {})
    assert bring(text, {"more_rows": "first"}).incidents["a"].isna().tolist() == [True, False]
    joined = bring(text, {"more_rows": "join"})
    assert joined.incidents["a"].tolist() == ["x", "y"]
    assert "1 rows share the id of another row" in " ".join(joined.side_car.remarks)


def test_unknown_is_no_place(bring):
    made = bring(
        "no,day,town\n1,2021-03-04,Unknown\n2,2021-03-05,NA\n3,2021-03-06,Alpha\n", {"fields": {"place": "town"}}
    )
    assert made.incidents["place"].isna().tolist() == [True, True, False]


def test_only_chooses_rows_and_says_how_many_it_leaves_out(bring):
    made = bring("no,day,k\n1,2021-03-04,a\n2,2021-03-05,b\n", {"only": {"k": ["a"]}})
    assert len(made.incidents) == 1
    assert "1 rows are left out" in " ".join(made.side_car.remarks)


def test_without_an_id_the_row_is_the_id(bring):
    assert bring("day\n2021-03-04\n", {"id": []}).incidents["incident_id"].tolist() == ["row-2"]


def test_a_lone_day_far_from_the_others_is_warned_of(bring):
    text = "no,day\n1,1925-03-04\n" + "".join(f"{n},2025-03-0{n}\n" for n in range(2, 7))
    assert "1925-03-04 stands far from all other days (table.csv, row 2)" in " ".join(bring(text, {}).side_car.remarks)


def test_a_mapping_names_columns_that_are_there(bring):
    with pytest.raises(InputError, match="does not have: 'dy', did you mean 'day'"):
        bring("no,day\n1,2021-03-04\n", {"date": "dy"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"titel": "x"}, "titel: is no key; did you mean 'title'"),
        ({"fields": {"wepon": "a"}}, "'wepon' is no field; did you mean 'weapon'"),
        ({"date": {"end": "a"}}, "give one of: day; start"),
        ({"more_rows": "all"}, "more_rows: is 'all'; allowed: 'refuse', 'first' or 'join'"),
        ({"date": {"day": "a", "precision": {"column": "b", "values": {"1": "moon"}}}}, "is 'moon'; allowed: 'day'"),
        ({"one_row": None}, "one_row"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_by_key(tmp_path, change, said):
    (tmp_path / "map.yml").write_text(yaml.safe_dump({**PLAIN, **change}))
    with pytest.raises(InputError, match="cannot be used") as error:
        read_mapping(tmp_path / "map.yml")
    assert said in str(error.value)


@pytest.mark.slow
def test_a_suggested_mapping_imports_and_marks_what_is_unsure(tmp_path):
    path = tmp_path / "attacks_2024.csv"
    path.write_text(
        "Event ID,Event Date,Latitude,Longitude,City,Killed,Drones\n"
        "A1,03/04/2024,10.5,20.5,Alpha,3,12\nA2,05/04/2024,10.6,20.6,Beta,,3\n"
    )
    text = suggest_mapping(read_table_file(path))
    asked = '# unsure: "%d/%m/%Y" and "%m/%d/%Y" both fit and mean different days; add one as format:'
    assert f"  day: {{column: Event Date}}  {asked}" in text
    (tmp_path / "map.yml").write_text(text)
    with pytest.raises(InputError, match="both read all of them and mean different days"):
        import_database("table", [path], tmp_path / "to", mapping=read_mapping(tmp_path / "map.yml"))
    (tmp_path / "map.yml").write_text(text.replace("column: Event Date", 'column: Event Date, format: "%d/%m/%Y"'))
    made = import_database("table", [path], tmp_path / "to", mapping=read_mapping(tmp_path / "map.yml"))
    row = made.incidents.iloc[0]
    assert (row["incident_id"], row["place"], row["deaths"], row["latitude"]) == ("A1", "Alpha", 3, 10.5)
    assert row["date"] == pd.Timestamp("2024-04-03")
    assert row["Drones"] == "12"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "row", "day", "place", "north"),
    [
        (
            "Vorfall-Nr.;Datum;Ort;Breitengrad;Längengrad",
            "1;23.01.2024;Köln;50,938;6,957",
            "2024-01-23",
            "Köln",
            50.938,
        ),
        ("№\tДата\tГород\tШирота\tДолгота", "1\t24.02.2022\tКиев\t50,45\t30,52", "2022-02-24", "Киев", 50.45),
        ("id,fecha,lugar,lat,lon", "1,3 de enero de 2021,Tibú,8°39'N,72°44'W", "2021-01-03", "Tibú", 8.65),
        ("id,event_time,town", "1,2022-01-01T23:30:00-05:00,Alpha", "2022-01-01", "Alpha", None),
        ("id,fecha,municipio,coordenadas", "1,25/03/2021,Tibú,no", "2021-03-25", "Tibú", None),
        ("id,date,city,Lat/Long", '1,44259,Alpha,"36.1, 44.0"', "2021-03-04", "Alpha", 36.1),
        ("id,timestamp,city,coordinates", '1,1614816000,Alpha,"[44.0, 36.1]"', "2021-03-04", "Alpha", 36.1),
        ("Ref,Occurred On,City,Y,X", "1,12/25/2021 01:00:00 AM,Alpha,36.1,44.0", "2021-12-25", "Alpha", 36.1),
        ("رقم,تاريخ,المكان", "١,٢٠٢١-٠٣-٠٤,بغداد", "2021-03-04", "بغداد", None),
    ],
)
def test_a_suggestion_reads_other_languages_and_other_kinds_of_days(tmp_path, header, row, day, place, north):
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n")
    (tmp_path / "map.yml").write_text(suggest_mapping(read_table_file(tmp_path / "t.csv")))
    made = import_database("table", [tmp_path / "t.csv"], tmp_path / "to", mapping=read_mapping(tmp_path / "map.yml"))
    found = made.incidents.iloc[0]
    assert (f"{found['date']:%Y-%m-%d}", found["place"]) == (day, place)
    assert found.get("latitude") == north


def test_a_decimal_comma_in_a_coordinate_is_never_read_as_thousands(bring):
    fields = {"latitude": "lat", "longitude": "lon"}
    with pytest.raises(RefusedRows, match="a decimal comma is named in the mapping"):
        bring('no,day,lat,lon\n1,2021-03-04,"0,137","0,575"\n', {"fields": fields})


def test_ids_in_another_script_stay_apart_and_keep_their_text(bring):
    made = bring("no,day\nА-1,2021-03-04\nБ-1,2021-03-05\n", {})
    assert made.incidents["incident_id"].is_unique
    assert made.incidents["record_id"].tolist() == ["А-1", "Б-1"]


def test_equal_rows_are_two_events_where_the_table_has_no_id(bring):
    text = "day,place\n2021-03-04,Alpha\n2021-03-04,Alpha\n"
    kept = bring(text, {"id": []})
    assert len(kept.incidents) == 2
    assert "the table has no id, so each counts" in " ".join(kept.side_car.remarks)
    assert len(bring(text, {"id": [], "repeated": "drop"}).incidents) == 1
    assert len(bring("no," + text.replace("\n2", "\n1,2"), {}).incidents) == 1


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (["Post Date", "Incident date"], ["2023-10-09", "October 8 2023"], "Incident date"),
        (["Post Date", "Place"], ["2023-10-09", "X"], "Post Date"),
        (["Published", "When"], ["2023-10-09", "Monday, October 9, 2023"], "When"),
    ],
)
def test_the_day_of_the_event_is_suggested_before_the_day_of_the_report(tmp_path, header, row, expected):
    pd.DataFrame([row], columns=header).to_csv(tmp_path / "t.csv", index=False)
    said = yaml.safe_load(suggest_mapping(read_table_file(tmp_path / "t.csv")))
    assert said["date"]["day"]["column"] == expected


def test_ranges_of_deaths_keep_both_ends_and_other_words_are_refused(bring):
    fields = {"fields": {"deaths": "dead"}}
    made = bring("no,day,dead\n1,2024-01-02,5-10\n2,2024-01-03,3\n3,2024-01-04,unknown\n", fields)
    low, best, high = (made.incidents[name].tolist() for name in ("deaths_low", "deaths", "deaths_high"))
    assert (low[:2], high[:2], best[1]) == ([5, 3], [10, 3], 3)
    missing = made.incidents.isna()[["deaths", "deaths_low"]].to_numpy().tolist()
    assert missing == [[True, False], [False, False], [True, True]]
    assert "1 values of 'dead' are ranges" in " ".join(made.side_car.remarks)
    with pytest.raises(RefusedRows, match=r"'10\+'"):
        bring("no,day,dead\n1,2024-01-02,10+\n", fields)
    parts = {"deaths_low": {"column": "dead", "part": 1}, "deaths_high": {"column": "dead", "part": 2}}
    made = bring("no,day,dead\n1,2024-01-02,5 to 10\n2,2024-01-03,3\n", {"fields": parts})
    assert made.incidents[["deaths_low", "deaths_high"]].to_numpy().tolist() == [[5, 10], [3, 3]]


def test_points_that_lie_in_their_country_only_when_exchanged_are_refused_or_told(bring):
    fields = {"fields": {"country": "land", "latitude": "y", "longitude": "x"}}
    swapped = "".join(f"{n},2024-01-0{n},Kenya,36.{n},-1.{n}\n" for n in range(1, 7))
    with pytest.raises(RefusedRows, match="6 x y: a point in its country; latitude and longitude look swapped"):
        bring(f"no,day,land,y,x\n{swapped}", fields)
    made = bring("no,day,land,y,x\n1,2024-01-02,Kenya,36.8,-1.3\n2,2024-01-03,Kenya,-1.3,36.8\n", fields)
    assert "1 points lie in their country only with latitude and longitude exchanged" in " ".join(made.side_car.remarks)


def test_a_language_without_names_of_months_is_refused(bring):
    with pytest.raises(InputError, match="'xx' is no language; allowed: a code such as es, fr or ru"):
        bring("no,day\n1,3 de enero de 2021\n", {"date": {"column": "day", "language": "xx"}})

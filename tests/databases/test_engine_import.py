"""A large export goes through DuckDB by the rules of the import in pandas, and what it refuses is named."""

import pandas as pd
import pytest
from click.testing import CliRunner

import analysis as a
from analysis import InputError
from analysis.cli import main
from analysis.databases import normal_form_file
from analysis.databases.engine_import import import_acled_in_engine
from analysis.databases.side_car import read_side_car
from analysis.databases.table_import import import_database, write_import
from analysis.incidents.large_dataset import open_table
from tests.databases.conftest import GTD_ROW, UCDP_ROW

pytest.importorskip("ibis", reason="the extra `scale` is not installed")

ROW = {
    "event_id_cnty": "KEN1", "event_date": "2024-01-15", "time_precision": "1", "event_type": "Battles",
    "sub_event_type": "Armed clash", "actor1": "Group A", "inter1": "Rebel group", "actor2": "", "inter2": "0",
    "region": "Eastern Africa", "country": "Kenya", "admin1": "Garissa", "location": "Dadaab", "latitude": "0.05",
    "longitude": "40.3", "geo_precision": "1", "source": "A; B", "notes": "two lines\n of text", "fatalities": "0",
}  # fmt: skip
ROWS = [
    {},
    {"event_id_cnty": "KEN 2", "event_date": "15 January 2024", "time_precision": "2", "inter1": "2"},
    {
        "event_id_cnty": "KEN3",
        "time_precision": "3",
        "geo_precision": "3",
        "fatalities": "12.0",
        "inter1": "Protestors",
    },
    {"event_id_cnty": "KEN4", "latitude": "", "longitude": "NA", "admin1": "unknown", "fatalities": ""},
]


def write(path, rows):
    pd.DataFrame([ROW | each for each in rows]).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_the_engine_gives_what_the_import_of_a_frame_gives(tmp_path):
    file = write(tmp_path / "acled.csv", ROWS)
    made = import_acled_in_engine([file], tmp_path / "large", downloaded="2024-03-01")
    plain = import_database("acled", [file], tmp_path / "small", downloaded="2024-03-01").incidents
    same_as_a_frame(open_table(tmp_path / "large").incidents.execute(), plain)
    assert (made.rows_read, made.rows_kept) == (4, 4)
    assert read_side_car(tmp_path / "large") == made


def same_as_a_frame(table, plain):
    """An engine's table in the order of a frame has its rows; what the frame leaves out is empty."""
    table = table.sort_values(["date", "incident_id"], ignore_index=True)
    further = set(table.columns) - set(plain.columns)
    assert table[sorted(further)].isna().all(axis=None)
    same = table[list(plain.columns)].astype({name: "datetime64[us]" for name in ("date", "date_start", "date_end")})
    texts = dict.fromkeys(plain.select_dtypes("str").columns, "str")
    pd.testing.assert_frame_equal(same.astype(texts), plain.astype(texts), check_dtype=False)


@pytest.mark.slow
def test_files_are_joined_by_the_names_of_their_columns(tmp_path):
    one, other = write(tmp_path / "one.csv", ROWS[:2]), tmp_path / "other.csv"
    turned = pd.DataFrame([ROW | each for each in ROWS[2:]])[list(ROW)[::-1]]
    turned.drop(columns=["fatalities", "inter2"]).to_csv(other, index=False)
    import_acled_in_engine([one, other], tmp_path / "large", downloaded="2024-03-01")
    plain = import_database("acled", [one, other], tmp_path / "small", downloaded="2024-03-01").incidents
    table = open_table(tmp_path / "large").incidents.execute()
    same_as_a_frame(table, plain)
    assert table.set_index("incident_id")["deaths"].isna().to_dict() == {
        "KEN1": False, "KEN-2": False, "KEN3": True, "KEN4": True,
    }  # fmt: skip


@pytest.mark.slow
def test_what_cannot_be_taken_is_named_and_nothing_is_written(tmp_path):
    wrong = [
        {"event_date": "someday"},
        {"event_id_cnty": "K2", "latitude": "95"},
        {"event_id_cnty": "K3", "fatalities": "-1"},
    ]
    file = write(tmp_path / "acled.csv", [*ROWS, *wrong])
    with pytest.raises(InputError, match="3 of 7 rows cannot be taken") as refused:
        import_acled_in_engine([file], tmp_path / "large", downloaded="2024-03-01")
    for words in ("row 6: 'someday'", "-90 to 90", "'-1'"):
        assert words in str(refused.value)
    assert list((tmp_path / "large").iterdir()) == []
    made = import_acled_in_engine([file], tmp_path / "large", downloaded="2024-03-01", leave_out=True)
    assert made.rows_kept == len(open_table(tmp_path / "large").incidents.execute()) == 4
    assert len(made.refused) == 3


@pytest.mark.slow
def test_beside_the_table_stand_the_files_that_stand_beside_any_import(tmp_path):
    rows = [*ROWS, {"event_id_cnty": "K2", "latitude": "95", "country": "Serbia"}, {"fatalities": "3"},
            {"event_id_cnty": "SRB1", "country": "Serbia", "event_date": "2019-05-01"}]  # fmt: skip
    file = write(tmp_path / "acled.csv", rows)
    asked = {"downloaded": "2024-03-01", "leave_out": True}
    import_acled_in_engine([file], tmp_path / "large", **asked)
    write_import(import_database("acled", [file], tmp_path / "small", **asked))
    for name in ("about.yml", "coverage.csv"):
        large, small = ((tmp_path / each / name).read_text(encoding="utf-8") for each in ("large", "small"))
        assert large == small
    large, small = (pd.read_csv(tmp_path / each / "refused.csv", dtype=str) for each in ("large", "small"))
    same = ["record_file", "record_row", "value"]
    assert list(large.columns) == list(small.columns)
    assert large[same].to_numpy().tolist() == small[same].to_numpy().tolist()
    assert list(large["record_row"]) == ["2", "6", "7"]
    (tmp_path / "large" / "about.yml").write_text("title: Mine\n", encoding="utf-8")
    own = "counter,scope,start,end,density,basis\nitemised,all,2019-01-01,2024-03-01,days,I looked\n"
    (tmp_path / "large" / "coverage.csv").write_text(own, encoding="utf-8")
    import_acled_in_engine([file], tmp_path / "large", **asked)
    assert (tmp_path / "large" / "about.yml").read_text(encoding="utf-8") == "title: Mine\n"
    assert (tmp_path / "large" / "coverage.csv").read_text(encoding="utf-8") == own


def test_an_id_that_stands_twice_is_refused(tmp_path):
    file = write(tmp_path / "acled.csv", [*ROWS, {"fatalities": "3"}])
    with pytest.raises(InputError, match="2 x event_id_cnty: each id once"):
        import_acled_in_engine([file], tmp_path / "large", downloaded="2024-03-01")


@pytest.mark.slow
def test_texts_are_trimmed_and_a_quote_may_come_late(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.databases.engine_import.SNIFFED", 2)
    plain = {name: "Group A" for name in ("notes", "source", "admin1", "location")}
    texts = {"notes": "\u00a0said, and\tsaid ", "location": "Málaga é", "admin1": " ", "source": 'the "Post"'}
    rows = [plain | {"event_id_cnty": f"K{n}"} for n in range(3000)]
    file = write(tmp_path / "acled.csv", [*rows, texts | {"event_id_cnty": "LATE"}])
    import_acled_in_engine([file], tmp_path / "large", downloaded="2024-03-01")
    table = open_table(tmp_path / "large").incidents.execute().set_index("record_id")
    found = table.loc["LATE", ["note", "place", "admin1", "source"]].tolist()
    assert found[:2] + found[3:] == ["said, and said", "Málaga é", 'the "Post"'] and pd.isna(found[2])
    assert table.loc["K7", ["note", "place"]].tolist() == ["Group A", "Group A"]


@pytest.mark.slow
def test_the_command_imports_to_parquet_and_the_pauses_of_it_are_found(tmp_path):
    days = pd.date_range("2022-01-01", "2023-06-30")
    busy = days[(days < "2022-07-01") | (days >= "2022-12-01")].repeat(2)
    rows = [{"event_id_cnty": f"KEN{n}", "event_date": f"{day:%Y-%m-%d}"} for n, day in enumerate(busy)]
    file = write(tmp_path / "acled.csv", rows)
    words = ["import", "acled", str(file), "--to", str(tmp_path / "kenya"), "--downloaded", "2024-03-01", "--parquet"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "kenya" / "incidents.csv").exists()
    out = tmp_path / "found"
    done = CliRunner().invoke(main, ["pauses", str(tmp_path / "kenya"), "--by", "country,actor", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "1 pauses announced in 1 series" in done.output
    found = pd.read_csv(out / "pauses.csv")
    assert found[["onset", "ending"]].to_numpy().tolist() == [["2022-07-01", "2022-12-01"]]
    assert "Kenya" in (out / "pauses.html").read_text(encoding="utf-8")
    assert (out / "pauses.pdf").read_bytes().startswith(b"%PDF")


def test_a_folder_that_cannot_be_opened_says_why(tmp_path):
    with pytest.raises(InputError, match="no incidents.parquet"):
        a.open_table(tmp_path)
    write(tmp_path / "incidents.csv", [{}])
    with pytest.raises(InputError, match="no column incident_id, date"):
        a.open_table(tmp_path)
    with pytest.raises(InputError, match="allowed: duckdb, spark"):
        a.open_table(tmp_path, engine="oracle")


@pytest.mark.slow
@pytest.mark.parametrize("source", ["ucdp", "gtd", "table"])
def test_any_import_past_a_size_is_written_as_parquet_and_opened_in_the_engine(tmp_path, monkeypatch, source):
    rows = {"ucdp": UCDP_ROW, "gtd": GTD_ROW, "table": {"when": "2024-01-17", "land": "Nowhere", "dead": "2"}}[source]
    file = tmp_path / "rows.csv"
    pd.DataFrame([rows]).to_csv(file, index=False)
    (tmp_path / "map.yml").write_text(
        "title: Events\none_row: one event\ndate: when\nfields: {country: land, deaths: dead}\n"
    )
    words = ["import", source, str(file), *(["--map", str(tmp_path / "map.yml")] if source == "table" else [])]
    small, large = tmp_path / "small", tmp_path / "large"
    assert CliRunner().invoke(main, [*words, "--to", str(small)]).exit_code == 0
    monkeypatch.setattr(normal_form_file, "LARGE_BYTES", 10)
    done = CliRunner().invoke(main, [*words, "--to", str(large)])
    assert done.exit_code == 0, done.output
    assert (small / "incidents.csv").is_file() and not (large / "incidents.csv").exists()
    engine, frame = open_table(large).incidents, a.open_folder(small).incidents
    counted = a.count(engine, "month", "country")
    pd.testing.assert_frame_equal(counted, a.count(frame, "month", "country"), check_dtype=False)
    if source != "table":  # it states no places
        assert a.by_place(engine)["count"].tolist() == [1]
    with pytest.raises(InputError, match="open_table opens its incidents.parquet"):
        a.open_folder(large)
    assert engine.execute()["deaths"].tolist() == frame["deaths"].tolist() == [2]
    again = CliRunner().invoke(main, [*words, "--to", str(large)])
    assert "1 the same" in again.output
    refused = CliRunner().invoke(main, [*words, "--csv", "--to", str(large)])
    assert refused.exit_code != 0 and "holds an incidents.parquet" in str(refused.output) + str(refused.exception)

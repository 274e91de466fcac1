import json
from importlib.util import find_spec

import pandas as pd
import pytest

from analysis.databases.table_files import read_table_file
from analysis.evidence.errors import InputError

PARQUET = find_spec("pyarrow") is not None  # the extra `parquet`; with it pandas keeps text in another form
TEXT = "id;day;ort\n1;2024-01-02;Köln\n2;2024-01-03;Rhône\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("latin-1", "Windows-1252")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_is_found(tmp_path, encoding, said, delimiter):
    path = tmp_path / "table.csv"
    path.write_bytes(TEXT.replace(";", delimiter).encode(encoding))
    found = read_table_file(path)
    assert found.rows["ort"].tolist() == ["Köln", "Rhône"]
    assert found.rows["record_row"].tolist() == [2, 3]
    assert (said in " ".join(found.remarks)) == bool(said) or not said


def test_what_is_neither_utf_8_nor_utf_16_is_said(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(TEXT.encode("latin-1"))
    assert "read as Windows-1252; no file says so itself, so check its accents" in " ".join(
        read_table_file(path).remarks
    )


def test_blank_lines_and_columns_that_a_spreadsheet_adds_are_left_out_and_rows_keep_their_number(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,day,,\n1,2024-01-02,,\n,,,\n2,2024-01-03,,\n\n")
    found = read_table_file(path)
    assert list(found.rows.columns[:2]) == ["id", "day"]
    assert len(found.rows.columns) == 4
    assert found.rows["record_row"].tolist() == [2, 4]


def test_a_column_without_a_name_but_with_values_is_kept(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,\n1,typed\n")
    assert read_table_file(path).rows["column 2"].tolist() == ["typed"]


def test_notes_with_line_breaks_and_delimiters_stay_one_field(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('id,note\n1,"two\nlines, one; note"\n2,b\n')
    found = read_table_file(path)
    assert found.rows["note"].tolist() == ["two\nlines, one; note", "b"]
    assert found.rows["record_row"].tolist() == [2, 3]


def test_rows_of_another_length_are_named(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,day\n1,2\n1\n1,2,3\n")
    with pytest.raises(
        InputError, match=r"2 rows have another number of fields than the 2 of the header: rows 3 \(1\), 4 \(3\)"
    ):
        read_table_file(path)


def test_the_same_rows_come_from_every_kind_of_file(tmp_path):
    frame = pd.DataFrame(
        {"id": ["a", "b"], "n": [1, 2], "x": [1.5, None], "day": pd.to_datetime(["2024-01-02", "2024-01-03"])}
    )
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    kinds = ["xlsx", "jsonl", "json"]
    if PARQUET:
        frame.to_parquet(tmp_path / "t.parquet")
        kinds.append("parquet")
    records = [{"id": "a", "n": 1, "x": 1.5, "day": "2024-01-02"}, {"id": "b", "n": 2, "x": None, "day": "2024-01-03"}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    (tmp_path / "t.json").write_text(json.dumps(records))
    for suffix in kinds:
        rows = read_table_file(tmp_path / f"t.{suffix}").rows
        assert rows[["id", "n", "x", "day"]].to_numpy().tolist() == [
            ["a", "1", "1.5", "2024-01-02"], ["b", "2", "", "2024-01-03"],
        ]  # fmt: skip


def test_a_spreadsheet_with_two_full_sheets_asks_which(tmp_path):
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name in ("one", "two"):
            pd.DataFrame({"id": [name]}).to_excel(writer, sheet_name=name, index=False)
    with pytest.raises(InputError, match="the sheets one, two hold rows: say which one"):
        read_table_file(path)
    assert read_table_file(path, sheet="two").rows["id"].tolist() == ["two"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"id,day\n", "holds no row"),
        ("t.pdf", b"%PDF", ".pdf is not read"),
        ("t.csv", b"PK\x03\x04\x00\x00\x00\x00", "no text"),
        ("t.xlsx", b"not one", "no spreadsheet that can be read"),
        (
            "t.parquet",
            b"not one",
            "no Parquet file that can be read" if PARQUET else "pip install pyarrow",
        ),
        ("t.jsonl", b'{"a": 1}\n{"a"\n', "line 2"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_table_file(tmp_path / name)


def test_a_second_column_of_one_name_is_kept_under_a_name_of_its_own(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,place,place\n1,a,b\n")
    found = read_table_file(path)
    assert found.rows[["place", "place 2"]].to_numpy().tolist() == [["a", "b"]]
    assert "more than once; the second is called 'place 2'" in " ".join(found.remarks)


ODD = {  # what is in the file, and the rows that it holds
    "titles.csv": ("Attacks of 2021,,\nSource: a ministry,,\n,,\nno,day,place\n1,2021-03-04,Alpha\n",
                   "1,2021-03-04,Alpha"),
    "notes.csv": ("no;day;place\n1;2021-03-04;Alpha\n\nSource: a ministry\n", "1,2021-03-04,Alpha"),
    "behind.csv": ("no,day,place\n1,2021-03-04,Alpha,\n", "1,2021-03-04,Alpha"),
    "joined.csv": ("\ufeffno,day,place\n\ufeff1,2021-03-04,Alpha\n", "1,2021-03-04,Alpha"),
    "nested.jsonl": ('{"no": 1, "when": {"day": "2021-03-04"}, "at": {"place": "Alpha"}}\n', "1,2021-03-04,Alpha"),
    "points.geojson": (
        json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"no": 1, "day": "2021-03-04"},
             "geometry": {"type": "Point", "coordinates": [44.1, 36.2]}}]}),
        "44.1,36.2,1,2021-03-04",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_files_hold_their_rows_and_nothing_else(tmp_path, name):
    content, held = ODD[name]
    (tmp_path / name).write_text(content)
    found = read_table_file(tmp_path / name)
    assert [",".join(row) for row in found.rows.drop(columns=["record_file", "record_row"]).to_numpy()] == [held]
    assert ("above it stands 'Attacks of 2021 / Source: a ministry'" in str(found.remarks)) == (name == "titles.csv")
    assert ("below the table are left out: 'Source: a ministry'" in str(found.remarks)) == (name == "notes.csv")


def test_rows_below_a_title_keep_the_number_that_a_spreadsheet_shows(tmp_path):
    (tmp_path / "t.csv").write_text(ODD["titles.csv"][0])
    assert read_table_file(tmp_path / "t.csv").rows["record_row"].tolist() == [5]


def test_a_header_of_two_rows_becomes_one(tmp_path):
    rows = [["When", None, "Killed", None], ["first", "last", "army", "others"], ["2021-03-04", None, 1, 2]]
    pd.DataFrame(rows).to_excel(tmp_path / "t.xlsx", header=False, index=False)
    found = read_table_file(tmp_path / "t.xlsx").rows
    assert list(found.columns[:4]) == ["When first", "When last", "Killed army", "Killed others"]
    assert found["record_row"].tolist() == [3]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", '"no,day"\n"1,2021-03-04"\n', "whole rows stand in quotation marks"),
        ("t.csv", "no^day\n1^2021-03-04\n", "'\\^' is no delimiter that is known here"),
        ("t.xls", "<html><table></table></html>", "a web page; save it again as CSV"),
        ("t.zip", "PK", "is packed: unpack it"),
    ],
)
def test_what_only_looks_like_a_table_is_refused_with_the_way_out(tmp_path, name, content, said):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=said):
        read_table_file(tmp_path / name)


def test_the_only_list_of_objects_in_an_object_holds_the_rows(tmp_path):
    (tmp_path / "t.json").write_text('{"schema_version": 1, "videos": [{"id": "a", "at": {"town": "X"}}, {"id": "b"}]}')
    rows = read_table_file(tmp_path / "t.json").rows
    assert rows[["id", "at.town"]].to_numpy().tolist() == [["a", "X"], ["b", ""]]

"""An export holds incidents, claims and sources; a spreadsheet runs none of it, and it appears whole or not at all."""

import importlib.util
import io
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.incidents.claim_search import search_claims
from analysis.incidents.dataset import open_folder
from analysis.incidents.export import export
from analysis.incidents.trace import claims_of_incidents
from analysis.incidents.views import View, select


@pytest.fixture
def jordan(dataset):
    return select(dataset, View(countries="Jordan"))


@pytest.fixture
def hostile(dataset, jordan):
    """The dataset with notes that a spreadsheet would run, and that XML cannot hold."""
    claims = dataset.evidence.claims.assign(note='=HYPERLINK("http://x","\x07 y")')
    return replace(dataset, evidence=replace(dataset.evidence, claims=claims))


def test_a_csv_file_has_a_row_for_each_claim(dataset, jordan, tmp_path):
    path = export(dataset, jordan, tmp_path / "a.csv")
    rows = pd.read_csv(path, dtype=str)
    claims = claims_of_incidents(dataset, jordan)
    assert rows["claim_id"].tolist() == claims["claim_id"].tolist()
    assert set(rows["incident_id"]) == set(jordan["incident_id"])
    assert rows["us_injured"].unique().tolist() == [str(jordan["us_injured"].iloc[0])]
    assert rows["claim_us_injured"].dropna().astype(int).tolist() == claims["us_injured"].dropna().tolist()
    assert rows["url"].dropna().tolist() == claims["url"].dropna().tolist()
    assert rows["date"].unique().tolist() == ["2024-01-28"]


def test_a_table_without_claims_keeps_every_incident(other_conflict, tmp_path):
    bare = open_folder(other_conflict)
    for ending in ("csv", "geojson", "xlsx"):
        export(bare, bare.incidents, tmp_path / f"a.{ending}")
    assert pd.read_csv(tmp_path / "a.csv")["incident_id"].tolist() == bare.incidents["incident_id"].tolist()
    features = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert [each["id"] for each in features] == bare.incidents["incident_id"].tolist()


def test_a_geojson_file_has_a_feature_for_each_incident_with_its_claims(dataset, tmp_path):
    incidents = select(dataset, View())
    made = json.loads(export(dataset, incidents, tmp_path / "a.geojson").read_text())
    assert made["type"] == "FeatureCollection"
    assert len(made["features"]) == len(incidents)
    for feature, row in zip(made["features"], incidents.itertuples(), strict=True):
        known = pd.notna(row.latitude)
        assert feature["geometry"] == (
            {"type": "Point", "coordinates": [row.longitude, row.latitude]} if known else None
        )
        assert [each["claim_id"] for each in feature["properties"]["claims"]] == sorted(row.claims.split("|"))
    assert None in [feature["geometry"] for feature in made["features"]]


def test_claims_that_were_found_are_exported_with_their_incidents(dataset, tmp_path):
    found = search_claims(dataset, "tower 22")
    rows = pd.read_csv(export(dataset, found, tmp_path / "a.csv"), dtype=str)
    assert sorted(rows["claim_id"]) == sorted(found["claim_id"])
    features = json.loads(export(dataset, found, tmp_path / "a.geojson").read_text())["features"]
    assert {each["id"] for each in features} == set(found["incident_id"])
    assert sum(len(each["properties"]["claims"]) for each in features) == len(found)


def test_text_is_no_formula_in_csv_and_xlsx(hostile, jordan, tmp_path):
    rows = pd.read_csv(export(hostile, jordan, tmp_path / "a.csv"), dtype=str)
    assert rows["note"].str.startswith("'=HYPERLINK").all()
    sheet = openpyxl.load_workbook(export(hostile, jordan, tmp_path / "a.xlsx"))["claims"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert '\'=HYPERLINK("http://x","\ufffd y")' in [cell.value for cell in cells]


def test_an_xlsx_file_has_a_sheet_of_incidents_and_one_of_claims(dataset, jordan, tmp_path):
    content = export(dataset, jordan, tmp_path / "a.xlsx").read_bytes()
    sheets = pd.read_excel(io.BytesIO(content), sheet_name=None)
    assert list(sheets) == ["incidents", "claims"]
    assert sheets["incidents"]["incident_id"].tolist() == jordan["incident_id"].tolist()
    assert sheets["claims"]["claim_id"].tolist() == claims_of_incidents(dataset, jordan)["claim_id"].tolist()


def test_without_openpyxl_an_xlsx_file_is_refused_and_nothing_is_written(dataset, jordan, tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "openpyxl" else found(name))
    with pytest.raises(InputError, match="needs openpyxl, which is not installed: pip install openpyxl, or write .csv"):
        export(dataset, jordan, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_exported_is_refused_and_the_file_stays(dataset, jordan, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("kept")
    strange = jordan.assign(incident_id="I20990101-nowhere")
    wrong = [
        (strange, "no incident 'I20990101-nowhere'"),
        (pd.DataFrame(), "rows has no column 'incident_id'"),
        ("rows", "rows is 'rows'; allowed: incidents or claims"),
    ]
    for rows, said in wrong:
        with pytest.raises(InputError, match=said):
            export(dataset, rows, path)
    with pytest.raises(InputError, match="path ends in '.pdf'; allowed: .csv, .geojson, .xlsx"):
        export(dataset, jordan, tmp_path / "a.pdf")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        export(dataset, jordan, tmp_path / "b.csv")
    assert path.read_text() == "kept"

"""Synthetic files in the exact layouts of public databases; every row is made up."""

import pandas as pd
import pytest

from analysis.databases import acled, ucdp

ACLED_ROW = {
    "event_id_cnty": "XAA1", "event_date": "2024-01-17", "year": "2024", "time_precision": "1",
    "disorder_type": "Political violence", "event_type": "Battles", "sub_event_type": "Armed clash",
    "actor1": "Army of Nowhere", "assoc_actor_1": "", "inter1": "State forces", "actor2": "Red Group",
    "assoc_actor_2": "", "inter2": "Rebel group", "interaction": "State forces-Rebel group", "civilian_targeting": "",
    "iso": "999", "region": "Middle East", "country": "Nowhere", "admin1": "North", "admin2": "", "admin3": "",
    "location": "Alpha", "latitude": "10.5", "longitude": "20.25", "geo_precision": "1", "source": "A paper",
    "source_scale": "National", "notes": "A made up clash.", "fatalities": "2", "tags": "", "timestamp": "1700000000",
}  # fmt: skip
OLD_ACLED = (
    "data_id", "iso", "event_id_cnty", "event_id_no_cnty", "event_date", "year", "time_precision", "event_type",
    "sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction", "region",
    "country", "admin1", "admin2", "admin3", "location", "latitude", "longitude", "geo_precision", "source",
    "source_scale", "notes", "fatalities", "timestamp", "iso3",
)  # fmt: skip
UCDP_ROW = {name: "" for name in ucdp.COLUMNS} | {
    "id": "1001", "relid": "NOW-2024-1-1", "year": "2024", "active_year": "1", "code_status": "Clear",
    "type_of_violence": "1", "conflict_name": "Nowhere: Government", "dyad_name": "Government of Nowhere - Red Group",
    "side_a": "Government of Nowhere", "side_b": "Red Group",
    "number_of_sources": "2", "source_article": "A paper, 2024",
    "where_prec": "1", "where_coordinates": "Alpha town", "adm_1": "North", "latitude": "10.5", "longitude": "20.25",
    "country": "Nowhere", "region": "Middle East", "event_clarity": "1", "date_prec": "1",
    "date_start": "2024-01-17 00:00:00.000", "date_end": "2024-01-17 00:00:00.000", "deaths_a": "1", "deaths_b": "0",
    "deaths_civilians": "0", "deaths_unknown": "1", "best": "2", "high": "5", "low": "1",
}  # fmt: skip
GTD_ROW = {
    "eventid": "202401170001", "iyear": "2024", "imonth": "1", "iday": "17", "approxdate": "", "extended": "0",
    "country": "999", "country_txt": "Nowhere", "region_txt": "Middle East", "provstate": "North", "city": "Alpha",
    "latitude": "10.5", "longitude": "20.25", "specificity": "1", "vicinity": "0", "summary": "Made up.",
    "doubtterr": "0", "multiple": "0", "success": "1", "suicide": "0", "attacktype1_txt": "Bombing/Explosion",
    "targtype1_txt": "Military", "target1": "A base", "gname": "Red Group", "weaptype1_txt": "Explosives", "nkill": "2",
    "nwound": "-9", "scite1": "A paper", "scite2": "", "scite3": "Another", "dbsource": "START", "related": "",
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """Writes rows, each as far as it differs from a plain one, as a CSV file; returns its path."""

    def build(plain: dict, *changes: dict, name="file.csv", columns=None, header=True, **options):
        path = tmp_path / name
        columns = list(columns or plain)
        frame = pd.DataFrame([plain | change for change in changes]).reindex(columns=columns).fillna("")
        frame.to_csv(path, index=False, header=header, lineterminator="\n", **options)
        return path

    return build


@pytest.fixture
def acled_file(write):
    return lambda *changes, **options: write(ACLED_ROW, *changes, **{"columns": acled.COLUMNS, **options})


@pytest.fixture
def ucdp_file(write):
    return lambda *changes, **options: write(UCDP_ROW, *changes, **{"columns": ucdp.COLUMNS, **options})


@pytest.fixture
def gtd_file(write):
    return lambda *changes, **options: write(GTD_ROW, *changes, **options)

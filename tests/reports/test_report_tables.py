"""The tables that go with a report."""

import csv

import pandas as pd
import pytest

from analysis.evidence.csv_tables import write_files
from analysis.evidence.evidence_base import load_evidence
from analysis.incidents import incident_table
from analysis.incidents.dataset import open_folder
from analysis.reports.report_tables import write_report_tables


@pytest.fixture
def written(tmp_path):
    def build(dataset, **parameters) -> dict[str, pd.DataFrame]:
        write_report_tables(tmp_path / "data", dataset, parameters)
        return {path.stem: pd.read_csv(path, dtype=str) for path in (tmp_path / "data").iterdir()}

    return build


def test_the_tables_hold_the_incidents_of_the_variant_and_every_claim_behind_them(written, dataset):
    found = written(dataset, countries=["Jordan"], every="week")
    assert set(found) == {"incidents", "claims", "disputes"}
    assert set(found["incidents"]["country"]) == {"Jordan"}
    named = set("|".join(found["incidents"]["claims"]).split("|"))
    assert set(found["claims"]["claim_id"]) == named and len(named) > 8
    assert set(found["disputes"]["incident_id"]) <= set(found["incidents"]["incident_id"])
    assert found["incidents"]["date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()


def test_a_bare_table_gives_its_incidents_alone(written, other_conflict):
    assert set(written(open_folder(other_conflict))) == {"incidents"}


@pytest.mark.slow
def test_a_note_that_a_spreadsheet_would_run_is_text_in_the_file(tmp_path, tiny):
    root = tiny([{"note": '=HYPERLINK("http://example.org")'}])
    evidence = load_evidence(root)
    write_files(
        incident_table.incident_files(
            evidence, incident_table.build_incidents(evidence, incident_table.load_saved_ids(evidence.root))
        )
    )
    write_report_tables(tmp_path / "out", open_folder(root), {})
    with (tmp_path / "out" / "claims.csv").open(newline="", encoding="utf-8") as handle:
        (row,) = csv.DictReader(handle)
    assert row["note"] == '\'=HYPERLINK("http://example.org")'

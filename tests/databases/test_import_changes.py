import json

import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.databases.import_changes import changes_since
from analysis.databases.table_import import import_database, write_import
from analysis.evidence.errors import InputError


def bring(path, folder, **options):
    made = import_database("acled", [path], folder, **options)
    write_import(made)
    return made


@pytest.mark.slow
def test_a_newer_download_says_what_is_new_changed_and_withdrawn_and_keeps_the_ids(tmp_path, acled_file):
    folder = tmp_path / "to"
    bring(acled_file({}, {"event_id_cnty": "XAA2"}, {"event_id_cnty": "XAA3"}), folder)
    made = bring(acled_file({"fatalities": "5"}, {"event_id_cnty": "XAA3"}, {"event_id_cnty": "XAA4"}), folder)
    assert made.changes.new == ["XAA4"]
    assert made.changes.withdrawn == ["XAA2"]
    assert made.changes.changed.to_dict("records") == [
        {"incident_id": "XAA1", "column": "deaths", "before": "2", "after": "5"}
    ]
    assert made.changes.same == 1


@pytest.mark.slow
def test_the_same_download_again_changes_nothing_and_gives_the_same_bytes(tmp_path, acled_file):
    path = acled_file({}, {"event_id_cnty": "XAA2", "fatalities": "0", "admin1": ""})
    bring(path, tmp_path / "to")
    before = {each.name: each.read_bytes() for each in (tmp_path / "to").iterdir()}
    again = bring(path, tmp_path / "to")
    assert (again.changes.new, again.changes.withdrawn, len(again.changes.changed)) == ([], [], 0)
    assert {each.name: each.read_bytes() for each in (tmp_path / "to").iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize("parquet", [False, True])
def test_counts_before_and_after_are_told_by_month(tmp_path, acled_file, parquet):
    bring(acled_file({}, {"event_id_cnty": "XAA2", "event_date": "2024-02-03"}), tmp_path / "old", parquet=parquet)
    bring(acled_file({"fatalities": "9"}), tmp_path / "new", parquet=parquet)
    _, months = changes_since(tmp_path / "old", tmp_path / "new")
    assert months.astype(object).where(months.notna(), None).to_numpy().tolist() == [
        ["2024-01", 1, 1, 2, 9], ["2024-02", 1, 0, 2, None],
    ]  # fmt: skip


@pytest.mark.slow
def test_the_side_car_says_files_rows_terms_and_versions(tmp_path, acled_file):
    path = acled_file({})
    bring(path, tmp_path / "to")
    car = json.loads((tmp_path / "to" / "import.json").read_text())
    assert (car["rows_read"], car["rows_kept"], car["files"][0]["name"]) == (1, 1, "file.csv")
    assert len(car["files"][0]["sha256"]) == 64
    assert car["rows_may_be_passed_on"] is False
    assert car["package"]


@pytest.mark.slow
def test_another_database_does_not_overwrite_a_folder(tmp_path, acled_file, ucdp_file, write):
    bring(acled_file({}), tmp_path / "to")
    with pytest.raises(InputError, match="was imported from ACLED, not UCDP GED"):
        import_database("ucdp", [ucdp_file({}, name="ged.csv")], tmp_path / "to")


@pytest.mark.slow
def test_a_table_that_was_not_imported_is_not_overwritten(tmp_path, acled_file):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "incidents.csv").write_text("incident_id,date\na,2024-01-01\n")
    with pytest.raises(InputError, match="was not imported"):
        import_database("acled", [acled_file({})], tmp_path / "mine")


@pytest.mark.slow
def test_an_about_that_was_edited_is_kept(tmp_path, acled_file):
    path = acled_file({})
    bring(path, tmp_path / "to")
    (tmp_path / "to" / "about.yml").write_text("title: Mine\n")
    bring(path, tmp_path / "to")
    assert (tmp_path / "to" / "about.yml").read_text() == "title: Mine\n"


@pytest.mark.slow
def test_the_command_says_what_changed_and_what_that_did_to_the_counts(tmp_path, acled_file):
    for name, rows in (("old", ({}, {"event_id_cnty": "XAA2"})), ("new", ({"fatalities": "5"},))):
        path = tmp_path / f"{name}.csv"
        path.write_text(acled_file(*rows).read_text())
        done = CliRunner().invoke(main, ["import", "acled", str(path), "--to", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    out = CliRunner().invoke(main, ["changes-since", str(tmp_path / "old"), str(tmp_path / "new"), "--ids"])
    assert out.exit_code == 0, out.output
    lines = [" ".join(line.split()) for line in out.output.splitlines()]
    assert lines[0] == "0 new, 1 changed (deaths 1), 1 withdrawn, 0 the same"
    assert "2024-01 2 -> 1 4 -> 5" in lines
    assert lines[-2:] == ["withdrawn XAA2", "changed XAA1 deaths: '2' -> '5'"]
    assert CliRunner().invoke(main, ["changes-since", str(tmp_path / "old"), str(tmp_path)]).exit_code == 2

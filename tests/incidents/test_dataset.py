import shutil

import pandas as pd
import pytest

from analysis.evidence import schema
from analysis.evidence.about import PLAIN_WORDS, About
from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError, InvalidTables
from analysis.evidence.evidence_base import load_evidence
from analysis.incidents.dataset import open_folder
from analysis.incidents.incident_table import build_incidents, incident_files, load_saved_ids


@pytest.fixture
def bare(tmp_path):
    """A folder with nothing but an incidents.csv of the given text."""

    def build(text: str, below="."):
        path = tmp_path / below / "incidents.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path

    return build


def test_the_repository_opens_with_its_evidence(dataset):
    assert dataset.sets == ["public_record", "seeds"]
    assert list(dataset.incidents.columns) == schema.INCIDENTS.names
    assert set(dataset.disputes["incident_id"]) <= set(dataset.incidents["incident_id"])


def test_a_folder_with_nothing_but_incidents_is_enough(other_conflict):
    dataset = open_folder(other_conflict)
    assert dataset.evidence is None
    assert dataset.sets == ["incidents"]
    assert dataset.tallies.empty and dataset.milestones.empty and dataset.coverage.empty
    assert len(dataset.incidents) == 60
    assert set(schema.INCIDENTS.names) <= set(dataset.incidents.columns)


def test_the_made_up_conflict_has_forty_days_without_an_incident(other_conflict):
    days = open_folder(other_conflict).incidents["date"].drop_duplicates()
    between = days.diff().dt.days - 1
    assert between.max() == 40
    assert between.nlargest(2).iloc[1] < 20
    assert days.loc[between.idxmax()] == pd.Timestamp("2031-08-04")


def test_a_column_of_ones_own_is_carried_along(other_conflict):
    assert {0, 1, 2} <= set(open_folder(other_conflict).incidents["fatalities"].dropna())


def test_two_columns_are_enough_and_the_rest_is_missing_not_zero(bare):
    row = open_folder(bare("incident_id,date\nx1,2024-01-05\n")).incidents.iloc[0]
    assert row["date_start"] == row["date_end"] == pd.Timestamp("2024-01-05")
    assert row["confirmation"] == "unknown"
    assert row["place"] == "place not named"
    assert pd.isna(row["us_injured"]) and pd.isna(row["country"]) and pd.isna(row["claims"])


def test_rows_come_in_order_of_day_whatever_order_they_stand_in(bare):
    dataset = open_folder(bare("incident_id,date\nb,2024-01-05\nc,2024-01-01\na,2024-01-05\n"))
    assert list(dataset.incidents["incident_id"]) == ["c", "a", "b"]


def test_an_incident_table_in_data_is_found_with_what_lies_beside_it(bare):
    folder = bare("incident_id,date\nx1,2024-01-05\n", below="data")
    coverage = "counter,scope,start,end,density,basis\nitemised,all,2024-01-01,2024-12-31,days,why\n"
    (folder / "data" / "coverage.csv").write_text(coverage)
    dataset = open_folder(folder)
    assert len(dataset.incidents) == 1
    assert list(dataset.coverage["counter"]) == ["itemised"]


def test_a_misspelt_column_is_named_with_the_one_meant(other_conflict, tmp_path, edit):
    folder = shutil.copytree(other_conflict, tmp_path / "mine")
    edit(folder / "incidents.csv", "weapon", "wepon")
    with pytest.warns(UserWarning, match="the column 'wepon' is kept as your own; did you mean 'weapon'?"):
        dataset = open_folder(folder)
    assert dataset.incidents["weapon"].isna().all()
    assert dataset.incidents["wepon"].notna().any()


def test_a_folder_says_what_it_is_about(bare):
    folder = bare("incident_id,date\nx1,2024-01-05\n")
    assert open_folder(folder).about == About(**PLAIN_WORDS)
    (folder / "about.yml").write_text("title: Mine\nplural: raids\nwindow: {start: 2024-01-01}\n")
    about = open_folder(folder).about
    assert (about.title, about.plural, str(about.window.start)) == ("Mine", "raids", "2024-01-01")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel: x\n", "titel: is no key; did you mean 'title'"),
        ("window: {start: 2024-02-01, end: 2024-01-01}\n", "ends (2024-01-01) before it starts"),
        ("- a\n", "holds no keys"),
        ("a: [\n", "is no YAML"),
    ],
)
def test_an_about_that_cannot_be_read_is_told(bare, text, said):
    folder = bare("incident_id,date\nx1,2024-01-05\n")
    (folder / "about.yml").write_text(text)
    with pytest.raises(InputError) as error:
        open_folder(folder)
    assert said in str(error.value)


def test_unknown_is_no_place(bare):
    rows = open_folder(
        bare("incident_id,date,place,country\nx1,2024-01-05,Unknown,NA\nx2,2024-01-06,Alpha,B\n")
    ).incidents
    assert rows["place"].tolist() == ["place not named", "Alpha"]
    assert rows["country"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("incident_id,date\nx1,2024-02-30\n", r"row 2, column date: '2024-02-30' - a day, YYYY-MM-DD"),
        ("incident_id,date\nx1,\n", r"row 2, column date: '' - must not be empty"),
        ("incident_id,date\nx1,2024-01-01\nx1,2024-01-02\n",
         r"row 3, column incident_id: 'x1' - must be unique; also in row 2"),
        ("incident_id,weapon\nx1,rocket\n", r"row 1, column date: 'missing' - this column is needed"),
        ("incident_id,date,date_end\nx1,2024-01-09,2024-01-08\n",
         r"column date_end: '2024-01-08' - must not be before date \(2024-01-09\)"),
        ("incident_id,date,latitude\nx1,2024-01-09,91\n", r"column latitude: '91' - a decimal number from -90 to 90"),
        ("incident_id,date\nx1\n", r"row 2: '1 fields' - 2, as in the header"),
        ("", r"incidents.csv: 'empty' - a header row is needed"),
        ("incident_id,date\n", r"holds no incident"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_says_why(bare, text, message):
    with pytest.raises(InputError, match=message):
        open_folder(bare(text))


def test_a_folder_with_neither_evidence_nor_incidents_says_so(tmp_path):
    with pytest.raises(InputError, match="holds neither evidence nor an incidents.csv"):
        open_folder(tmp_path)


def test_evidence_without_a_built_table_says_what_to_run(tiny):
    with pytest.raises(InputError, match="incidents.csv is missing: run 'incidents build' first"):
        open_folder(tiny())


@pytest.mark.slow
def test_frames_of_a_dataset_are_the_callers_own(tiny):
    root = tiny([{"note": "as said"}])
    evidence = load_evidence(root)
    write_files(incident_files(evidence, build_incidents(evidence, load_saved_ids(evidence.root))))
    first = open_folder(root)
    first.incidents["weapon"] = "changed"
    first.evidence.claims.loc[0, "note"] = "changed"
    again = open_folder(root)
    assert again.incidents["weapon"].tolist() == ["rocket"]
    assert again.evidence.claims["note"].tolist() == ["as said"]


def test_a_table_that_changed_is_read_again(bare):
    text = "incident_id,date\na,2024-01-01\n"
    assert len(open_folder(bare(text)).incidents) == 1
    assert len(open_folder(bare(text + "b,2024-01-02\n")).incidents) == 2
    with pytest.raises(InvalidTables, match="2024-13-01"):
        open_folder(bare(text + "b,2024-13-01\n"))
    assert len(open_folder(bare(text)).incidents) == 1

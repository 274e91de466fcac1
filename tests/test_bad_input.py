"""Bad input is answered, not survived: one clear message, exit status 2, nothing overwritten."""

import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.evidence.folders import REPOSITORY
from tests.conftest import write_evidence

TALLY = {"tally_id": "t1", "source_id": "s1", "counter": "Pentagon", "scope": "all",
         "as_of": "2024-01-31", "total": 9, "bound": "exact"}  # fmt: skip
MILESTONE = {"milestone_id": "m1", "source_id": "s1", "date_start": "2024-01-31", "kind": "us_strike",
             "title": "A strike", "confirmation": "us_official"}  # fmt: skip


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small folder of evidence with every kind of table, already built."""
    claims = [{"place_id": "alpha", "line": 1, "words": "two drones hit"},
              {"place_id": "bravo", "country": "Syria", "source_id": "s2", "date_end": "2024-01-11"}]  # fmt: skip
    decisions = [{"claim_id": "c1", "incident_id": "I20240110-alpha"},
                 {"claim_id": "c2", "incident_id": "I20240110-bravo"}]  # fmt: skip
    path = tmp_path_factory.mktemp("built")
    write_evidence(path, claims, reviewed=decisions, tallies=[TALLY], milestones=[MILESTONE])
    done = run("build", "--folder", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def folder(built, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(built, tmp_path, dirs_exist_ok=True)


CASES = {
    "a misspelt column": (
        "seeds/claims.csv", ",weapon,", ",wepon,",
        ["seeds/claims.csv, row 1, column wepon: 'wepon'", "did you mean 'weapon'?"],
    ),
    "an impossible date": (
        "seeds/claims.csv", "2024-01-10,2024-01-10", "2024-02-30,2024-03-01",
        ["seeds/claims.csv, row 2, column date_start: '2024-02-30' - a day, YYYY-MM-DD"],
    ),
    "a range that ends before it starts": (
        "seeds/claims.csv", "2024-01-10,2024-01-11", "2024-01-10,2024-01-09",
        ["seeds/claims.csv, row 3, column date_end: '2024-01-09' - must not be before date_start (2024-01-10)"],
    ),
    "an unknown place": (
        "seeds/claims.csv", ",alpha,", ",alhpa,",
        ["seeds/claims.csv, row 2, column place_id: 'alhpa' - not found in places.csv; did you mean 'alpha'?"],
    ),
    "a value that is not allowed": (
        "seeds/tallies.csv", ",exact,", ",exactly,",
        ["seeds/tallies.csv, row 2, column bound: 'exactly' - one of exact, at_least, more_than, about"],
    ),
    "a total without a bound": (
        "seeds/tallies.csv", ",exact,", ",,",
        ["seeds/tallies.csv, row 2, column bound: '' - needed where a total is stated"],
    ),
    "a duplicate id": (
        "seeds/claims.csv", "\nc2,", "\nc1,",
        ["seeds/claims.csv, row 3, column claim_id: 'c1' - must be unique; also in row 2"],
    ),
    "one claim with two incident ids": (
        "data/reviewed.csv", "\nc2,", "\nc1,",
        ["data/reviewed.csv, row 3, column claim_id: 'c1' - a claim has one incident id, in one row; also in row 2"],
    ),
    "a decision on an unknown claim": (
        "data/reviewed.csv", "\nc2,", "\nc7,",
        ["data/reviewed.csv, row 3, column claim_id: 'c7' - not found in claims.csv"],
    ),
    "more than eight words of a document": (
        "seeds/claims.csv", "two drones hit", "two drones hit the base on the evening of Sunday",
        ["seeds/claims.csv, row 2, column words: 'two drones hit the base on the evening of Sunday'",
         "8 words at most"],
    ),
    "a ragged row": (
        "data/reviewed.csv", "c2,I20240110-bravo", "c2,I20240110-bravo,and more",
        ["data/reviewed.csv, row 3: '3 fields' - 2, as in the header"],
    ),
    "a milestone that ends before it starts": (
        "seeds/milestones.csv", "2024-01-31,,", "2024-01-31,2024-01-30,",
        ["seeds/milestones.csv, row 2, column date_end: '2024-01-30' - must not be before date_start"],
    ),
    "text on two lines": (
        "seeds/milestones.csv", "A strike", '"A\nstrike"',
        ["seeds/milestones.csv, row 2, column title: 'A\\nstrike' - text on one line"],
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("file", "old", "new", "messages"), CASES.values(), ids=CASES)
def test_build_names_what_is_wrong_and_overwrites_nothing(folder, edit, bytes_of, file, old, new, messages):
    edit(folder / file, old, new)
    before = bytes_of(folder)
    result = run("build", "--folder", folder)
    assert result.exit_code == 2
    assert result.stderr.startswith("incidents: ")
    assert all(message in result.stderr for message in messages), result.stderr
    assert "Traceback" not in result.output
    assert bytes_of(folder) == before


@pytest.mark.slow
def test_build_tells_of_a_missing_column(folder, bytes_of):
    path = folder / "data" / "reviewed.csv"
    path.write_text("claim_id\nc1\n")
    before = bytes_of(folder)
    result = run("build", "--folder", folder)
    assert result.exit_code == 2
    assert "data/reviewed.csv, row 1, column incident_id: 'missing' - this column is needed" in result.stderr
    assert bytes_of(folder) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("seeds/claims.csv", b"", "seeds/claims.csv: 'empty' - a header row is needed"),
        ("seeds/sources.csv", None, "seeds/sources.csv: 'missing' - this file is needed"),
        ("data/places.csv", b"\x00\xff\x00", "data/places.csv"),
    ],
    ids=["an empty file", "a missing file", "no text"],
)
def test_build_names_a_file_that_cannot_be_read(folder, bytes_of, file, content, message):
    path = folder / file
    path.unlink() if content is None else path.write_bytes(content)
    before = bytes_of(folder)
    result = run("build", "--folder", folder)
    assert result.exit_code == 2
    assert message in result.stderr
    assert bytes_of(folder) == before


@pytest.mark.slow
def test_build_names_an_id_that_two_sets_use(folder, tiny, bytes_of):
    tiny([{"claim_id": "c2", "source_id": "s9"}], folder="data/third")
    before = bytes_of(folder)
    result = run("build", "--folder", folder)
    assert result.exit_code == 2
    assert "data/third/claims.csv, row 2, column claim_id: 'c2' - must be unique over all sets" in result.stderr
    assert "seeds/claims.csv, row 3\n" in result.stderr
    assert bytes_of(folder) == before


@pytest.mark.slow
def test_build_tells_the_failures_of_all_tables_at_once(folder, edit):
    edit(folder / "seeds" / "claims.csv", ",alpha,", ",alhpa,")
    edit(folder / "seeds" / "tallies.csv", "2024-01-31", "2024-13-31")
    edit(folder / "data" / "places.csv", ",us_base,Syria", ",base,Syria")
    edit(folder / "data" / "reviewed.csv", "\nc2,I20240110-bravo", "\nc2")
    result = run("build", "--folder", folder)
    assert result.exit_code == 2
    assert result.stderr.startswith("incidents: 4 problems in the tables:")
    for where in ("claims.csv, row 2, column place_id", "tallies.csv, row 2, column as_of",
                  "places.csv, row 3, column kind", "reviewed.csv, row 3"):  # fmt: skip
        assert where in result.stderr


def test_build_of_a_folder_that_does_not_exist_names_it():
    result = run("build", "--folder", "no/such/folder")
    assert (result.exit_code, result.stderr) == (2, "incidents: folder 'no/such/folder' does not exist\n")


@pytest.mark.slow
def test_check_tells_what_is_out_of_date_and_writes_nothing(folder, edit, bytes_of):
    assert run("build", "--folder", folder, "--check").exit_code == 0
    edit(folder / "seeds" / "claims.csv", "c1,s1,2024-01-10,2024-01-10", "c1,s1,2024-01-12,2024-01-12")
    before = bytes_of(folder)
    result = run("build", "--folder", folder, "--check")
    assert result.exit_code == 2
    assert re.search(r"data/incidents\.csv, \S*data/values\.csv; run 'incidents build'", result.stderr)
    assert bytes_of(folder) == before


def test_check_seeds_names_the_folder_that_is_not_there(tmp_path):
    result = run("check-seeds", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere is not a folder with the original documents" in result.stderr


@pytest.mark.slow
def test_the_command_itself_ends_with_status_2_and_no_traceback(folder, edit):
    edit(folder / "seeds" / "claims.csv", ",alpha,", ",alhpa,")
    command = [sys.executable, "-c", "from analysis.cli import main; main()", "build", "--folder", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'alpha'?" in done.stderr
    assert "Traceback" not in done.stderr

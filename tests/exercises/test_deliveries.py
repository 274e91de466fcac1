"""What Moodle and Canvas deliver becomes folders of students, however it is packed; nothing leaves its place."""

import zipfile
from pathlib import Path
from unicodedata import normalize

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.exercises import archives
from analysis.exercises.archives import unpack_archive
from analysis.exercises.deliveries import open_delivery
from analysis.exercises.grade_exports import canvas_table, class_totals, max_points_by_exercise, moodle_table
from analysis.exercises.gradebook import Grade, GradedSubmission
from analysis.exercises.roster import Roster, keep_roster, read_roster
from analysis.exercises.submissions import find_submissions, pick_students
from tests.exercises.conftest import zipped

MOODLE_LIST = """First name,Last name,ID number,Email address
Zoë,Müller,m1,zoe@x.org
Anna,Adler,m2,anna@x.org
Bo,Li,m3,bo@x.org
"""
CANVAS_LIST = """Student,ID,SIS User ID,SIS Login ID,Section,Sums (77),Final Score
    Points Possible,,,,,8,
"Müller, Zoë",101,s1,zoe,A,,
"Adler, Anna",102,s2,anna,A,,
"Student, Test",109,,x,A,,
"""


def students(source: Path, roster: Roster | None = None) -> dict[str, list[str]]:
    with open_delivery(source, roster or Roster()) as delivery:
        found = {
            folder.name: sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
            for folder in delivery.folder.iterdir()
        }
        return found | {f"! {name}": said for name, said in delivery.remarks.items() if said}


@pytest.fixture
def roster(tmp_path):
    (tmp_path / "list.csv").write_text(MOODLE_LIST, encoding="utf-16")
    return read_roster(tmp_path / "list.csv")


def test_moodle_delivers_folders_or_files(tmp_path):
    inner = zipped({"deep/sums.ipynb": "{}"})
    files = {
        f"{normalize('NFD', 'Zoë Müller')}_12_assignsubmission_file/sums.ipynb": "{}",
        "Anna Adler_13_assignsubmission_file_sums (1).ipynb": "{}",
        "Bo Li_14_assignsubmission_file/mine.zip": zipped({"again.zip": inner, "__MACOSX/._a": "x"}),
        "Bo Li_14_assignsubmission_onlinetext/onlinetext.html": "see the file",
    }
    (tmp_path / "moodle.zip").write_bytes(zipped(files))
    assert students(tmp_path / "moodle.zip") == {
        normalize("NFC", "Zoë Müller"): ["sums.ipynb"],
        "Anna Adler": ["sums (1).ipynb"],
        "Bo Li": ["mine/again.zip", "mine/again/deep/sums.ipynb", "onlinetext.html"],
    }


def test_canvas_delivers_files_with_ids_and_says_what_is_late(tmp_path):
    files = {
        "submissions/mullerzoe_101_9001_sums-2.ipynb": "{}",
        "submissions/adleranna_LATE_102_9002_sums.ipynb": "{}",
        "submissions/libo_103_9003_all.zip": zipped({"sums.ipynb": "{}"}),
    }
    (tmp_path / "canvas.zip").write_bytes(zipped(files))
    assert students(tmp_path / "canvas.zip") == {
        "mullerzoe (101)": ["sums.ipynb"],
        "adleranna (102)": ["sums.ipynb"],
        "! adleranna (102)": ["handed in late"],
        "libo (103)": ["all/sums.ipynb"],
    }


def test_two_students_of_one_name_stay_two(tmp_path):
    for number in (5, 6):
        (tmp_path / f"Jo Poe_{number}_assignsubmission_file").mkdir()
        (tmp_path / f"Jo Poe_{number}_assignsubmission_file" / "sums.ipynb").write_text("{}")
    assert set(students(tmp_path)) == {"Jo Poe (5)", "Jo Poe (6)"}


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "C:\\out.txt", "a/../../out.txt"])
def test_nothing_is_unpacked_outside(tmp_path, name):
    (tmp_path / "x.zip").write_bytes(zipped({name: "x", "in.txt": "x"}))
    (said,) = unpack_archive(tmp_path / "x.zip", tmp_path / "to" / "here")
    assert "lies outside its zip" in said
    assert {path.name for path in tmp_path.rglob("*.txt")} == {"in.txt"}


def test_a_zip_that_grows_without_end_or_is_none_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    (tmp_path / "x.zip").write_bytes(zipped({"large.txt": "x" * 5000}))
    assert unpack_archive(tmp_path / "x.zip", tmp_path / "to") == ["large.txt cannot be unpacked (more than 0 MB)"]
    assert not list(tmp_path.rglob("large.txt"))
    (tmp_path / "y.zip").write_text("no zip")
    with pytest.raises(InputError, match="y.zip cannot be unpacked"), open_delivery(tmp_path / "y.zip", Roster()):
        pass


def test_the_roster_gives_every_platform_one_name_and_names_who_is_missing(tmp_path, roster, exercise, course):
    names = {"mullerzoe_101_9_sums.ipynb", "Anna Adler_5_assignsubmission_file_sums.ipynb", "eve_7_8_sums.ipynb"}
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / name).write_text("{}")
    with open_delivery(tmp_path / "in", roster) as delivery:
        found = find_submissions(delivery.folder, [exercise], (), roster.names, delivery.remarks)
    said = {each.student: each.remarks for each in found}
    assert said == {"Zoë Müller": [], "Anna Adler": [], "Bo Li": ["not handed in"], "eve (7)": ["not on the roster"]}
    assert [each.student for each in pick_students(found, ["Bo Li"])] == ["Bo Li"]
    with pytest.raises(InputError, match="there is no student 'Bo Lee'; did you mean 'Bo Li'"):
        pick_students(found, ["Bo Lee"])


def test_a_roster_is_kept_for_the_next_week(tmp_path, roster):
    assert keep_roster(tmp_path / "out", tmp_path / "list.csv").names == roster.names
    assert keep_roster(tmp_path / "out", None).names == roster.names
    (tmp_path / "none.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="names no student: it needs a column name"):
        read_roster(tmp_path / "none.csv")


def graded(student: str, *points: float | None) -> GradedSubmission:
    return GradedSubmission(student, "sums", [Grade(str(n), p, 4, "passed") for n, p in enumerate(points)])


def test_totals_go_back_as_moodle_and_canvas_import_them(tmp_path, roster):
    record = [graded("Zoë Müller", 4, 2.5), graded("Anna Adler", 4, None)]
    totals, most = class_totals(record), max_points_by_exercise(record)
    moodle = moodle_table(totals, roster, most)
    assert list(moodle) == ["First name", "Last name", "ID number", "Email address", "sums (8 points)"]
    assert moodle["ID number"].tolist() == ["m1", "m2", "m3"]
    assert moodle["sums (8 points)"].fillna(-1).tolist() == [6.5, -1, -1]  # to be marked, or never handed in: not 0
    (tmp_path / "canvas.csv").write_text(CANVAS_LIST, encoding="utf-8")
    listed = read_roster(tmp_path / "canvas.csv")
    assert listed.names == ["Zoë Müller", "Anna Adler"]
    canvas = canvas_table(totals, listed, most)
    assert list(canvas) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums (77)"]
    assert canvas["Student"].tolist() == ["    Points Possible", "Müller, Zoë", "Adler, Anna"]
    assert canvas["Sums (77)"].tolist()[:2] == [8, 6.5] and pd.isna(canvas["Sums (77)"][2])


def test_a_damaged_zip_is_a_remark_and_stops_nothing(tmp_path):
    content = bytearray(zipped({".": "x", "first.txt": "x" * 5000}, zipfile.ZIP_DEFLATED))
    at = content.index(b"first.txt") + len("first.txt")
    content[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "x.zip").write_bytes(content)
    (said,) = unpack_archive(tmp_path / "x.zip", tmp_path / "to")
    assert said.startswith("first.txt cannot be unpacked (")


def test_numbered_files_of_one_student_stay_two(tmp_path):
    for number in (1, 2):
        (tmp_path / f"libo_103_900{number}_data-{number}.csv").write_text(str(number))
    assert students(tmp_path) == {"libo (103)": ["data-1.csv", "data-2.csv"]}

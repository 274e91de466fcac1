"""Nothing that a person typed is lost, whatever is graded afterwards and however a spreadsheet saved the table."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from nbformat.v4 import new_markdown_cell

from analysis.evidence.errors import InputError
from analysis.evidence.spreadsheet import to_spreadsheet
from analysis.exercises.class_record import read_class_record
from analysis.exercises.grade_sheets import parse_number, read_grade_table
from analysis.exercises.gradebook import Grade, GradedSubmission, grade_rows
from analysis.exercises.grading import write_grades


def submission(student: str, exercise: str, points: float = 1.5) -> GradedSubmission:
    grades = [Grade("a", points, 2, "partly", "nearly"), Grade("why", None, 4, "to grade by hand")]
    return GradedSubmission(student, exercise, grades, ["mended"], [new_markdown_cell(f"cell of {exercise}")])


ANNA, BOB, LATER = submission("anna", "sums"), submission("bob", "sums"), submission("anna", "words")


@pytest.fixture
def out(tmp_path):
    write_grades(tmp_path, [ANNA, BOB], "first")
    return tmp_path


def table(out) -> pd.DataFrame:
    return pd.read_csv(out / "grades.csv", keep_default_na=False, dtype=str).set_index(["student", "exercise", "task"])


def type_into(out, **fields) -> None:
    """What an instructor types into the row of anna's answer in words."""
    rows = table(out).astype(object)
    for name, value in fields.items():
        if name not in rows:
            rows[name] = ""
        rows.loc[("anna", "sums", "why"), name] = value
    rows.reset_index().to_csv(out / "grades.csv", index=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "again",
    [[LATER], [submission("cleo", "sums")], [BOB], [ANNA, BOB, LATER], [replace(ANNA, grades=[*ANNA.grades][:1])],
     [GradedSubmission("anna", "sums", [Grade("a", 0, 2, "unreadable"), Grade("why", 0, 4, "unreadable")])], []],
    ids=["another week", "a late student", "another student", "everything", "a task less", "unreadable now", "nothing"],
)  # fmt: skip
def test_typed_points_and_remarks_survive_whatever_is_graded_afterwards(out, again):
    type_into(out, points="3,5", remarks="well said", seen="x")
    for _ in range(2):
        write_grades(out, again, "again")
        row = table(out).loc[("anna", "sums", "why")]
        assert (row["points"], row["status"], row["remarks"], row["seen"]) == (
            "3.5",
            "graded by hand",
            "well said",
            "x",
        )
    assert set(table(out).index) >= {("anna", "sums", "a"), ("bob", "sums", "why")}
    assert "well said" in (out / "feedback" / "anna.html").read_text()


@pytest.mark.slow
def test_weeks_that_were_graded_before_stay_in_table_and_feedback(out):
    write_grades(out, [LATER], "later")
    page = (out / "feedback" / "anna.html").read_text()
    assert "cell of sums" in page and "cell of words" in page
    assert [key[:2] for key in table(out).index] == [("anna", "sums")] * 2 + [("anna", "words")] * 2 + [
        ("bob", "sums")
    ] * 2


@pytest.mark.slow
def test_points_typed_over_those_of_tests_count(out):
    rows = table(out)
    rows.loc[("bob", "sums", "a"), "points"] = "2"
    rows.reset_index().to_csv(out / "grades.csv", index=False)
    write_grades(out, [submission("bob", "sums", 0)], "again")
    assert table(out).loc[("bob", "sums", "a"), ["points", "status"]].tolist() == ["2.0", "graded by hand"]


@pytest.mark.slow
def test_points_of_tests_that_nobody_typed_are_given_anew(out):
    write_grades(out, [submission("bob", "sums", 0)], "again")
    assert table(out).loc[("bob", "sums", "a"), ["points", "status"]].tolist() == ["0.0", "partly"]


@pytest.mark.slow
def test_a_remark_typed_behind_the_machines_stays_and_may_be_taken_back(out):
    rows = table(out)
    rows.loc[("anna", "sums", "a"), "remarks"] += "; see me"
    rows.reset_index().to_csv(out / "grades.csv", index=False)
    write_grades(out, [replace(ANNA, remarks=[])], "again")
    assert table(out).at[("anna", "sums", "a"), "remarks"] == "nearly; see me"
    rows = table(out)
    rows.loc[("anna", "sums", "a"), "remarks"] = "nearly"
    rows.reset_index().to_csv(out / "grades.csv", index=False)
    write_grades(out, [ANNA], "again")
    assert table(out).at[("anna", "sums", "a"), "remarks"] == "nearly; mended"


@pytest.mark.slow
def test_points_that_are_deleted_are_taken_back(out):
    type_into(out, points="3")
    write_grades(out, [], "again")
    type_into(out, points="")
    write_grades(out, [], "again")
    assert table(out).loc[("anna", "sums", "why"), ["points", "status"]].tolist() == ["", "to grade by hand"]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_table_is_read_as_any_spreadsheet_saves_it(tmp_path, encoding, separator):
    student = "=Zo\u00eb; M\u00fcller"
    rows = pd.read_csv(
        io.StringIO(to_spreadsheet(grade_rows([submission(student, "sums")]))), keep_default_na=False, dtype=object
    )
    rows.loc[1, ["points", "remarks"]] = ["3.5", "sch\u00f6n; gut, ja"]
    decimal = rows.map(lambda text: text.replace(".", ",") if text.replace(".", "").isdigit() else text)
    text = decimal.rename(columns={"max_points": "Max points"}).to_csv(
        index=False, sep=separator, lineterminator="\r\n"
    )
    saved = f"sep={separator}\r\n" + text + separator * 6 + "\r\n\r\n"
    (tmp_path / "grades.csv").write_bytes(saved.encode(encoding))
    read = read_grade_table(tmp_path / "grades.csv")
    assert read["student"].tolist() == [student] * 2
    assert read["points"].map(parse_number).tolist() == [1.5, 3.5]
    assert read["remarks"].tolist() == ["nearly; mended", "sch\u00f6n; gut, ja"]
    assert read["max_points_number"].tolist() == [2, 4]


@pytest.mark.slow
def test_a_table_without_a_gradebook_is_kept_as_it_is(tmp_path):
    rows = grade_rows([ANNA]).astype(object)
    rows.loc[1, "points"] = 3
    (tmp_path / "grades.csv").write_text(to_spreadsheet(rows))
    write_grades(tmp_path, [LATER], "later")
    kept = table(tmp_path).loc[("anna", "sums")]
    assert kept["points"].tolist() == ["1.5", "3.0"] and kept["status"].tolist() == ["partly", "graded by hand"]


@pytest.mark.slow
@pytest.mark.parametrize("points", ["5", "-1", "many", "nan"])
def test_points_that_cannot_be_are_refused_with_their_row(out, points):
    type_into(out, points=points)
    with pytest.raises(InputError, match=f"row 3: points '{points}' must be a number from 0 to 4"):
        read_class_record(out)


@pytest.mark.slow
def test_another_table_and_a_row_that_is_there_twice_are_refused(out):
    (out / "grades.csv").write_text((out / "grades.csv").read_text() + '"anna","sums","why",1,4.0,"",""\n')
    with pytest.raises(InputError, match="row 6: a second row for anna, sums, why"):
        read_class_record(out)
    (out / "grades.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="has no column student, exercise, task"):
        read_class_record(out)

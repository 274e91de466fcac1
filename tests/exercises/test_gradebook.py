"""Grades as rows and files; points that a person types."""

import json

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.evidence.spreadsheet import to_spreadsheet
from analysis.exercises.gradebook import Grade, GradedSubmission, grade_rows, gradebook_json, merge_marks, read_marks

GRADES = [Grade("a", 1.5, 2, "partly", "nearly"), Grade("why", None, 4, "to grade by hand")]
OF = GradedSubmission("=cmd()", "sums", GRADES, ["@late", "mended"])


@pytest.fixture
def typed(tmp_path):
    """A grades.csv in which a person typed points."""

    def write(points: str, text: str | None = None):
        path = tmp_path / "grades.csv"
        path.write_text(text or to_spreadsheet(grade_rows([OF])).replace('"why","",4', f'"why",{points},4'))
        return path

    return write


def test_a_row_per_task_and_the_remarks_on_the_notebook_with_the_first():
    table = grade_rows([OF])
    assert table["points"].tolist()[0] == 1.5 and pd.isna(table["points"][1])
    assert table["remarks"].tolist() == ["nearly; @late; mended", ""]


def test_a_name_that_a_spreadsheet_would_run_is_made_text():
    assert to_spreadsheet(grade_rows([OF])).splitlines()[1].startswith('"\'=cmd()","sums","a",1.5,2')


def test_typed_points_come_back_under_the_students_name(typed):
    given = read_marks(typed('"3,5"'))
    assert given == {("=cmd()", "sums", "why"): 3.5}
    (again,) = merge_marks([OF], given)
    assert again.grades[1] == Grade("why", 3.5, 4, "graded by hand") and again.points == 5


def test_points_of_tests_cannot_be_typed(typed):
    assert read_marks(typed("", to_spreadsheet(grade_rows([OF])).replace('"a",1.5,2', '"a",2,2'))) == {}


@pytest.mark.parametrize("points", ["5", "-1", "many", "nan"])
def test_points_that_cannot_be_are_refused_with_their_row(typed, points):
    with pytest.raises(InputError, match=f"row 3: points '{points}' must be a number from 0 to 4"):
        read_marks(typed(points))


def test_another_table_is_no_table_of_grades(typed):
    with pytest.raises(InputError, match="has no column student, exercise, task"):
        read_marks(typed("", "a,b\n1,2\n"))


def test_the_gradebook_of_one_submission_is_json():
    expected = {"task": "a", "points": 1.5, "max_points": 2, "status": "partly", "remark": "nearly"}
    assert json.loads(gradebook_json(OF))["grades"][0] == expected

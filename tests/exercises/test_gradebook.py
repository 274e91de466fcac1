"""Grades as rows and files."""

import json

import pandas as pd

from analysis.evidence.spreadsheet import to_spreadsheet
from analysis.exercises.gradebook import Grade, GradedSubmission, grade_rows, gradebook_json

GRADES = [Grade("a", 1.5, 2, "partly", "nearly"), Grade("why", None, 4, "to grade by hand")]
OF = GradedSubmission("=cmd()", "sums", GRADES, ["@late", "mended"])


def test_a_row_per_task_and_the_remarks_on_the_notebook_with_the_first():
    table = grade_rows([OF])
    assert table["points"].tolist()[0] == 1.5 and pd.isna(table["points"][1])
    assert table["remarks"].tolist() == ["nearly; @late; mended", ""]


def test_a_name_that_a_spreadsheet_would_run_is_made_text():
    assert to_spreadsheet(grade_rows([OF])).splitlines()[1].startswith('"\'=cmd()","sums","a",1.5,2')


def test_the_gradebook_of_one_submission_is_json():
    expected = {"task": "a", "points": 1.5, "max_points": 2, "status": "partly", "remark": "nearly", "comment": ""}
    assert json.loads(gradebook_json(OF))["grades"][0].items() >= expected.items()

"""nbgrader's gradebook holds our grades; what a person types in formgrader stays, and counts as typed in a table."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from nbgrader.api import Gradebook

from analysis.evidence.errors import InputError
from analysis.exercises.class_record import read_class_record
from analysis.exercises.gradebook import GradedSubmission
from analysis.exercises.grading import grade_all, write_grades
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.submissions import Submission
from tests.conftest import WAIT
from tests.exercises.conftest import Paper, hand_in

pytestmark = pytest.mark.slow
KEY = ("anna b", "sums", "why")


@pytest.fixture(scope="module")
def graded(exercise, tmp_path_factory) -> dict[str, GradedSubmission]:
    """Anna writes why and gets one answer wrong; Anna again with another text; Bob hands in nothing to mark."""
    folder = tmp_path_factory.mktemp("in")
    papers = {
        "anna b": Paper(exercise.released).right().write(why="Because.", largest_answer="largest = 3"),
        "again": Paper(exercise.released).right().write(why="Because of that."),
        "Zoë": Paper(exercise.released).right(),
    }
    submissions = [
        Submission(name, exercise, hand_in(folder, str(n), paper)) for n, (name, paper) in enumerate(papers.items())
    ]
    done = {each.student: each for each in grade_all(submissions, SubmissionLimits(WAIT, WAIT), "none")}
    return done | {"again": replace(done["again"], student="anna b")}


@pytest.fixture(scope="module")
def first(graded, exercise, tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("first")
    write_grades(made, [graded["anna b"], graded["Zoë"]], "x", [exercise])
    return made


@pytest.fixture
def out(first, tmp_path) -> Path:
    return shutil.copytree(first, tmp_path / "out")


def database(out: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{out / 'gradebook.db'}", "sums")


def type_in_formgrader(out: Path, task: str = "why", student: str = "anna b", comment: str | None = None, **fields):
    with database(out) as book:
        grade = book.find_grade(task, "sums", "sums", student)
        for name, value in fields.items():
            setattr(grade, name, value)
        if comment is not None:
            book.find_comment("why", "sums", "sums", student).manual_comment = comment
        book.db.commit()


def type_in_table(out: Path, **fields) -> None:
    rows = table(out).astype(object)
    for name, value in fields.items():
        rows.loc[KEY, name] = value
    rows.reset_index().to_csv(out / "grades.csv", index=False, sep=";")


def type_in_xlsx(out: Path, points: float) -> None:
    rows = pd.read_excel(out / "grades.xlsx", engine="openpyxl").astype(object)
    rows.loc[rows["task"].eq("why") & rows["student"].eq("anna b"), "points"] = points
    rows.to_excel(out / "grades.xlsx", index=False)


def table(out: Path) -> pd.DataFrame:
    rows = pd.read_csv(out / "grades.csv", keep_default_na=False, dtype=str, sep=None, engine="python")
    return rows.set_index(["student", "exercise", "task"])


def test_the_database_holds_what_the_table_holds(out):
    with database(out) as book:
        found = book.find_submission("sums", "anna b")
        assert (found.score, found.max_score, found.needs_manual_grade) == (5, 8, True)
        assert not book.find_submission("sums", "Zoë").needs_manual_grade
        remark = book.find_comment("largest_answer", "sums", "sums", "anna b").comment
        assert remark is None  # its tests are hidden, and they give no hint
        assert book.find_grade("largest", "sums", "sums", "anna b").failed_tests
    assert {path.name for path in (out / "autograded" / "Zoë" / "sums").iterdir()} == {"sums.ipynb"}


@pytest.mark.parametrize("again", ["anna b", "Zoë", "nobody"])
def test_points_and_a_comment_of_formgrader_survive_whatever_is_graded_afterwards(out, graded, exercise, again):
    type_in_formgrader(out, manual_score=1.5, extra_credit=0.5, needs_manual_grade=False, comment="well said")
    for _ in range(2):
        write_grades(out, [graded[again]] if again in graded else [], "x", [exercise])
        row = table(out).loc[KEY]
        assert row[["points", "status"]].tolist() == ["1.5", "graded by hand"]
        assert row["remarks"] == "0.5 extra points; well said"
        with database(out) as book:
            grade = book.find_grade("why", "sums", "sums", "anna b")
            assert (grade.score, grade.needs_manual_grade) == (2, False)
            assert book.find_comment("why", "sums", "sums", "anna b").comment == "well said"
    assert "well said" in (out / "feedback" / "anna b.html").read_text()
    assert pd.read_csv(out / "totals.csv").set_index("student").at["anna b", "total"] == 7


@pytest.mark.parametrize("typed", ["csv", "xlsx"])
def test_points_typed_in_a_table_reach_formgrader_and_may_be_taken_back_there(out, exercise, typed):
    type_in_table(out, points="1,5", remarks="nearly") if typed == "csv" else type_in_xlsx(out, 1.5)
    write_grades(out, [], "x", [exercise])
    with database(out) as book:
        assert book.find_grade("why", "sums", "sums", "anna b").manual_score == 1.5
    type_in_formgrader(out, manual_score=None, needs_manual_grade=True)
    write_grades(out, [], "x", [exercise])
    assert table(out).loc[KEY, ["points", "status"]].tolist() == ["", "to grade by hand"]


def test_two_places_that_differ_are_refused_and_nothing_is_lost(out, exercise):
    type_in_table(out, points="1")
    type_in_formgrader(out, manual_score=2, comment="here")
    with pytest.raises(InputError, match="anna b, sums, why: grades.csv says 1, formgrader says 2; type the same"):
        write_grades(out, [], "x", [exercise])
    type_in_table(out, points="2", remarks="there")
    write_grades(out, [], "x", [exercise])
    assert table(out).loc[KEY, ["points", "remarks"]].tolist() == ["2.0", "there / here"]


def test_points_of_tests_that_are_typed_over_win_in_both_places(out, graded, exercise):
    type_in_formgrader(out, task="largest", manual_score=1, needs_manual_grade=False)
    write_grades(out, [graded["anna b"]], "x", [exercise])
    assert table(out).loc[("anna b", "sums", "largest"), ["points", "status"]].tolist() == ["1.0", "graded by hand"]


def test_an_answer_that_changed_after_it_was_marked_is_flagged_until_a_person_looks(out, graded, exercise):
    type_in_formgrader(out, manual_score=1.5, needs_manual_grade=False)
    write_grades(out, [graded["again"]], "x", [exercise])
    assert table(out).at[KEY, "remarks"] == "the answer was changed after it had been marked"
    with database(out) as book:
        assert book.find_grade("why", "sums", "sums", "anna b").needs_manual_grade
    type_in_formgrader(out, manual_score=2, needs_manual_grade=False)
    write_grades(out, [graded["again"]], "x", [exercise])
    assert table(out).loc[KEY, ["points", "remarks"]].tolist() == ["2.0", ""]


def test_late_penalties_are_those_of_nbgraders_settings(out, graded, exercise):
    late = replace(graded["Zoë"], handed_in_at="2024-03-02 10:00:00")
    (out / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'sums'\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    with database(out) as book:
        book.update_or_create_assignment("sums", duedate="2024-03-01 12:00:00 UTC")
    write_grades(out, [late], "x", [exercise])
    assert "handed in 22 h 0 min after the due date, which costs 6 points" in table(out).at[("Zoë", "sums", "mean"), "remarks"]  # fmt: skip  # noqa: E501
    assert pd.read_csv(out / "totals.csv").set_index("student").at["Zoë", "total"] == 0
    with database(out) as book:
        assert book.find_submission("sums", "Zoë").late_submission_penalty == 6
        book.grant_extension("sums", "Zoë", days=1)
    write_grades(out, [], "x", [exercise])
    assert pd.read_csv(out / "totals.csv").set_index("student").at["Zoë", "total"] == 6


def test_nbgraders_own_commands_export_and_give_feedback(out, exercise):
    type_in_formgrader(out, manual_score=1.5, needs_manual_grade=False, comment="well said")
    write_grades(out, [], "x", [exercise])
    here = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in (("export",), ("generate_feedback", "sums", "--student", "anna b")):
        run = [sys.executable, "-m", "nbgrader", *command]
        done = subprocess.run(run, cwd=out, env=here, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    (page,) = (out / "feedback").glob("anna b/sums/*.html")
    assert "well said" in page.read_text() and "Score: 6.5 / 8.0" in page.read_text()


def test_a_database_that_is_none_gets_one_error(out):
    (out / "gradebook.db").write_text("no database")
    with pytest.raises(InputError, match="gradebook.db cannot be used: "):
        read_class_record(out)

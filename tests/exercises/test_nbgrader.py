"""The course folders are nbgrader's own: its commands work on them unchanged."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from analysis.exercises.course import COURSE_FOLDER, cells_by_id, open_course
from tests.exercises.conftest import Paper, hand_in

HERE = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}  # nbgrader runs alembic


def nbgrader(course: Path, *arguments: str) -> None:
    run = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(run, cwd=course, env=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def points(course: Path) -> dict[str, float]:
    """What nbgrader's gradebook holds, by task."""
    query = "select cell.name, grade.auto_score from grade join base_cell cell on cell.id = grade.cell_id"
    with sqlite3.connect(course / "gradebook.db") as database:
        return dict(database.execute(query))


def cells(path: Path) -> dict[str, tuple]:
    return {name: (c.source, c.metadata) for name, c in cells_by_id(nbformat.read(path, as_version=4)).items()}


def ours(exercise) -> dict[str, tuple]:
    return {name: (c.source, c.metadata) for name, c in cells_by_id(exercise.released).items()}


def test_its_commands_make_what_release_makes_and_give_the_points_that_grade_gives(course, exercise, tmp_path):
    copy = shutil.copytree(course, tmp_path / "course")
    nbgrader(copy, "generate_assignment", "sums")
    assert cells(copy / "release" / "sums" / "sums.ipynb") == ours(exercise)
    paper = Paper(exercise.released).right().write(letters_answer="text = 'ab'", largest_answer="largest = 3")
    hand_in(copy / "submitted", "anna", paper)
    nbgrader(copy, "autograde", "sums")
    assert points(copy) == {"mean": 2, "largest": 0, "letters": 2, "why": 0}


@pytest.fixture
def real(tmp_path, monkeypatch) -> Path:
    """A copy of this repository's course."""
    monkeypatch.setenv("PATH", HERE["PATH"])
    made = shutil.ignore_patterns("gradebook.db*", "release", "submitted", "autograded", "feedback")
    return shutil.copytree(COURSE_FOLDER, tmp_path / "course", ignore=made)


def test_every_exercise_is_an_assignment(real, monkeypatch):
    monkeypatch.chdir(real)
    config = Config()
    config.CourseDirectory.root = str(real)
    for exercise in open_course(COURSE_FOLDER):
        made = NbGraderAPI(config=config).generate_assignment(exercise.name)
        assert made["success"], made.get("error", made.get("log"))
        assert cells(real / "release" / exercise.name / f"{exercise.name}.ipynb") == ours(exercise)


def test_the_instructors_answers_earn_all_points_from_nbgrader(real):
    (exercise,) = open_course(COURSE_FOLDER, ["3_counting"])
    nbgrader(real, "generate_assignment", exercise.name)
    hand_in(real / "submitted", "anna", exercise.source, f"{exercise.name}/{exercise.name}.ipynb")
    nbgrader(real, "autograde", exercise.name)
    earned = {task: score for task, score in points(real).items() if score is not None}
    assert earned == {task: most for task, most in exercise.tasks.items() if task in earned} and len(earned) == 7

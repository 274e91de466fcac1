"""Totals of a class, one row a student, also as Moodle and Canvas import them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from analysis.exercises.gradebook import GradedSubmission
from analysis.exercises.roster import FIRST_NAME, LAST_NAME, Roster

EMAIL = ("email address", "email", "e-mail")
MOODLE_ID = ("id number", "idnumber", "student id", "student_id")
CANVAS_COLUMNS = {
    "ID": ("id", "canvas user id"),
    "SIS User ID": ("sis user id",),
    "SIS Login ID": ("sis login id", "login", "username"),
    "Section": ("section",),
}


def class_totals(graded: Sequence[GradedSubmission]) -> pd.DataFrame:
    """One row a student: `student`, the points of each exercise, `total`, and `to_grade_by_hand`, the number of tasks
    without points.

    An exercise is missing for a student who has no row for it, or has a task that is to be graded by hand; so is then
    the total.
    """
    exercises = sorted({each.exercise for each in graded})
    points = {(each.student, each.exercise): _final_points(each) for each in graded}
    rows = []
    for student in sorted({each.student for each in graded}):
        own = [points.get((student, exercise)) for exercise in exercises]
        open_tasks = sum(g.points is None for each in graded if each.student == student for g in each.grades)
        total = sum(p for p in own if p is not None) if not open_tasks else None
        rows.append((student, *own, total, open_tasks))
    return pd.DataFrame(rows, columns=["student", *exercises, "total", "to_grade_by_hand"])


def _final_points(submission: GradedSubmission) -> float | None:
    done = all(grade.points is not None for grade in submission.grades)
    return max(0.0, submission.points - submission.late_penalty) if done else None


def max_points_by_exercise(graded: Sequence[GradedSubmission]) -> dict[str, float]:
    """The full points of every exercise."""
    return {each.exercise: each.max_points for each in graded}


def moodle_table(totals: pd.DataFrame, roster: Roster, max_points: dict[str, float]) -> pd.DataFrame:
    """The totals for *Grades, Import, CSV file* of Moodle: one row for each student of the roster.

    The columns are names, ID number and Email address, by which Moodle finds the student, and one for each exercise,
    whose heading holds the full points.
    """
    ids = {
        "First name": roster.columns(*FIRST_NAME),
        "Last name": roster.columns(*LAST_NAME),
        "ID number": roster.columns(*MOODLE_ID),
        "Email address": roster.columns(*EMAIL),
    }
    if not any(ids["Last name"]):
        ids = {"Full name": roster.names} | {name: ids[name] for name in ("ID number", "Email address")}
    points = {f"{name} ({most:g} points)": _by_roster(totals, roster, name) for name, most in max_points.items()}
    return pd.DataFrame(ids | points)


def canvas_table(totals: pd.DataFrame, roster: Roster, max_points: dict[str, float]) -> pd.DataFrame:
    """The totals for *Grades, Import* of Canvas: its five columns of names and ids, and one for each exercise.

    The first row holds the points possible. A column of the roster that Canvas calls as the exercise, with its number
    behind, gives the heading.
    """
    ids = {"Student": roster.columns("student", "name")}
    if not any(ids["Student"]):
        ids["Student"] = roster.names
    ids |= {heading: roster.columns(*wanted) for heading, wanted in CANVAS_COLUMNS.items()}
    points = {_canvas_heading(name, roster): _by_roster(totals, roster, name) for name in max_points}
    head = {"Student": "    Points Possible", **dict.fromkeys(CANVAS_COLUMNS, "")}
    possible = pd.DataFrame([head | dict(zip(points, max_points.values(), strict=True))])
    return pd.concat([possible, pd.DataFrame(ids | points)], ignore_index=True)


def _by_roster(totals: pd.DataFrame, roster: Roster, exercise: str) -> list[float | None]:
    points = dict(zip(totals["student"], totals[exercise], strict=True))
    return [points.get(name) for name in roster.names]


def _canvas_heading(exercise: str, roster: Roster) -> str:
    for column in roster.rows:
        if (found := re.fullmatch(r"(.+) \(\d+\)", column)) and _words(found[1]) == _words(exercise):
            return column
    return exercise


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()

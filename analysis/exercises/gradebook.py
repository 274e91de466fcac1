"""What submissions earned: one table of all grades, and a small JSON gradebook for each submission."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pandas as pd
from nbformat import NotebookNode

from analysis.evidence.errors import InputError, format_path
from analysis.evidence.spreadsheet import from_spreadsheet

GRADE_COLUMNS = ("student", "exercise", "task", "points", "max_points", "status", "remarks")
HAND_GRADED = ("to grade by hand", "graded by hand")


@dataclass(frozen=True)
class Grade:
    """The grade of one task. `points` is None if a person must grade it; the student sees the `remark` too."""

    task: str
    points: float | None
    max_points: float
    status: str
    remark: str = ""


@dataclass(frozen=True)
class GradedSubmission:
    """One submission: its grades, remarks on what was repaired, and the cells of the run that the student may see."""

    student: str
    exercise: str
    grades: list[Grade]
    remarks: list[str] = field(default_factory=list)
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The points that were given so far."""
        return sum(grade.points or 0 for grade in self.grades)

    @property
    def max_points(self) -> float:
        """The maximum points of all tasks."""
        return sum(grade.max_points for grade in self.grades)


def grade_rows(graded: Iterable[GradedSubmission]) -> pd.DataFrame:
    """One row per submission and task, in GRADE_COLUMNS; remarks on a submission stand in the row of its first task."""
    table = [
        (each.student, each.exercise, g.task, g.points, g.max_points, g.status,
         "; ".join([*([g.remark] if g.remark else []), *(each.remarks if number == 0 else [])]))
        for each in graded
        for number, g in enumerate(each.grades)
    ]  # fmt: skip
    return pd.DataFrame(table, columns=GRADE_COLUMNS)


def gradebook_json(submission: GradedSubmission) -> str:
    """The grades and remarks of one submission as JSON."""
    content = asdict(replace(submission, cells=[]))
    del content["cells"]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read_marks(path: Path) -> dict[tuple[str, str, str], float]:
    """Points that a person typed into an earlier grades.csv, by student, exercise and task; empty without the file.

    Raises InputError for a missing column, and for points that are no number from 0 to the maximum of the task.
    """
    if not path.is_file():
        return {}
    table = from_spreadsheet(pd.read_csv(path, dtype=str, keep_default_na=False))
    if missing := [name for name in GRADE_COLUMNS if name not in table]:
        raise InputError(f"{format_path(path)} has no column {', '.join(missing)}; is it a grades.csv?")
    typed = table[table["status"].isin(HAND_GRADED) & (table["points"].str.strip() != "")]
    return {
        (row.student, row.exercise, row.task): _number(row, f"{format_path(path)}, row {row.Index + 2}")
        for row in typed.itertuples()
    }


def _number(row, where: str) -> float:
    try:
        points = float(row.points.replace(",", "."))
    except ValueError:
        points = math.nan
    if not 0 <= points <= float(row.max_points):
        raise InputError(f"{where}: points {row.points!r} must be a number from 0 to {row.max_points}")
    return points


def merge_marks(graded: Iterable[GradedSubmission], typed: dict[tuple[str, str, str], float]) -> list[GradedSubmission]:
    """The submissions with the points of `typed` (as `read_marks` gives them) for tasks that a person must grade."""

    def mark(submission: GradedSubmission, grade: Grade) -> Grade:
        points = typed.get((submission.student, submission.exercise, grade.task))
        if grade.points is not None or points is None:
            return grade
        return replace(grade, points=points, status="graded by hand")

    return [replace(each, grades=[mark(each, grade) for grade in each.grades]) for each in graded]

"""What a submission earned, as rows and as files: a small gradebook of its own for each, one table for all."""

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

COLUMNS = ("student", "exercise", "task", "points", "max_points", "status", "remarks")
BY_HAND = ("to grade by hand", "graded by hand")


@dataclass(frozen=True)
class Grade:
    """One task. `points` is None where a person must grade; `remark` is for the student too."""

    task: str
    points: float | None
    most: float
    status: str
    remark: str = ""


@dataclass(frozen=True)
class Graded:
    """One submission: its grades, what had to be mended, and what the student may see of the run."""

    student: str
    exercise: str
    grades: list[Grade]
    remarks: list[str] = field(default_factory=list)
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Points so far."""
        return sum(grade.points or 0 for grade in self.grades)

    @property
    def most(self) -> float:
        """Full points."""
        return sum(grade.most for grade in self.grades)


def grade_rows(graded: Iterable[Graded]) -> pd.DataFrame:
    """One row per task and one for every submission's remarks, in the columns of grades.csv; the
    remarks on a submission stand with its first task."""
    table = [
        (of.student, of.exercise, g.task, g.points, g.most, g.status,
         "; ".join([*([g.remark] if g.remark else []), *(of.remarks if number == 0 else [])]))
        for of in graded
        for number, g in enumerate(of.grades)
    ]  # fmt: skip
    return pd.DataFrame(table, columns=COLUMNS)


def to_json(of: Graded) -> str:
    """The submission's own gradebook."""
    kept = asdict(replace(of, cells=[]))
    del kept["cells"]
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def read_marks(path: Path) -> dict[tuple[str, str, str], float]:
    """Points that a person typed into an earlier grades.csv, by student, exercise and task.

    Raises InputError for points that are no number between 0 and the task's full points.
    """
    if not path.is_file():
        return {}
    table = from_spreadsheet(pd.read_csv(path, dtype=str, keep_default_na=False))
    if missing := [name for name in COLUMNS if name not in table]:
        raise InputError(f"{format_path(path)} has no column {', '.join(missing)}; is it a grades.csv?")
    typed = table[table["status"].isin(BY_HAND) & (table["points"].str.strip() != "")]
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


def merge_marks(graded: Iterable[Graded], typed: dict[tuple[str, str, str], float]) -> list[Graded]:
    """The submissions with the points that a person gave."""

    def mark(of: Graded, grade: Grade) -> Grade:
        points = typed.get((of.student, of.exercise, grade.task))
        if grade.points is not None or points is None:
            return grade
        return replace(grade, points=points, status="graded by hand")

    return [replace(of, grades=[mark(of, grade) for grade in of.grades]) for of in graded]

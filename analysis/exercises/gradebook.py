"""What submissions earned: one table of all grades, and a small JSON gradebook for each submission."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

import pandas as pd
from nbformat import NotebookNode

GRADE_COLUMNS = ("student", "exercise", "task", "points", "max_points", "status", "remarks")
BY_HAND = "graded by hand"  # the status of a task whose points a person typed


@dataclass(frozen=True)
class Grade:
    """The grade of one task. `points` is None if a person must grade it.

    The student sees the `remark`, and the `comment` that a person typed.
    """

    task: str
    points: float | None
    max_points: float
    status: str
    remark: str = ""
    comment: str = ""

    @property
    def remarks(self) -> list[str]:
        """Remark and comment, as far as there are any."""
        return [text for text in (self.remark, self.comment) if text]


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
         "; ".join([text for text in (g.remark, *(each.remarks if number == 0 else []), g.comment) if text]))
        for each in graded
        for number, g in enumerate(each.grades)
    ]  # fmt: skip
    return pd.DataFrame(table, columns=GRADE_COLUMNS)


def gradebook_json(submission: GradedSubmission) -> str:
    """The grades and remarks of one submission as JSON."""
    content = asdict(replace(submission, cells=[]))
    del content["cells"]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

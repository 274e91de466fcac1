"""What submissions earned: one table of all grades, and a small JSON gradebook for each submission."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

import pandas as pd
from nbformat import NotebookNode

GRADE_COLUMNS = ("student", "exercise", "task", "points", "max_points", "status", "remarks", "failed_test")
BY_HAND = "graded by hand"  # the status of a task whose points a person typed
TO_GRADE = "to grade by hand"
CHANGED = "the answer was changed after it had been marked"


@dataclass(frozen=True)
class Grade:
    """The grade of one task. `points` is None if a person must grade it.

    The student sees the `remark`, and the `comment` that a person typed. `failed_test` is for the instructor: the line
    of a test that failed, and why. `extra_points` are those that a person gave beyond the maximum. `answer_cell`
    is the name of the cell with the answer; `answer` identifies what was handed in there, and `marked_answer` what was
    when a person typed the points.
    """

    task: str
    points: float | None
    max_points: float
    status: str
    remark: str = ""
    comment: str = ""
    failed_test: str = ""
    extra_points: float = 0
    answer_cell: str = ""
    answer: str = ""
    marked_answer: str = ""

    @property
    def is_changed(self) -> bool:
        """True if the answer was changed after a person had typed its points."""
        return self.status == BY_HAND and bool(self.marked_answer) and self.answer != self.marked_answer

    @property
    def remarks(self) -> list[str]:
        """All that the student should read, as far as there is any."""
        changed = CHANGED if self.is_changed else ""
        extra = f"{self.extra_points:g} extra points" if self.extra_points else ""
        return [text for text in (self.remark, changed, extra, self.comment) if text]


@dataclass(frozen=True)
class GradedSubmission:
    """One submission: its grades, remarks on what was repaired, and the cells of the run that the student may see.

    `late_penalty` are points that are taken off; `handed_in_at` is ISO text in UTC, empty if it is not known. `ran` is
    the notebook as it ran, with all tests, and `submitted` as it was handed in; both are None but after a run.
    """

    student: str
    exercise: str
    grades: list[Grade]
    remarks: list[str] = field(default_factory=list)
    cells: list[NotebookNode] = field(default_factory=list)
    late_penalty: float = 0
    handed_in_at: str = ""
    ran: NotebookNode | None = None
    submitted: NotebookNode | None = None

    @property
    def points(self) -> float:
        """The points that were given so far, before a penalty."""
        return sum((grade.points or 0) + grade.extra_points for grade in self.grades)

    @property
    def max_points(self) -> float:
        """The maximum points of all tasks."""
        return sum(grade.max_points for grade in self.grades)


def set_points(old: Grade, points: float | None) -> Grade:
    """The grade with the points that a person typed; none take typed points back, the same change nothing."""
    if points is None and old.status == BY_HAND:
        return replace(old, points=None, status=TO_GRADE, marked_answer="")
    if points is None or (old.points is not None and math.isclose(points, old.points, abs_tol=1e-9)):
        return old
    return replace(old, points=points, status=BY_HAND, marked_answer=old.answer)


def grade_rows(graded: Iterable[GradedSubmission]) -> pd.DataFrame:
    """One row per submission and task, in GRADE_COLUMNS; remarks on a submission stand in the row of its first task."""
    table = [
        (each.student, each.exercise, g.task, g.points, g.max_points, g.status,
         _remarks(each, g, number == 0), g.failed_test)
        for each in graded
        for number, g in enumerate(each.grades)
    ]  # fmt: skip
    return pd.DataFrame(table, columns=GRADE_COLUMNS)


def _remarks(submission: GradedSubmission, grade: Grade, is_first: bool) -> str:
    """The remarks of a row; the comment that a person typed stands last."""
    own = [text for text in grade.remarks if text != grade.comment]
    return "; ".join([*own, *(submission.remarks if is_first else []), *([grade.comment] if grade.comment else [])])


def gradebook_json(submission: GradedSubmission) -> str:
    """The grades and remarks of one submission as JSON."""
    content = asdict(replace(submission, cells=[], ran=None, submitted=None))
    for name in ("cells", "ran", "submitted"):
        del content[name]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"

"""The record of a class in its folder: all that was graded there, with what a person typed since.

A person types into grades.csv, grades.xlsx or nbgrader's formgrader. What was written last is known
(`gradebook/STUDENT/EXERCISE.json`), so that every difference is something that a person typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_notebook

from analysis.evidence.errors import InputError, format_path
from analysis.exercises import nbgrader_database
from analysis.exercises.grade_sheets import parse_number, read_grade_table
from analysis.exercises.gradebook import (
    BY_HAND,
    CHANGED,
    TO_GRADE,
    Grade,
    GradedSubmission,
    grade_rows,
    gradebook_json,
    set_points,
)

SHEETS = ("grades.csv", "grades.xlsx")
Record = dict[tuple[str, str], GradedSubmission]  # by student and exercise
Key = tuple[str, str, str]  # student, exercise, task


def read_class_record(out: Path) -> Record:
    """What was graded into the folder `out` before, with points and remarks that a person typed since.

    Raises InputError for a table that holds no grades, for points that are no number from 0 to the maximum of the task,
    and for a task for which a person typed different points in two places.
    """
    record = {}
    for path in sorted((out / "gradebook").glob("*/*.json")):
        submission = _read_submission(path)
        record[submission.student, submission.exercise] = submission
    typed: dict[Key, list[tuple[str, Grade]]] = {}
    for sheet in SHEETS:
        _add_unknown(read_grade_table(out / sheet), record)
        for key, grade in _typed_in_sheet(out / sheet, record):
            typed.setdefault(key, []).append((sheet, grade))
    for key, grade in nbgrader_database.read_typed(out, record):
        typed.setdefault(key, []).append(("formgrader", grade))
    for (student, exercise, task), grades in typed.items():
        submission = record[student, exercise]
        old = next(grade for grade in submission.grades if grade.task == task)
        new = _combine(f"{student}, {exercise}, {task}", old, grades)
        record[student, exercise] = replace(submission, grades=[new if g is old else g for g in submission.grades])
    return record


def _read_submission(path: Path) -> GradedSubmission:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return GradedSubmission(**content | {"grades": [Grade(**grade) for grade in content["grades"]]})
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{format_path(path)} is no gradebook of a submission ({error})") from None


def _add_unknown(table: pd.DataFrame, record: Record) -> None:
    """Add to `record` the rows of a table of grades that the gradebook does not hold, as they stand there."""
    for row in table.to_dict("records"):
        key = row["student"], row["exercise"]
        submission = record.get(key) or GradedSubmission(*key, [])
        if all(grade.task != row["task"] for grade in submission.grades):
            record[key] = replace(submission, grades=[*submission.grades, _unknown(row)])


def _unknown(row: dict) -> Grade:
    points, max_points = _points(row, row["max_points_number"]), row["max_points_number"]
    if row["status"] == TO_GRADE and points is not None:
        return Grade(row["task"], points, max_points, BY_HAND, comment=row["remarks"])
    comment = row["remarks"] if row["status"] in (TO_GRADE, BY_HAND) else ""
    return Grade(row["task"], points, max_points, row["status"], "" if comment else row["remarks"], comment)


def _typed_in_sheet(path: Path, record: Record) -> Iterable[tuple[Key, Grade]]:
    """The grades as the rows of a table say, where a row differs from what was written there."""
    written = {tuple(row[:3]): row for row in grade_rows(record.values()).itertuples(index=False)}
    for row in read_grade_table(path).to_dict("records"):
        key = row["student"], row["exercise"], row["task"]
        old = next(grade for grade in record[key[:2]].grades if grade.task == key[2])
        yield key, _typed_in_row(row, old, written[key].remarks)


def _typed_in_row(row: dict, old: Grade, written: str) -> Grade:
    text = row["remarks"]
    if old.is_changed and _letters(CHANGED) not in _letters(text):  # a person has looked at the new answer
        old = replace(old, marked_answer=old.answer)
        written = written.replace(f"{CHANGED}; ", "").replace(CHANGED, "")
    new = set_points(old, _points(row, old.max_points))
    return replace(new, comment=_typed_comment(text, written, old.comment))


def _typed_comment(text: str, written: str, comment: str) -> str:
    if _letters(text) == _letters(written):
        return comment
    machine = written.removesuffix(comment).removesuffix("; ") if comment else written
    return text.removeprefix(machine).removeprefix("; ").strip()


def _letters(text: str) -> str:
    """The text without what a spreadsheet may change: blanks, and characters that its encoding lacks."""
    return re.sub(r"[^\x21-\x7e]|\?", "", text)


def _points(row: dict, max_points: float) -> float | None:
    if not row["points"]:
        return None
    points = parse_number(row["points"])
    if not 0 <= points <= max_points:
        raise InputError(f"{row['where']}: points {row['points']!r} must be a number from 0 to {max_points:g}")
    return points


def _combine(where: str, old: Grade, typed: Sequence[tuple[str, Grade]]) -> Grade:
    """The grade with what was typed in any of several places. Raises InputError if they differ."""
    of_points = _changes(
        old, typed, lambda grade: (grade.points, grade.status, grade.extra_points, grade.marked_answer)
    )
    points = {name: grade.points for name, grade in of_points.items()}
    if len(set(points.values())) > 1:
        said = ", ".join(f"{name} says {'nothing' if p is None else f'{p:g}'}" for name, p in points.items())
        raise InputError(f"{where}: {said}; type the same points in both places")
    new = next(iter(of_points.values()), old)
    comments = _changes(old, typed, lambda grade: grade.comment)
    return replace(
        new, comment=" / ".join(dict.fromkeys(g.comment for g in comments.values())) if comments else old.comment
    )


def _changes(old: Grade, typed: Sequence[tuple[str, Grade]], part: Callable[[Grade], object]) -> dict[str, Grade]:
    return {name: grade for name, grade in typed if part(grade) != part(old)}


def merge_record(record: Record, graded: Iterable[GradedSubmission]) -> list[GradedSubmission]:
    """The record with the submissions that were graded now, by student and exercise; what a person typed stays."""
    merged = dict(record)
    for submission in graded:
        key = submission.student, submission.exercise
        merged[key] = _keep_typed(submission, record[key].grades) if key in record else submission
    return [merged[key] for key in sorted(merged)]


def _keep_typed(submission: GradedSubmission, before: Sequence[Grade]) -> GradedSubmission:
    typed = {g.task: g for g in before if g.status == BY_HAND or g.comment or g.extra_points}
    grades = [_merge(grade, typed.pop(grade.task, None)) for grade in submission.grades]
    return replace(submission, grades=[*grades, *typed.values()])


def _merge(grade: Grade, typed: Grade | None) -> Grade:
    if typed is None:
        return grade
    grade = replace(grade, comment=typed.comment, extra_points=typed.extra_points)
    if typed.status != BY_HAND or typed.points is None:
        return grade
    points = min(typed.points, grade.max_points)
    return replace(grade, points=points, status=BY_HAND, marked_answer=typed.marked_answer)


def notebook_path(out: Path, submission: GradedSubmission) -> Path:
    """Where the cells of a submission lie that its student may see."""
    return out / "gradebook" / submission.student / f"{submission.exercise}.ipynb"


def notebook_text(submission: GradedSubmission) -> str:
    """The cells that the student may see, as a notebook."""
    return nbformat.writes(new_notebook(cells=submission.cells))


def is_written(out: Path, submission: GradedSubmission) -> bool:
    """True if the gradebook in `out` holds the submission as it is, and its student has a page of feedback."""
    path = out / "gradebook" / submission.student / f"{submission.exercise}.json"
    known = path.is_file() and path.read_text(encoding="utf-8") == gradebook_json(submission)
    return known and (out / "feedback" / f"{submission.student}.html").is_file()


def with_cells(out: Path, submission: GradedSubmission) -> GradedSubmission:
    """The submission with its cells, which are read if it was graded before."""
    path = notebook_path(out, submission)
    if submission.cells or not path.is_file():
        return submission
    return replace(submission, cells=nbformat.read(path, as_version=4).cells)

"""The record of a class in its folder: all that was graded there, with what a person typed into grades.csv."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
from nbformat.v4 import new_notebook

from analysis.evidence.errors import InputError, format_path
from analysis.evidence.spreadsheet import from_spreadsheet
from analysis.exercises.gradebook import BY_HAND, GRADE_COLUMNS, Grade, GradedSubmission, grade_rows, gradebook_json

KEY_COLUMNS = ["student", "exercise", "task"]
SEPARATORS = ",;\t|"
ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # by the first bytes
Record = dict[tuple[str, str], GradedSubmission]  # by student and exercise


def read_class_record(out: Path) -> Record:
    """What was graded into the folder `out` before, with points and remarks that a person typed since.

    A cell of grades.csv that differs from what was written there was typed by a person. Raises InputError for a table
    that is no grades.csv, and for points that are no number from 0 to the maximum of the task.
    """
    record = {}
    for path in sorted((out / "gradebook").glob("*/*.json")):
        submission = _read_submission(path)
        record[submission.student, submission.exercise] = submission
    written = {tuple(row[:3]): row for row in grade_rows(record.values()).itertuples(index=False)}
    for row in read_grade_table(out / "grades.csv").to_dict("records"):
        _take_over(row, record, written.get(tuple(row[name] for name in KEY_COLUMNS)))
    return record


def _read_submission(path: Path) -> GradedSubmission:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return GradedSubmission(**content | {"grades": [Grade(**grade) for grade in content["grades"]]})
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{format_path(path)} is no gradebook of a submission ({error})") from None


def _take_over(row: dict, record: Record, written) -> None:
    """Set in `record` what a person typed in one row of grades.csv; `written` is the row as it was written there."""
    key = row["student"], row["exercise"]
    submission = record.get(key) or GradedSubmission(*key, [])
    old = next((grade for grade in submission.grades if grade.task == row["task"]), None)
    if old is None:
        new = _unknown(row)
        record[key] = replace(submission, grades=[*submission.grades, new])
        return
    points, status = _typed_points(row, old)
    new = replace(
        old, points=points, status=status, comment=_typed_comment(row["remarks"], written.remarks, old.comment)
    )
    record[key] = replace(submission, grades=[new if grade is old else grade for grade in submission.grades])


def _unknown(row: dict) -> Grade:
    """The grade of a row that the gradebook does not hold, as it stands there."""
    points, max_points = _points(row, row["max_points_number"]), row["max_points_number"]
    if row["status"] == "to grade by hand" and points is not None:
        return Grade(row["task"], points, max_points, BY_HAND, comment=row["remarks"])
    comment = row["remarks"] if row["status"] in ("to grade by hand", BY_HAND) else ""
    return Grade(row["task"], points, max_points, row["status"], "" if comment else row["remarks"], comment)


def _typed_points(row: dict, old: Grade) -> tuple[float | None, str]:
    """The points and the status of a task; an emptied field takes typed points back."""
    points = _points(row, old.max_points)
    if points is None and old.status == BY_HAND:
        return None, "to grade by hand"
    if points is None or (old.points is not None and math.isclose(points, old.points, abs_tol=1e-9)):
        return old.points, old.status
    return points, BY_HAND


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
    points = _number(row["points"])
    if not 0 <= points <= max_points:
        raise InputError(f"{row['where']}: points {row['points']!r} must be a number from 0 to {max_points:g}")
    return points


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def read_grade_table(path: Path) -> pd.DataFrame:
    """grades.csv as a spreadsheet saved it, as text: GRADE_COLUMNS, `max_points_number`, `where`, and added columns.

    Separators may be commas, semicolons, tabs or bars, decimals may have commas, and the encoding may be UTF-8, UTF-16
    or Latin-1. Empty lines are left out. Without the file the table has no rows. Raises
    InputError as `read_class_record`.
    """
    name = format_path(path)
    lines = _lines(path.read_bytes(), name) if path.is_file() else [(1, list(GRADE_COLUMNS))]
    names = _column_names(lines[0][1])
    rows = [dict(zip(names, [*fields, *[""] * len(names)], strict=False)) | {"where": f"{name}, row {number}"}
            for number, fields in lines[1:]]  # fmt: skip
    table = from_spreadsheet(pd.DataFrame(rows, columns=[*names, "where"], dtype=object))
    for column in ("points", "max_points", "status"):
        table[column] = table[column].map(str.strip)
    table["max_points_number"] = table["max_points"].map(_number).astype(float)
    for row in table[~(table["max_points_number"] >= 0)].to_dict("records"):
        raise InputError(f"{row['where']}: max_points {row['max_points']!r} is no number")
    for row in table[table.duplicated(KEY_COLUMNS)].to_dict("records"):
        raise InputError(f"{row['where']}: a second row for {row['student']}, {row['exercise']}, {row['task']}")
    return table


def _lines(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers from 1; the first one is the header."""
    text = re.sub(r"\Asep=.\r?\n", "", _decode(content))
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=header.count)
    rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1))
    lines = [(number, fields) for number, fields in rows if any(field.strip() for field in fields)]
    found = _column_names(lines[0][1]) if lines else []
    if missing := [column for column in GRADE_COLUMNS if column not in found]:
        raise InputError(f"{name} has no column {', '.join(missing)}; is it a grades.csv?")
    return lines


def _column_names(header: list[str]) -> list[str]:
    return [text.strip().casefold().replace(" ", "_") for text in header]


def _decode(content: bytes) -> str:
    for start, encoding in ENCODINGS.items():
        if content.startswith(start):
            return content.decode(encoding, "replace")
    if content[1:2] == b"\0":
        return content.decode("utf-16-le", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # what Windows calls Latin-1


def merge_record(record: Record, graded: Iterable[GradedSubmission]) -> list[GradedSubmission]:
    """The record with the submissions that were graded now, by student and exercise; what a person typed stays."""
    merged = dict(record)
    for submission in graded:
        key = submission.student, submission.exercise
        merged[key] = _keep_typed(submission, record[key].grades) if key in record else submission
    return [merged[key] for key in sorted(merged)]


def _keep_typed(submission: GradedSubmission, before: Sequence[Grade]) -> GradedSubmission:
    typed = {grade.task: grade for grade in before if grade.status == BY_HAND or grade.comment}
    grades = [_merge(grade, typed.pop(grade.task, None)) for grade in submission.grades]
    return replace(submission, grades=[*grades, *typed.values()])


def _merge(grade: Grade, typed: Grade | None) -> Grade:
    if typed is None:
        return grade
    if typed.status != BY_HAND or typed.points is None:
        return replace(grade, comment=typed.comment)
    return replace(grade, comment=typed.comment, points=min(typed.points, grade.max_points), status=BY_HAND)


def add_typed_columns(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns that a person added to the grades of `before`, as `read_grade_table` gives them."""
    added = [name for name in before if name and name not in (*GRADE_COLUMNS, "where", "max_points_number")]
    return rows.merge(before[[*KEY_COLUMNS, *added]], on=KEY_COLUMNS, how="left").fillna(dict.fromkeys(added, ""))


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

"""Grades in nbgrader's gradebook.db, where formgrader shows them, points are typed, and nbgrader exports them.

The folder of grades is a course folder of nbgrader: it has `gradebook.db`, `submitted/`, `autograded/` and
`nbgrader_config.py`.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.api import (
    Grade as NbgraderGrade,
)
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from analysis.evidence.errors import InputError, format_path
from analysis.exercises.course import Exercise, grade_id
from analysis.exercises.gradebook import BY_HAND, Grade, GradedSubmission, set_points

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

DATABASE = "gradebook.db"
CONFIG = "nbgrader_config.py"
UNSEEN = ("not handed in",)  # the status of a submission that nbgrader does not know
LATE_REMARK = re.compile(r"handed in \d+ \w+ \d+ \w+ after the due date")
OUTPUT_KINDS = ["text/plain", "image/png", "image/jpeg"]  # what formgrader may show of a stranger's output


@contextmanager
def _open(out: Path) -> Iterator[Session]:
    """A session with the database in the folder `out`, made if there is none. What is not committed is rolled back."""
    try:
        with _programs_found():
            made = Gradebook(f"sqlite:///{(out / DATABASE).resolve()}", _course_id(out))
        with made as opened:
            yield opened.db
            opened.db.rollback()
    except Exception as error:
        if type(error).__module__.startswith("sqlalchemy"):
            said = str(error).splitlines()[0]
            raise InputError(f"{format_path(out / DATABASE)} cannot be used: {said}") from None
        raise


@contextmanager
def _programs_found() -> Iterator[None]:
    """With the programs of this environment on the path: nbgrader runs alembic when it makes a database."""
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        yield
    finally:
        os.environ["PATH"] = path


def load_config(out: Path) -> Config:
    """The settings in the folder's nbgrader_config.py; none without the file."""
    try:
        return PyFileConfigLoader(CONFIG, path=str(out)).load_config()
    except ConfigFileNotFound:
        return Config()


def _course_id(out: Path) -> str:
    return str(load_config(out).get("CourseDirectory", {}).get("course_id", "")) or "default_course"


def read_typed(
    out: Path, record: Mapping[tuple[str, str], GradedSubmission]
) -> list[tuple[tuple[str, str, str], Grade]]:
    """The grades of `record` as the database has them: with points and comments that a person typed in formgrader."""
    if not (out / DATABASE).is_file():
        return []
    with _open(out) as session:
        marks = {tuple(key): row for *key, row in _marks(session)}
        comments = {tuple(key): text or "" for *key, text in _comments(session)}
    found = []
    for (student, exercise), submission in record.items():
        written = _comments_of(submission)
        for grade in submission.grades:
            if mark := marks.get((student, exercise, grade.task)):
                new = _typed_points(grade, *mark)
                typed = comments.get((student, exercise, grade.answer_cell))
                new = replace(new, comment=_typed_comment(grade, typed, written))
                found.append(((student, exercise, grade.task), new))
    return found


def _marks(session: Session) -> Iterator[tuple]:
    for student, assignment, cell, mark in _by_cell(session, NbgraderGrade):
        yield student, assignment, cell, (mark.manual_score, mark.extra_credit, mark.needs_manual_grade)


def _comments(session: Session) -> Iterator[tuple]:
    for student, assignment, cell, comment in _by_cell(session, Comment):
        yield student, assignment, cell, comment.manual_comment


def _by_cell(session: Session, kind: Any) -> Iterable[tuple]:
    """Every grade or comment with the student, assignment and cell that it belongs to."""
    return (
        session.query(Student.id, Assignment.name, BaseCell.name, kind)
        .select_from(kind)
        .join(BaseCell, kind.cell_id == BaseCell.id)
        .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
        .all()
    )


def _typed_points(old: Grade, manual: float | None, extra: float | None, needs_manual: bool) -> Grade:
    if old.is_changed and not needs_manual:  # a person has looked at the new answer
        old = replace(old, marked_answer=old.answer)
    beyond = max(0.0, manual - old.max_points) if manual is not None else 0.0
    points = min(max(0.0, manual), old.max_points) if manual is not None else None
    return replace(set_points(old, points), extra_points=(extra or 0) + beyond)


def _comments_of(submission: GradedSubmission) -> dict[str, str]:
    """By cell: the comments of its tasks, as they are written into the database."""
    texts: dict[str, list[str]] = {}
    for grade in submission.grades:
        texts.setdefault(grade.answer_cell, []).extend([grade.comment] if grade.comment else [])
    return {cell: "\n".join(parts) for cell, parts in texts.items()}


def _typed_comment(grade: Grade, typed: str | None, written: Mapping[str, str]) -> str:
    """The comment of a task. A text that is typed at an answer with several tasks belongs to the first that had one."""
    before = written.get(grade.answer_cell, "")
    if typed is None or typed.strip() == before or not grade.answer_cell:
        return grade.comment
    return typed.strip() if grade.comment == before or not before else ""


def apply_late_penalties(out: Path, graded: Sequence[GradedSubmission]) -> list[GradedSubmission]:
    """The submissions with the penalties that nbgrader's settings in `out` give for those that came late.

    A due date is that of the assignment in the database, with a student's extension.
    """
    if not (out / DATABASE).is_file():
        return list(graded)
    with _open(out) as session:
        due = {name: day for name, day in session.query(Assignment.name, Assignment.duedate) if day}
        more = {
            (each.student.id, each.assignment.name): each.extension
            for each in session.query(SubmittedAssignment).filter(SubmittedAssignment.extension.isnot(None))
        }
    plugin = _late_plugin(load_config(out))
    return [_with_penalty(each, due.get(each.exercise), more, plugin) for each in graded]


def _late_plugin(config: Config) -> LateSubmissionPlugin:
    assign = AssignLatePenalties(config=config)
    assign.log.setLevel(logging.CRITICAL)
    assign.init_plugin()
    return assign.plugin_inst


def _with_penalty(each: GradedSubmission, due: datetime | None, more: Mapping, plugin) -> GradedSubmission:
    remarks = [text for text in each.remarks if not LATE_REMARK.match(text)]
    if not (due and each.handed_in_at):
        return replace(each, late_penalty=0, remarks=remarks)
    due += more.get((each.student, each.exercise)) or timedelta()
    seconds = (datetime.fromisoformat(each.handed_in_at) - due).total_seconds()
    if seconds <= 0:
        return replace(each, late_penalty=0, remarks=remarks)
    asked = plugin.late_submission_penalty(each.student, each.points, seconds) or 0
    penalty = min(max(0.0, float(asked)), each.points)
    cost = f", which costs {penalty:g} points" if penalty else ""
    return replace(
        each, late_penalty=penalty, remarks=[*remarks, f"handed in {_duration(seconds)} after the due date{cost}"]
    )


def _duration(seconds: float) -> str:
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def write_database(out: Path, graded: Sequence[GradedSubmission], exercises: Mapping[str, Exercise]) -> None:
    """Write points, remarks and comments of all submissions of the `exercises` into the database, or nothing.

    The machine's points are `auto_score`, a person's `manual_score`.
    """
    out.mkdir(parents=True, exist_ok=True)
    with _open(out) as session:
        course = _course_id(out)
        notebooks = {
            name: _write_exercise(session, course, exercises[name])
            for name in dict.fromkeys(each.exercise for each in graded)
            if name in exercises
        }
        for each in graded:
            if each.exercise in notebooks and _is_known(each):
                _write_submission(session, each, notebooks[each.exercise])
        session.commit()


def _is_known(submission: GradedSubmission) -> bool:
    return any(grade.status not in UNSEEN or grade.comment for grade in submission.grades)


def _write_exercise(session: Session, course: str, exercise: Exercise) -> Notebook:
    """The assignment of the exercise with its cells, as `nbgrader generate_assignment` makes them."""
    assignment = session.query(Assignment).filter(Assignment.name == exercise.name).one_or_none()
    if assignment is None:
        assignment = Assignment(name=exercise.name, course_id=course)
        session.add(assignment)
    notebook = next((each for each in assignment.notebooks if each.name == exercise.name), None)
    if notebook is None:
        notebook = Notebook(name=exercise.name, assignment=assignment)
        session.add(notebook)
    notebook.kernelspec = json.dumps(exercise.source.metadata.get("kernelspec", {}))
    cells = {(type(cell), cell.name): cell for cell in notebook._base_cells}
    sources = {cell.name: cell for cell in notebook.source_cells}
    for cell in exercise.for_grading.cells:
        if name := grade_id(cell):
            session.add_all(_written_cells(notebook, name, cell, cells, sources))
    session.flush()
    session.expire(notebook, ["_base_cells"])
    return notebook


def _written_cells(notebook: Notebook, name: str, cell: NotebookNode, cells: dict, sources: dict) -> Iterator:
    """The database's entries for one cell, new or brought up to date."""
    kinds = ((GradeCell, is_grade(cell)), (SolutionCell, is_solution(cell)), (TaskCell, is_task(cell)))
    for kind, wanted in kinds:
        if wanted:
            known = cells.get((kind, name)) or kind(name=name, notebook=notebook)
            if kind is not SolutionCell:
                known.max_score, known.cell_type = float(cell.metadata.nbgrader.points), cell.cell_type
            yield known
    if any(wanted for _, wanted in kinds) or is_locked(cell):
        known = sources.get(name) or SourceCell(name=name, notebook=notebook)
        known.cell_type, known.locked, known.source = cell.cell_type, is_locked(cell), cell.source
        known.checksum = cell.metadata.nbgrader.get("checksum")
        yield known


def _write_submission(session: Session, submission: GradedSubmission, notebook: Notebook) -> None:
    student = session.get(Student, submission.student)
    if student is None:
        student = Student(id=submission.student)
        session.add(student)
    handed_in = next((each for each in student.submissions if each.assignment is notebook.assignment), None)
    if handed_in is None:
        handed_in = SubmittedAssignment(assignment=notebook.assignment, student=student)
        session.add(handed_in)
    handed_in.timestamp = datetime.fromisoformat(submission.handed_in_at) if submission.handed_in_at else None
    mine = next((each for each in handed_in.notebooks if each.notebook is notebook), None)
    if mine is None:
        mine = SubmittedNotebook(notebook=notebook, assignment=handed_in)
        session.add(mine)
    mine.late_submission_penalty = submission.late_penalty or None
    session.flush()
    session.add_all(_written_marks(submission, notebook, mine))


def _written_marks(submission: GradedSubmission, notebook: Notebook, mine: SubmittedNotebook) -> Iterator:
    """The database's entries for points and comments of one submission, new or brought up to date."""
    marks, comments = ({each.cell_id: each for each in found} for found in (mine.grades, mine.comments))
    by_task = {grade.task: grade for grade in submission.grades}
    typed, said = _comments_of(submission), _remarks_of(submission)
    for cell in notebook._base_cells:
        if isinstance(cell, GradeCell | TaskCell):
            mark = marks.get(cell.id) or NbgraderGrade(cell=cell, notebook=mine)
            if grade := by_task.get(cell.name):
                _write_mark(mark, grade)
            yield mark
        if isinstance(cell, SolutionCell | TaskCell):
            comment = comments.get(cell.id) or Comment(cell=cell, notebook=mine)
            comment.manual_comment = typed.get(cell.name) or None
            comment.auto_comment = said.get(cell.name) or None
            yield comment


def _write_mark(mark: NbgraderGrade, grade: Grade) -> None:
    is_typed = grade.status == BY_HAND
    mark.manual_score = grade.points if is_typed else None
    mark.auto_score = grade.points if not is_typed else mark.auto_score
    mark.extra_credit = grade.extra_points or None
    mark.needs_manual_grade = grade.points is None or grade.is_changed


def _remarks_of(submission: GradedSubmission) -> dict[str, str]:
    """By cell: what the machine says of its tasks."""
    texts: dict[str, list[str]] = {}
    for grade in submission.grades:
        if said := ". ".join(text for text in grade.remarks if text != grade.comment):
            texts.setdefault(grade.answer_cell, []).append(f"{grade.task}: {said}")
    return {cell: "\n".join(parts) for cell, parts in texts.items()}


def nbgrader_files(out: Path, submission: GradedSubmission) -> dict[Path, str]:
    """The files of a submission that was run now, where nbgrader and formgrader look for them in `out`."""
    if submission.ran is None or submission.submitted is None:
        return {}
    files = {}
    for step, notebook in (("submitted", submission.submitted), ("autograded", _shown(submission.ran))):
        folder = out / step / submission.student / submission.exercise
        files[folder / f"{submission.exercise}.ipynb"] = nbformat.writes(notebook)
        if submission.handed_in_at:
            files[folder / "timestamp.txt"] = f"{submission.handed_in_at} UTC\n"
    return files


def _shown(ran: NotebookNode) -> NotebookNode:
    """The notebook with complete tests in place of visible ones, and with nothing that a browser would run."""
    cells = [cell for cell in ran.cells if cell.metadata.get("part", "") != "visible"]
    for cell in cells:
        for out in cell.get("outputs", []):
            if "data" in out:
                out.data = {kind: value for kind, value in out.data.items() if kind in OUTPUT_KINDS}
    notebook, _ = SanitizeHTML().preprocess(NotebookNode(ran, cells=cells), {})
    return notebook


def config_file(out: Path, course: Path) -> dict[Path, str]:
    """The course's settings for the folder `out`, if it has none of its own."""
    source = course / CONFIG
    if (out / CONFIG).exists() or not source.is_file():
        return {}
    return {out / CONFIG: source.read_text(encoding="utf-8")}

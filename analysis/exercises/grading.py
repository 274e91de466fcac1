"""All submissions graded in parallel: each is repaired, run in its own sandbox and judged; none stops the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
from nbformat import NotebookNode

from analysis.evidence.csv_tables import write_files
from analysis.evidence.spreadsheet import to_spreadsheet
from analysis.exercises import (
    answer_pages,
    autograding,
    class_record,
    class_summary,
    feedback,
    grade_exports,
    grade_sheets,
    gradebook,
    nbgrader_database,
)
from analysis.exercises.course import Exercise, cells_by_id, is_answer_code, is_instructor_cell
from analysis.exercises.gradebook import Grade, GradedSubmission
from analysis.exercises.judge import Judge
from analysis.exercises.notebook_run import run_notebook
from analysis.exercises.repair import repair_submission
from analysis.exercises.roster import Roster
from analysis.exercises.sandbox import SubmissionLimits, open_sandbox
from analysis.exercises.submissions import Submission, UnreadableSubmission, is_notebook_name, read_submission

MAX_OTHER_FILES = 50_000_000  # bytes of files beside the notebook of a submission


def grade_all(
    submissions: Sequence[Submission], limits: SubmissionLimits, backend: str, workers: int = 2,
    progress: Callable[[GradedSubmission], None] = lambda _: None,
) -> list[GradedSubmission]:  # fmt: skip
    """The grades of every submission, in the order given; `workers` run in parallel.

    `backend` is one of `isolation.BACKENDS`. `progress` is called with every submission that is done.
    """

    def one(submission: Submission) -> GradedSubmission:
        graded = grade_one(submission, limits, backend)
        progress(graded)
        return graded

    with ThreadPoolExecutor(workers) as pool:
        try:
            return list(pool.map(one, submissions))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def grade_one(submission: Submission, limits: SubmissionLimits, backend: str) -> GradedSubmission:
    """The grades of one submission. Whatever is wrong with it becomes a remark; nothing is raised."""
    if submission.path is None:
        return _without_points(submission, "not handed in")
    try:
        submitted = read_submission(submission.path)
        repaired, repairs = repair_submission(submitted, submission.exercise)
        remarks = submission.remarks + repairs
        with open_sandbox(_files(submission.path.parent, submission.exercise, remarks)) as folder:
            ran, ended = autograde_notebook(repaired, submission.exercise, folder, limits, backend)
        remarks += [*([ended] if ended else []), *feedback.clear_secrets(ran, submission.exercise)]
        grades = _with_answers(autograding.judge_notebook(ran, submission.exercise.released), repaired, submission)
        return GradedSubmission(
            submission.student, submission.exercise.name, grades, remarks, feedback.visible_cells(ran),
            handed_in_at=_time_text(submission), ran=ran, submitted=submitted,
        )  # fmt: skip
    except UnreadableSubmission as error:
        return _without_points(submission, "unreadable", str(error))
    except Exception as error:  # the batch goes on; the instructor reads what to report
        traceback.print_exc()
        return _without_points(submission, "not graded", f"grading it failed: {type(error).__name__}: {error}")


def _with_answers(grades: list[Grade], repaired: NotebookNode, submission: Submission) -> list[Grade]:
    """The grades with the cell that answers each task, and what identifies the answer in it."""
    cells, names = cells_by_id(repaired), submission.exercise.answer_cells
    return [
        replace(grade, answer_cell=names[grade.task], answer=_identify(cells[names[grade.task]].source))
        if names.get(grade.task) in cells
        else grade
        for grade in grades
    ]


def _identify(source: str) -> str:
    return sha256(source.strip().encode("utf-8", "replace")).hexdigest()[:16]


def _time_text(submission: Submission) -> str:
    return submission.handed_in_at.isoformat(" ", "seconds") if submission.handed_in_at else ""


def autograde_notebook(
    notebook: NotebookNode, exercise: Exercise, folder: Path, limits: SubmissionLimits, backend: str
) -> tuple[NotebookNode, str]:
    """Prepare the tests of a notebook and run it in `folder`; returns it, and what ended the run early, if anything."""
    prepared = autograding.prepare_tests(notebook, exercise.released)
    answers = [cell.source for cell in exercise.source.cells if is_answer_code(cell)]
    own = [c.source for c in exercise.for_grading.cells if c.cell_type == "code" and is_instructor_cell(c)]
    with open_sandbox({path: path.relative_to(exercise.folder) for path in exercise.files}) as tests_folder:
        judge = Judge(tests_folder / "work", answers, own, limits)
        try:
            return prepared, run_notebook(prepared, folder, limits, backend, judge)
        finally:
            judge.close()


def _without_points(submission: Submission, status: str, *remarks: str) -> GradedSubmission:
    tasks = submission.exercise.tasks
    cells = submission.exercise.answer_cells
    grades = [Grade(task, 0, max_points, status, answer_cell=cells[task]) for task, max_points in tasks.items()]
    said = [*submission.remarks, *remarks]
    return GradedSubmission(
        submission.student, submission.exercise.name, grades, said, handed_in_at=_time_text(submission)
    )


def _files(submitted: Path, exercise: Exercise, remarks: list[str]) -> dict[Path, Path]:
    """The files beside the notebook, as path -> relative path: the student's, and in place of them the instructor's."""
    size = 0
    files: dict[Path, Path] = {}
    for path in sorted(submitted.rglob("*")):
        if path.is_symlink() or not path.is_file() or is_notebook_name(path.name):
            continue
        size += path.stat().st_size
        if size > MAX_OTHER_FILES:
            remarks.append(
                f"more than {MAX_OTHER_FILES // 10**6} MB of other files: {path.name} and what follows left out"
            )
            break
        files[path] = path.relative_to(submitted)
    own = {path.relative_to(exercise.folder): path for path in exercise.files}
    return {path: at for path, at in files.items() if at not in own} | {path: at for at, path in own.items()}


# Text of a submission may hold half a surrogate pair, which text of pyarrow cannot.
@pd.option_context("mode.string_storage", "python")
def write_grades(
    out: Path, graded: Sequence[GradedSubmission], conditions: str, course: Sequence[Exercise] = (),
    roster: Roster | None = None,
) -> list[Path]:  # fmt: skip
    """Write tables, feedback, summary and nbgrader's gradebook of the class to the folder `out`; returns the paths.

    `conditions` says with what isolation and limits the submissions were graded, `course` holds the exercises that go
    into nbgrader's database. What was graded into `out` before stays, and so do the points, remarks and columns that a
    person typed. All files are written or none. Raises InputError as `class_record.read_class_record`.
    """
    record = class_record.read_class_record(out)
    config = nbgrader_database.config_file(out, course[0].folder.parents[1]) if course else {}
    write_files(config)
    merged = nbgrader_database.apply_late_penalties(out, class_record.merge_record(record, graded))
    before = (grade_sheets.read_grade_table(out / name) for name in class_record.SHEETS)
    rows = grade_sheets.add_typed_columns(gradebook.grade_rows(merged), *before)
    files: dict[Path, str | bytes] = grade_sheets.grade_files(out, rows)
    files |= {out / "summary.html": class_summary.summary_page(merged, conditions)}
    files |= {out / "answers_in_words.html": answer_pages.answers_page(merged, out)}
    files |= _totals(out, merged, roster)
    now = {each.student for each in graded}
    changed = (each.student for each in merged if each.student in now or not class_record.is_written(out, each))
    for student in dict.fromkeys(changed):
        own = [class_record.with_cells(out, each) for each in merged if each.student == student]
        files |= _files_of_student(out, student, own)
    if course:  # first, so that files that cannot be written leave what a person typed in both places
        nbgrader_database.write_database(out, merged, {exercise.name: exercise for exercise in course})
    write_files({path: _plain(content) for path, content in files.items()})
    return list(files)


def _plain(content: str | bytes) -> str | bytes:
    return content.encode("utf-8", "replace") if isinstance(content, str) else content


def _totals(out: Path, merged: Sequence[GradedSubmission], roster: Roster | None) -> dict[Path, str | bytes]:
    totals, most = grade_exports.class_totals(merged), grade_exports.max_points_by_exercise(merged)
    tables = {"totals.csv": totals}
    if roster and roster.names:
        tables["moodle.csv"] = grade_exports.moodle_table(totals, roster, most)
        tables["canvas.csv"] = grade_exports.canvas_table(totals, roster, most)
    return {out / name: to_spreadsheet(table) for name, table in tables.items()}


def _files_of_student(out: Path, student: str, own: Sequence[GradedSubmission]) -> dict[Path, str | bytes]:
    files: dict[Path, str | bytes] = {out / "feedback" / f"{student}.html": feedback.feedback_page(student, own)}
    for each in own:
        files[class_record.notebook_path(out, each).with_suffix(".json")] = gradebook.gradebook_json(each)
        files[class_record.notebook_path(out, each)] = class_record.notebook_text(each)
        files |= nbgrader_database.nbgrader_files(out, each)
    return files

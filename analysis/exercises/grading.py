"""Submissions graded side by side: each mended, run in its own room, judged; none stops the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nbformat import NotebookNode

from analysis.evidence.csv_tables import write_files
from analysis.evidence.spreadsheet import to_spreadsheet
from analysis.exercises import autograde, class_summary, feedback, gradebook
from analysis.exercises.course import Exercise
from analysis.exercises.gradebook import Grade, Graded
from analysis.exercises.notebook_run import run_notebook
from analysis.exercises.repair import repair_submission
from analysis.exercises.sandbox import Limits, open_sandbox
from analysis.exercises.submissions import Submission, Unreadable, read_submission

MOST_FILES = 50_000_000  # bytes of other files that a submission may bring


def grade_all(
    submissions: Sequence[Submission], limits: Limits, way: str, workers: int = 2,
    progress: Callable[[Graded], None] = lambda _: None,
) -> list[Graded]:  # fmt: skip
    """Every submission graded, in the order given; `way` as in `isolate`."""

    def one(submission: Submission) -> Graded:
        graded = grade_one(submission, limits, way)
        progress(graded)
        return graded

    with ThreadPoolExecutor(workers) as pool:
        try:
            return list(pool.map(one, submissions))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def grade_one(submission: Submission, limits: Limits, way: str) -> Graded:
    """One submission graded. Whatever is wrong with it is said in its remarks; nothing is raised."""
    if submission.path is None:
        return _nothing(submission, "not handed in")
    try:
        whole, mended = repair_submission(read_submission(submission.path), submission.exercise)
        remarks = submission.remarks + mended
        with open_sandbox(_files(submission, remarks)) as folder:
            ran, ended = autograde_notebook(whole, submission.exercise, folder, limits, way)
        remarks += [*([ended] if ended else []), *feedback.clear_secrets(ran, submission.exercise)]
        grades = autograde.judge_notebook(ran, submission.exercise.released)
        return Graded(submission.student, submission.exercise.name, grades, remarks, feedback.visible_cells(ran))
    except Unreadable as error:
        return _nothing(submission, "unreadable", str(error))
    except Exception as error:  # the batch goes on, and the instructor is told what to report
        traceback.print_exc()
        return _nothing(submission, "not graded", f"grading it failed: {type(error).__name__}: {error}")


def autograde_notebook(
    notebook: NotebookNode, exercise: Exercise, folder: Path, limits: Limits, way: str
) -> tuple[NotebookNode, str]:
    """The notebook with every test laid out, after its run in `folder`, and what ended it early."""
    script = autograde.lay_out_tests(notebook, exercise.released)
    return script, run_notebook(script, folder, limits, way)


def _nothing(submission: Submission, status: str, *remarks: str) -> Graded:
    tasks = submission.exercise.tasks
    grades = [Grade(task, 0, most, status) for task, most in tasks.items()]
    return Graded(submission.student, submission.exercise.name, grades, [*submission.remarks, *remarks])


def _files(submission: Submission, remarks: list[str]) -> dict[Path, Path]:
    """What lies beside the notebook: the student's files, and over them the instructor's."""
    beside, size = submission.path.parent, 0
    files: dict[Path, Path] = {}
    for path in sorted(beside.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        size += path.stat().st_size
        if size > MOST_FILES:
            remarks.append(f"more than {MOST_FILES // 10**6} MB of other files: {path.name} and what follows left out")
            break
        files[path] = path.relative_to(beside)
    ours = {path.relative_to(submission.exercise.folder): path for path in submission.exercise.files}
    return {path: at for path, at in files.items() if at not in ours} | {path: at for at, path in ours.items()}


def write_grades(out: Path, graded: Sequence[Graded], exercises: Sequence[Exercise], said: str) -> list[Path]:
    """grades.csv, summary.html, feedback/STUDENT.html and gradebook/STUDENT/EXERCISE.json in `out`,
    all of them or none; `said` is how they were graded. Points typed into a former grades.csv stay."""
    graded = gradebook.merge_marks(graded, gradebook.read_marks(out / "grades.csv"))
    table = gradebook.grade_rows(graded)
    files = {out / "grades.csv": to_spreadsheet(table), out / "summary.html": class_summary.summary_page(graded, said)}
    for student in dict.fromkeys(of.student for of in graded):
        own = [of for of in graded if of.student == student]
        files[out / "feedback" / f"{student}.html"] = feedback.feedback_page(student, own, exercises)
        files |= {out / "gradebook" / student / f"{of.exercise}.json": gradebook.to_json(of) for of in own}
    write_files({path: text.encode("utf-8", "replace").decode() for path, text in files.items()})
    return list(files)

"""Grading: time and outcome beside `nbgrader autograde`, on the same submissions.

    python benchmarks/exercises.py            # both batches, some ten minutes on two cores
    python benchmarks/exercises.py --quick    # the class of eight only

Writes benchmarks/exercises.md. Two batches: the thirty simulated submissions of tests/exercises/test_grading.py
(right, blank, altered, endless, flooding, dying, ...), and eight right submissions of the exercise 3_counting. Both
programs have 30 s per cell, their default. One of the thirty is left out of what is timed: a copied test cell ends
nbgrader's whole batch.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from analysis.exercises import isolation
from analysis.exercises.course import COURSE_FOLDER, open_course
from analysis.exercises.grading import grade_all, write_grades
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.submissions import find_submissions

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.exercises.conftest import hand_in, make_course  # noqa: E402
from tests.exercises.test_grading import class_of_thirty  # noqa: E402

EIGHT = "3_counting"
ENDS_NBGRADER = "19 copied tests"
PAGE = Path(__file__).with_suffix(".md")
TEXT = """# Grading

Written by `python benchmarks/exercises.py`; what is measured stands at the top of that file.

{machine}, {versions}.

| batch | program | seconds | against nbgrader | graded |
|---|---|---:|---:|---:|
{table}

- Ours includes the pages of feedback and the summary; nbgrader's feedback is another command and is not in its time.
  Both wait 30 s for a cell that does not end; ours ends a kernel that cannot be interrupted.
- *graded*: submissions that came out with points. What nbgrader could not grade it leaves without any. A thirtieth
  submission, *{left_out}*, is left out: nbgrader ends the whole batch there, ours grades it.
"""


def simulated(folder: Path) -> str:
    """The course `sums` and what its students hand in, as nbgrader has them; returns its name."""
    (exercise,) = open_course(make_course(folder))
    for student, (notebook, _) in class_of_thirty(exercise.released, folder.parent / "outside").items():
        if student != ENDS_NBGRADER:
            hand_in(folder / "submitted", student, notebook)
    return exercise.name


def eight(folder: Path) -> str:
    """A copy of the course and eight right submissions of one exercise; returns its name."""
    shutil.copytree(COURSE_FOLDER, folder, ignore=shutil.ignore_patterns("gradebook.db*", "release", "submitted"))
    (exercise,) = open_course(folder, [EIGHT])
    for number in range(8):
        hand_in(folder / "submitted", f"student{number}", exercise.source, f"{EIGHT}/{EIGHT}.ipynb")
    return exercise.name


def by_grade(course: Path, name: str, backend: str, workers: int) -> tuple[float, int, int]:
    """Seconds of `incidents exercises grade`, submissions with points for every task, submissions."""
    start = time.perf_counter()
    exercises = open_course(course, [name])
    graded = grade_all(find_submissions(course / "submitted", exercises), SubmissionLimits(), backend, workers)
    write_grades(course / "grades", graded, "benchmark", exercises)
    return time.perf_counter() - start, len(graded), len(graded)


def by_nbgrader(course: Path, name: str) -> tuple[float, int, int]:
    """Seconds of `nbgrader autograde`, submissions that it graded, submissions."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def nbgrader(action: str, check: bool) -> None:
        command = [sys.executable, "-m", "nbgrader", action, name]
        subprocess.run(command, check=check, cwd=course, env=os.environ | {"PATH": path}, capture_output=True)

    nbgrader("generate_assignment", check=True)
    start = time.perf_counter()
    nbgrader("autograde", check=False)
    seconds = time.perf_counter() - start
    done = {path.parent.parent.name for path in course.glob(f"autograded/*/{name}/*.ipynb")}
    return seconds, len(done), len(list((course / "submitted").iterdir()))


def rows(make, label: str, ways: list[str]) -> list[str]:
    """The table's rows for one batch."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        name = make(course)
        measured = {"nbgrader autograde": by_nbgrader(course, name)}
        for backend in ways:
            measured[f"ours, two at once, {backend}"] = by_grade(course, name, backend, 2)
        measured["ours, one after another, none"] = by_grade(course, name, "none", 1)
    theirs = measured["nbgrader autograde"][0]
    return [
        f"| {label} | {how} | {seconds:.0f} | {seconds / theirs:.2f} | {done} of {all_} |"
        for how, (seconds, done, all_) in measured.items()
    ]


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the class of eight only")
    quick = parser.parse_args().quick
    ways = [backend for backend in isolation.BACKENDS if backend != "user" and not isolation.backend_problem(backend)]
    table = [] if quick else rows(simulated, "29 simulated", ways)
    table += rows(eight, f"eight right, {EIGHT}", ways)
    PAGE.write_text(TEXT.format(
        machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        versions=", ".join(f"{name} {version(name)}" for name in ("nbgrader", "nbclient", "ipykernel")),
        table="\n".join(table), left_out=ENDS_NBGRADER,
    ), encoding="utf-8")  # fmt: skip
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

"""The commands `incidents exercises ...`: parse, call one function, print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analysis.exercises.course import Exercise

EXERCISE_NAMES = click.argument("names", nargs=-1)
COURSE_OPTION = click.option(
    "--course", type=click.Path(path_type=Path), help="Another course folder (see notebooks/exercises)."
)
EXERCISE_OPTION = click.option("--exercise", "names", multiple=True, help="Only this exercise; may be given again.")
SHOWN_FILES = ("grades.csv", "grades.xlsx", "summary.html", "answers_in_words.html", "moodle.csv", "canvas.csv")


@click.group()
def exercises() -> None:
    """Exercises: hand them out, grade what comes back, prove their tests."""
    from analysis.evidence.errors import InputError

    try:
        import nbgrader  # noqa: F401
    except ImportError:
        raise InputError("the exercises need the extra 'teach': pip install 'attack-incidents[teach]'") from None


@exercises.command()
@EXERCISE_NAMES
@COURSE_OPTION
@click.option("--out", default="build/exercises", type=click.Path(path_type=Path), show_default=True,
              help="Where the folder and its zip go.")  # fmt: skip
def release(names: tuple[str, ...], course: Path | None, out: Path) -> None:
    """Make the students' folder and its zip; all exercises by default."""
    from analysis.evidence.errors import format_path
    from analysis.exercises.student_release import release_exercises

    for path in release_exercises(_open(course, names), out):
        click.echo(format_path(path))


@exercises.command()
@click.argument("folder", type=click.Path(path_type=Path))
@EXERCISE_OPTION
@click.option("--student", "students", multiple=True, help="Only this student; may be given again.")
@click.option("--roster", type=click.Path(path_type=Path),
              help="The class: a table from Moodle or Canvas, or one with a column name.")  # fmt: skip
@COURSE_OPTION
@click.option("--out", default="build/grades", type=click.Path(path_type=Path), show_default=True,
              help="Where grades, feedback and summary go.")  # fmt: skip
@click.option("--isolate", "backend", default="auto", show_default=True, help="What keeps submissions off your files.",
              type=click.Choice(["auto", "bwrap", "user", "none"]))  # fmt: skip
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Submissions at once.")
@click.option("--cell-seconds", default=30, show_default=True, type=click.IntRange(1), help="Time for one cell.")
@click.option("--seconds", default=300, show_default=True, type=click.IntRange(1), help="Time for one submission.")
@click.option(
    "--memory", default=4000, show_default=True, type=click.IntRange(1500), help="Megabytes for one submission."
)
def grade(
    folder: Path, names: tuple[str, ...], students: tuple[str, ...], roster: Path | None, course: Path | None,
    out: Path, backend: str, workers: int, cell_seconds: int, seconds: int, memory: int,
) -> None:  # fmt: skip
    """Grade the submissions in FOLDER: a download of Moodle or Canvas, packed or not, STUDENT/EXERCISE/EXERCISE.ipynb
    or STUDENT/EXERCISE.ipynb.

    Points for answers in words are typed into grades.xlsx, grades.csv or formgrader; grade again, and they are taken
    over. What was graded into the same place before stays there.
    """
    from tqdm import tqdm

    from analysis.evidence.errors import format_path
    from analysis.exercises import class_record, isolation
    from analysis.exercises.deliveries import open_delivery
    from analysis.exercises.grading import grade_all, write_grades
    from analysis.exercises.roster import keep_roster
    from analysis.exercises.sandbox import SubmissionLimits
    from analysis.exercises.submissions import find_submissions, pick_students

    chosen_names = [exercise.name for exercise in _open(course, names)]
    whole = _open(course, ())
    class_record.read_class_record(out)  # raises its errors before anything runs
    known = keep_roster(out, roster)
    with open_delivery(folder, known) as delivery:
        submissions = find_submissions(delivery.folder, whole, chosen_names, known.names, delivery.remarks)
        submissions = pick_students(submissions, students)
        chosen = isolation.choose_backend(backend)
        click.echo(f"isolation: {isolation.BACKENDS[chosen]}")
        with tqdm(total=len(submissions), unit="submission", disable=None, leave=False) as bar:
            limits = SubmissionLimits(cell_seconds, seconds, memory)
            graded = grade_all(submissions, limits, chosen, workers, lambda _: bar.update())
    conditions = f"{isolation.BACKENDS[chosen]}; {cell_seconds} s per cell, {seconds} s and {memory} MB per submission"
    paths = write_grades(out, graded, conditions, whole, known)
    for each in graded:
        points = f"{each.student}  {each.exercise}  {each.points:g} of {each.max_points:g}"
        click.echo("\n    ".join([points, *each.remarks]))
    for name in delivery.left_out:
        click.echo(f"left out, because it is of no student: {name}")
    shown = [path for path in paths if path.parent == out and path.name in SHOWN_FILES]
    for path in shown:
        click.echo(format_path(path))


@exercises.command()
@EXERCISE_NAMES
@COURSE_OPTION
def check(names: tuple[str, ...], course: Path | None) -> None:
    """Prove the tests: right answers earn all points, no answer earns none, and every wrong answer and every mutant of
    a right one is found."""
    from tqdm import tqdm

    from analysis.exercises.mutation_proof import prove_mutants
    from analysis.exercises.proof_of_tests import prove_tests

    known = _open(course, names)
    with tqdm(total=3 * len(known), unit="step", disable=None, leave=False) as bar:
        proofs = prove_tests(known, lambda _: bar.update())
        mutations = prove_mutants(known, lambda _: bar.update())
    click.echo(f"{'exercise':<28}  tests  points  by hand  wrong answers  mutants  equivalent  proved")
    for proof, mutation in zip(proofs, mutations, strict=True):
        proof.problems += mutation.problems
        yes = "no" if proof.problems else "yes"
        click.echo(f"{proof.exercise:<28}  {proof.tests:>5}  {proof.points:>6g}  {proof.by_hand:>7g}  "
                   f"{proof.wrong:>13}  {mutation.mutants:>7}  {mutation.equivalent:>10}  {yes}")  # fmt: skip
    for proof in proofs:
        for problem in proof.problems:
            click.echo(f"{proof.exercise}: {problem}", err=True)
    sys.exit(any(proof.problems for proof in proofs))


def _open(course: Path | None, names: tuple[str, ...]) -> list[Exercise]:
    from analysis.exercises.course import COURSE_FOLDER, open_course

    return open_course(course or COURSE_FOLDER, names)

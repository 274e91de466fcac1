"""The commands `incidents exercises ...`: parse, call one function, print."""

from __future__ import annotations

import sys
from pathlib import Path

import click

NAMES = click.argument("names", nargs=-1)
COURSE = click.option(
    "--course", type=click.Path(path_type=Path), help="Another course folder (see notebooks/exercises)."
)
ONLY = click.option("--exercise", "names", multiple=True, help="Only this exercise; may be given again.")


@click.group()
def exercises() -> None:
    """Exercises: hand them out, grade what comes back, prove their tests."""
    from analysis.evidence.errors import InputError

    try:
        import nbgrader  # noqa: F401
    except ImportError:
        raise InputError("the exercises need nbgrader: pip install 'attack-incidents[teach]'") from None


@exercises.command()
@NAMES
@COURSE
@click.option("--out", default="build/exercises", type=click.Path(path_type=Path), show_default=True,
              help="Where the folder and its zip go.")  # fmt: skip
def release(names: tuple[str, ...], course: Path | None, out: Path) -> None:
    """Make the students' folder and its zip; all exercises by default."""
    from analysis.evidence.errors import format_path
    from analysis.exercises.student_release import release_exercises as make

    for path in make(_open(course, names), out):
        click.echo(format_path(path))


@exercises.command()
@click.argument("folder", type=click.Path(path_type=Path))
@ONLY
@COURSE
@click.option("--out", default="build/grades", type=click.Path(path_type=Path), show_default=True,
              help="Where grades, feedback and summary go.")  # fmt: skip
@click.option("--isolate", "way", default="auto", show_default=True, help="What keeps submissions off your files.",
              type=click.Choice(["auto", "bwrap", "user", "none"]))  # fmt: skip
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Submissions at once.")
@click.option("--cell-seconds", default=30, show_default=True, type=click.IntRange(1), help="Time for one cell.")
@click.option("--seconds", default=300, show_default=True, type=click.IntRange(1), help="Time for one submission.")
@click.option(
    "--memory", default=4000, show_default=True, type=click.IntRange(1500), help="Megabytes for one submission."
)
def grade(
    folder: Path, names: tuple[str, ...], course: Path | None, out: Path, way: str, workers: int, cell_seconds: int,
    seconds: int, memory: int,
) -> None:  # fmt: skip
    """Grade the submissions in FOLDER: STUDENT/EXERCISE/EXERCISE.ipynb or STUDENT/EXERCISE.ipynb.

    Points for answers in words are typed into grades.csv; grade again, and they are taken over.
    """
    from tqdm import tqdm

    from analysis.evidence.errors import format_path
    from analysis.exercises import isolation
    from analysis.exercises.gradebook import read_marks
    from analysis.exercises.grading import grade_all as run
    from analysis.exercises.grading import write_grades
    from analysis.exercises.sandbox import Limits
    from analysis.exercises.submissions import find_submissions

    known = _open(course, names)
    submissions = find_submissions(folder, known)
    read_marks(out / "grades.csv")  # found to be in order before anything runs
    chosen = isolation.choose_backend(way)
    click.echo(f"isolation: {isolation.BACKENDS[chosen]}")
    with tqdm(total=len(submissions), unit="submission", disable=None, leave=False) as bar:
        graded = run(submissions, Limits(cell_seconds, seconds, memory), chosen, workers, lambda _: bar.update())
    said = f"{isolation.BACKENDS[chosen]}; {cell_seconds} s per cell, {seconds} s and {memory} MB per submission"
    paths = write_grades(out, graded, known, said)
    for of in graded:
        click.echo("\n    ".join([f"{of.student}  {of.exercise}  {of.points:g} of {of.most:g}", *of.remarks]))
    for path in paths[:2]:
        click.echo(format_path(path))


@exercises.command()
@NAMES
@COURSE
def check(names: tuple[str, ...], course: Path | None) -> None:
    """Prove the tests: right answers earn all points, none earns none, planted wrong ones are found."""
    from tqdm import tqdm

    from analysis.exercises.proof_of_tests import prove_tests as prove

    known = _open(course, names)
    with tqdm(total=2 * len(known), unit="notebook", disable=None, leave=False) as bar:
        proofs = prove(known, lambda _: bar.update())
    click.echo(f"{'exercise':<28}  tests  points  by hand  wrong answers  proved")
    for proof in proofs:
        yes = "no" if proof.problems else "yes"
        click.echo(f"{proof.exercise:<28}  {proof.tests:>5}  {proof.points:>6g}  {proof.by_hand:>7g}  "
                   f"{proof.wrong:>13}  {yes}")  # fmt: skip
    for proof in proofs:
        for problem in proof.problems:
            click.echo(f"{proof.exercise}: {problem}", err=True)
    sys.exit(any(proof.problems for proof in proofs))


def _open(course: Path | None, names: tuple[str, ...]) -> list:
    from analysis.exercises.course import COURSE, open_course

    return open_course(course or COURSE, names)

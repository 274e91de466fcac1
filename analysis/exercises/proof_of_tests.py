"""The proof of an exercise's tests: right answers earn all points, no answer earns none, wrong answers are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from nbformat import NotebookNode

from analysis.exercises import autograding
from analysis.exercises.course import Exercise, cells_by_id
from analysis.exercises.gradebook import Grade
from analysis.exercises.grading import autograde_notebook
from analysis.exercises.repair import repair_submission
from analysis.exercises.sandbox import SubmissionLimits, open_sandbox
from analysis.exercises.wrong_answers import RESTORED, WrongAnswer, insert_wrong_answers, read_wrong_answers

PROOF_LIMITS = SubmissionLimits(cell_seconds=60, seconds=300)


@dataclass
class Proof:
    """The result for one exercise: the number of its tests, their points, the points graded by hand, and the number of
    wrong answers tried. The tests are proved if there are no `problems`."""

    exercise: str
    tests: int
    points: float
    by_hand: float
    wrong: int
    problems: list[str] = field(default_factory=list)


def prove_tests(exercises: Sequence[Exercise], progress: Callable[[str], None] = lambda _: None) -> list[Proof]:
    """A proof for every exercise; two notebooks run in parallel. `progress` is called with the exercise of each run.

    Raises InputError as `wrong_answers.read_wrong_answers`.
    """
    wrong = {exercise.name: read_wrong_answers(exercise) for exercise in exercises}

    def one(job: tuple[Exercise, Callable]) -> list[str]:
        exercise, find = job
        problems = find(exercise, wrong[exercise.name])
        progress(exercise.name)
        return problems

    jobs = [(exercise, find) for exercise in exercises for find in (_problems_of_source, _problems_of_released)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, jobs))
    return [_proof(e, wrong[e.name], found[2 * i] + found[2 * i + 1]) for i, e in enumerate(exercises)]


def _proof(exercise: Exercise, wrong: list[WrongAnswer], problems: list[str]) -> Proof:
    tests = [name for name, cell in cells_by_id(exercise.source).items() if autograding.is_test(cell)]
    points = sum(exercise.tasks[name] for name in tests)
    return Proof(exercise.name, len(tests), points, sum(exercise.tasks.values()) - points, len(wrong), problems)


def _problems_of_released(exercise: Exercise, _: list[WrongAnswer]) -> list[str]:
    """The released version, handed in unchanged, must earn nothing."""
    repaired, repairs = repair_submission(exercise.released, exercise)
    ran, ended = _run(repaired, exercise)
    grades = autograding.judge_notebook(ran, exercise.released)
    problems = [f"the released version earns {g.points:g} points in {g.task}" for g in grades if g.points]
    problems += [f"{g.task}: graded by hand although nothing was written" for g in grades if g.points is None]
    return problems + [f"the released version, run: {text}" for text in (*repairs, ended) if text]


def _problems_of_source(exercise: Exercise, wrong: list[WrongAnswer]) -> list[str]:
    """The instructor's version must earn all points, and every wrong answer must be found."""
    ran, ended = _run(insert_wrong_answers(exercise, wrong), exercise)
    problems = [f"the instructor's version, run: {ended}"] if ended else []
    problems += [f"cell {n} of the instructor's version ends with {error}" for n, error in _errors(ran)]
    grades = _grades(ran, exercise)
    right = {name: each for name, each in grades.items() if not name or name.endswith(RESTORED)}
    return problems + _missing_points(right) + _unfound(exercise, wrong, grades)


def _missing_points(right: dict[str, dict[str, Grade]]) -> list[str]:
    """Where right answers, at first and restored after the wrong ones, earn less than all points."""
    return [
        f"the right answer{f' {name}' if name else ''} earns {grade.points:g} of "
        f"{grade.max_points:g} in {grade.task} ({grade.remark or grade.status})"
        for name, grades in right.items()
        for grade in grades.values()
        if grade.points is not None and grade.points < grade.max_points
    ]


def _run(notebook: NotebookNode, exercise: Exercise) -> tuple[NotebookNode, str]:
    """Runs without isolation, because the instructor's code is trusted."""
    with open_sandbox({path: path.relative_to(exercise.folder) for path in exercise.files}) as folder:
        return autograde_notebook(notebook, exercise, folder, PROOF_LIMITS, "none")


def _errors(ran: NotebookNode) -> list[tuple[int, str]]:
    """The cells of the instructor's version that failed and are not tests, as (number from 1, error)."""
    own = [
        cell
        for cell in ran.cells
        if not cell.metadata.get("answer_tried") and autograding.part_of_test(cell) != "visible"
    ]
    outcomes = (
        (n, cell.metadata.get("ran", {}).get("ename"))
        for n, cell in enumerate(own, 1)
        if not autograding.part_of_test(cell)
    )
    return [(n, error) for n, error in outcomes if error]


def _grades(ran: NotebookNode, exercise: Exercise) -> dict[str, dict[str, Grade]]:
    """The grades by task, of the instructor's version (under the empty name) and of every answer tried."""
    names = dict.fromkeys(cell.metadata.get("answer_tried", "") for cell in ran.cells)
    parts = {name: [c for c in ran.cells if c.metadata.get("answer_tried", "") == name] for name in names}
    return {
        name: {g.task: g for g in autograding.judge_notebook(NotebookNode(cells=cells), exercise.released)}
        for name, cells in parts.items()
    }


def _unfound(exercise: Exercise, wrong: list[WrongAnswer], grades: dict[str, dict[str, Grade]]) -> list[str]:
    problems, by_hidden = [], set()
    for one in wrong:
        for task in one.fails:
            grade = grades[one.name][task]
            if grade.points == grade.max_points:
                problems.append(f"{one.name} ({one.why}) passes {task}")
            elif grade.status in ("failed hidden tests", "partly"):
                by_hidden.add(task)
    hidden = [
        name
        for name, cell in cells_by_id(exercise.source).items()
        if autograding.is_test(cell) and exercise.hidden_lines(name)
    ]
    return problems + [f"{n}: no wrong answer is found by its hidden tests alone" for n in hidden if n not in by_hidden]

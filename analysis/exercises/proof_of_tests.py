"""The proof that an exercise can be graded: right answers earn all, none earns none, wrong ones are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from nbformat import NotebookNode

from analysis.exercises import autograde
from analysis.exercises.course import Exercise, cells_by_id
from analysis.exercises.gradebook import Grade
from analysis.exercises.grading import autograde_notebook
from analysis.exercises.repair import repair_submission
from analysis.exercises.sandbox import Limits, open_sandbox
from analysis.exercises.wrong_answers import AGAIN, WrongAnswer, insert_wrong_answers, read_wrong_answers

LIMITS = Limits(cell_seconds=60, seconds=300)


@dataclass
class Proof:
    """What was found out about one exercise; proved if there are no `problems`."""

    exercise: str
    tests: int
    points: float
    by_hand: float
    wrong: int
    problems: list[str] = field(default_factory=list)


def prove_tests(exercises: Sequence[Exercise], progress: Callable[[str], None] = lambda _: None) -> list[Proof]:
    """A proof for every exercise; two notebooks are run at once."""
    wrong = {exercise.name: read_wrong_answers(exercise) for exercise in exercises}

    def one(job: tuple[Exercise, Callable]) -> list[str]:
        exercise, find = job
        problems = find(exercise, wrong[exercise.name])
        progress(exercise.name)
        return problems

    jobs = [(exercise, find) for exercise in exercises for find in (_of_instructor, _of_released)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, jobs))
    return [_proof(e, wrong[e.name], found[2 * i] + found[2 * i + 1]) for i, e in enumerate(exercises)]


def _proof(exercise: Exercise, wrong: list[WrongAnswer], problems: list[str]) -> Proof:
    tests = [name for name, cell in cells_by_id(exercise.source).items() if autograde.is_test(cell)]
    points = sum(exercise.tasks[name] for name in tests)
    return Proof(exercise.name, len(tests), points, sum(exercise.tasks.values()) - points, len(wrong), problems)


def _of_released(exercise: Exercise, _: list[WrongAnswer]) -> list[str]:
    """The released version, handed in as it is, must earn nothing."""
    whole, mended = repair_submission(exercise.released, exercise)
    ran, ended = _run(whole, exercise)
    grades = autograde.judge_notebook(ran, exercise.released)
    problems = [f"the released version earns {g.points:g} points in {g.task}" for g in grades if g.points]
    problems += [f"{g.task}: graded by hand although nothing was written" for g in grades if g.points is None]
    return problems + [f"the released version, run: {text}" for text in (*mended, ended) if text]


def _of_instructor(exercise: Exercise, wrong: list[WrongAnswer]) -> list[str]:
    """The instructor's version must earn everything, and every planted answer must be found."""
    ran, ended = _run(insert_wrong_answers(exercise, wrong), exercise)
    problems = [f"the instructor's version, run: {ended}"] if ended else []
    problems += [f"cell {n} of the instructor's version ends with {error}" for n, error in _errors(ran)]
    grades = _grades(ran, exercise)
    right = {name: of for name, of in grades.items() if not name or name.endswith(AGAIN)}
    return problems + _short(right) + _unfound(exercise, wrong, grades)


def _short(right: dict[str, dict[str, Grade]]) -> list[str]:
    """Where the right answers, at first and put back after the wrong ones, earn less than all."""
    return [
        f"the right answer{f' {name}' if name else ''} earns {grade.points:g} of "
        f"{grade.most:g} in {grade.task} ({grade.remark or grade.status})"
        for name, grades in right.items()
        for grade in grades.values()
        if grade.points is not None and grade.points < grade.most
    ]


def _run(notebook: NotebookNode, exercise: Exercise) -> tuple[NotebookNode, str]:
    """Trusted code: it is run without isolation."""
    with open_sandbox({path: path.relative_to(exercise.folder) for path in exercise.files}) as folder:
        return autograde_notebook(notebook, exercise, folder, LIMITS, "none")


def _errors(ran: NotebookNode) -> list[tuple[int, str]]:
    """Cells of the instructor's own run that failed and are no tests; numbers count from 1."""
    own = [
        cell
        for cell in ran.cells
        if not cell.metadata.get("trial") and autograde.part_under_test(cell) not in ("seen", "false")
    ]
    outcomes = (
        (n, cell.metadata.get("ran", {}).get("ename"))
        for n, cell in enumerate(own, 1)
        if not autograde.part_under_test(cell)
    )
    return [(n, error) for n, error in outcomes if error]


def _grades(ran: NotebookNode, exercise: Exercise) -> dict[str, dict[str, Grade]]:
    """The grades of the instructor's run (under the empty name) and of every trial, by task."""
    names = dict.fromkeys(cell.metadata.get("trial", "") for cell in ran.cells)
    parts = {name: [c for c in ran.cells if c.metadata.get("trial", "") == name] for name in names}
    return {
        name: {g.task: g for g in autograde.judge_notebook(NotebookNode(cells=cells), exercise.released)}
        for name, cells in parts.items()
    }


def _unfound(exercise: Exercise, wrong: list[WrongAnswer], grades: dict[str, dict[str, Grade]]) -> list[str]:
    problems, by_hidden = [], set()
    for one in wrong:
        for task in one.fails:
            grade = grades[one.name][task]
            if grade.points == grade.most:
                problems.append(f"{one.name} ({one.why}) passes {task}")
            elif grade.status in ("failed hidden tests", "partly"):
                by_hidden.add(task)
    hidden = [
        name
        for name, cell in cells_by_id(exercise.source).items()
        if autograde.is_test(cell) and exercise.hidden_lines(name)
    ]
    return problems + [
        f"{n}: no planted answer is found by its hidden tests alone" for n in hidden if n not in by_hidden
    ]

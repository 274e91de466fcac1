"""Wrong answers that the tests must find: read from a file, and inserted into the instructor's notebook."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import yaml
from nbformat import NotebookNode
from nbgrader.utils import is_solution

from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.exercises.course import Exercise, cells_by_id, grade_id, is_graded, is_test

ENTRY_KEYS = {"why", "code", "fails"}
RESTORED = ", put back"  # after the name of an answer: the right one again


@dataclass(frozen=True)
class WrongAnswer:
    """One wrong answer: the source `code` of the cell `answer`, why it is wrong, and the tests that must find it."""

    answer: str
    number: int
    why: str
    code: str
    fails: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in tables and messages."""
        return f"{self.answer}, wrong answer {self.number}"


def read_wrong_answers(exercise: Exercise) -> list[WrongAnswer]:
    """The wrong answers in `wrong/<exercise>.yml`. Raises InputError if the file is missing or holds anything else."""
    path = exercise.folder.parents[1] / "wrong" / f"{exercise.name}.yml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{format_path(path)} is missing: no wrong answer proves the tests of {exercise.name}"
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"{format_path(path)} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict):
        raise InputError(f"{format_path(path)} must map names of answers to lists of wrong answers")
    return [
        one
        for answer, entries in found.items()
        for one in _of_answer(str(answer), entries, exercise, format_path(path))
    ]


def _of_answer(answer: str, entries: object, exercise: Exercise, where: str) -> Iterator[WrongAnswer]:
    answers = [grade_id(c) for c in exercise.source.cells if is_solution(c) and not is_graded(c)]
    if answer not in answers:
        raise InputError(
            f"{where}: {answer!r} is no answer in code{suggest_name(answer, answers)} ({', '.join(answers)})"
        )
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
        place = f"{where}, {answer}, wrong answer {number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("code"), str) or set(entry) - ENTRY_KEYS:
            raise InputError(f"{place}: needs 'code', may have 'why' and 'fails', and nothing else")
        yield WrongAnswer(
            answer, number, str(entry.get("why", "")), entry["code"], _fails(answer, entry, exercise, place)
        )


def _fails(answer: str, entry: dict, exercise: Exercise, where: str) -> tuple[str, ...]:
    """The tests that must find it: those that the entry names, or all between this answer and the next."""
    cells = exercise.source.cells
    after = cells[_place(cells, answer) + 1 :]
    tests = [grade_id(cell) for cell in after if is_test(cell)]
    next_answer = next((i for i, c in enumerate(after) if is_solution(c) and not is_graded(c)), len(after))
    fails = entry.get("fails", [grade_id(cell) for cell in after[:next_answer] if is_test(cell)])
    if not fails:
        raise InputError(f"{where}: no test is named in 'fails' or stands behind this answer")
    for name in fails:
        if name not in tests:
            raise InputError(f"{where}: fails: {name!r} is no test behind this answer{suggest_name(name, tests)}")
    return tuple(fails)


def _place(cells: list[NotebookNode], name: str) -> int:
    return next(i for i, cell in enumerate(cells) if grade_id(cell) == name)


def insert_wrong_answers(exercise: Exercise, wrong: list[WrongAnswer]) -> NotebookNode:
    """The instructor's notebook with repeated cells, in which wrong answers are tried.

    After the last test of an answer, the cells from the answer to that test are repeated: once for each of its wrong
    answers, and once more with the right one. `metadata.answer_tried` of the repeated cells is the name of the wrong
    answer, or that of the answer with RESTORED.
    """
    cells = exercise.source.cells
    notebook = NotebookNode(exercise.source, cells=[])
    for index, cell in enumerate(cells):
        notebook.cells.append(deepcopy(cell))
        for answer in dict.fromkeys(one.answer for one in wrong):
            tries = [one for one in wrong if one.answer == answer]
            if index == max(_place(cells, name) for one in tries for name in (answer, *one.fails)):
                part = cells[_place(cells, answer) : index + 1]
                right = cells_by_id(exercise.source)[answer].source
                for name, code in [*((one.name, one.code) for one in tries), (answer + RESTORED, right)]:
                    notebook.cells += _repeat_cells(part, answer, code, name)
    return notebook


def _repeat_cells(part: list[NotebookNode], answer: str, code: str, name: str) -> Iterator[NotebookNode]:
    for cell in part:
        cell = deepcopy(cell)
        cell.metadata["answer_tried"] = name
        cell.source = code if grade_id(cell) == answer else cell.source
        yield cell

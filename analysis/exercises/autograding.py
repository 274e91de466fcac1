"""The tests of a notebook: prepared to run in two versions, visible and complete, and judged afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade, is_solution, is_task

from analysis.exercises.advice import advise
from analysis.exercises.course import cells_by_id, grade_id, is_graded, is_test
from analysis.exercises.gradebook import Grade

WRITES_TO_STDERR = "the answer prints a warning or a progress bar; that costs no points here"


def prepare_tests(notebook: NotebookNode, released: NotebookNode) -> NotebookNode:
    """The notebook to run, in which every test cell is replaced by two.

    `metadata.part` tells them apart: `visible` is the test as released, which runs in the kernel of the submission and
    tells the student what is wrong; `complete` is the test that counts, which runs outside. Other cells have no part.
    """
    visible = cells_by_id(released)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        cells += _test_versions(cell, visible[grade_id(cell)].source) if is_test(cell) else [cell]
    return NotebookNode(notebook, cells=cells)


def _test_versions(cell: NotebookNode, visible: str) -> Iterator[NotebookNode]:
    about = {"task": grade_id(cell), "answer_tried": cell.metadata.get("answer_tried", "")}
    yield new_code_cell(visible, metadata=about | {"part": "visible"})
    cell.metadata |= about | {"part": "complete"}
    yield cell


def part_of_test(cell: NotebookNode) -> str:
    """`visible` or `complete`; empty for a cell that is not a part of a test."""
    return cell.metadata.get("part", "")


def judge_notebook(ran: NotebookNode, released: NotebookNode) -> list[Grade]:
    """The grade of every task of a notebook that ran, by nbgrader's rules, in order."""
    stubs, answer = cells_by_id(released), None
    grades: list[Grade] = []
    parts: dict[str, list[NotebookNode]] = {}
    for cell in ran.cells:
        if part_of_test(cell):
            parts.setdefault(cell.metadata.task, []).append(cell)
        if is_solution(cell) and not is_graded(cell):
            answer = cell
        if is_graded(cell):
            tests = parts.get(grade_id(cell))
            grades.append(_grade_by_tests(tests, answer, stubs) if tests else _grade_by_hand(cell))
    return grades


def _grade_by_hand(cell: NotebookNode) -> Grade:
    max_points = float(cell.metadata.nbgrader.points)
    points = None if is_task(cell) else determine_grade(cell)[0]
    status = "to grade by hand" if points is None else "no answer"
    return Grade(grade_id(cell), points, max_points, status)


def _grade_by_tests(parts: list[NotebookNode], answer: NotebookNode | None, stubs: dict[str, NotebookNode]) -> Grade:
    visible, complete = parts
    task, max_points = complete.metadata.task, float(complete.metadata.nbgrader.points)
    points = _points(complete)
    if points == max_points:
        return Grade(task, points, max_points, "passed")
    blank = answer is not None and answer.source.strip() == stubs[grade_id(answer)].source.strip()
    status = _status(points, blank, visible, complete)
    told = complete.metadata.get("told", {})
    grade = Grade(task, points, max_points, status, failed_test=told.get("reason", ""))
    if status == "no answer":
        return replace(grade, failed_test="")
    return replace(grade, remark=_remark(answer, visible, complete, told))


def _remark(answer: NotebookNode | None, visible: NotebookNode, complete: NotebookNode, told: dict) -> str:
    """What the student reads: what went wrong, as far as visible tests say so, a hint, and what helps."""
    wrong = _error_of_answer(answer) or _refusal(complete) or _message(visible)
    hint = f"Hint: {told['hint']}" if told.get("hint") else ""
    advice = advise(answer.source if answer is not None else "", told.get("kinds", {}), wrong)
    return ". ".join(text.rstrip(".") for text in (wrong, hint, advice) if text)


def _status(points: float, blank: bool, visible: NotebookNode, complete: NotebookNode) -> str:
    """The status of a task that did not earn all points."""
    if _outcome(complete) == "not run":
        return "not run"
    if points or blank:
        return "partly" if points else "no answer"
    by_hidden = not _failed(visible) and visible.source != complete.source
    return "failed hidden tests" if by_hidden else "failed"


def _error_of_answer(answer: NotebookNode | None) -> str:
    ended = "ok" if answer is None else _outcome(answer)
    return "" if ended in ("ok", "not run") else f"the answer ends with {ended}"


def _refusal(complete: NotebookNode) -> str:
    """Why an answer is no data; it says nothing of the test."""
    return complete.metadata.get("refused", "")


def _outcome(cell: NotebookNode) -> str:
    """`ok`, `not run`, or the name of the error that ended the cell."""
    ran = cell.metadata.get("ran")
    return "not run" if ran is None else ran["ename"] or ran["status"]


def _points(complete: NotebookNode) -> float:
    """nbgrader's points; 0 if the kernel reports that the cell failed."""
    if _outcome(complete) != "ok":
        return 0
    try:
        return determine_grade(complete)[0]
    except (ValueError, KeyError):  # a number above the full points, or no number
        return 0


def _failed(visible: NotebookNode) -> bool:
    if not visible.source.strip():
        return False  # all tests of this task are hidden
    return _outcome(visible) != "ok" or _wrote_to_stderr(visible)


def _wrote_to_stderr(visible: NotebookNode) -> bool:
    return any(out.get("name") == "stderr" for out in visible.outputs)


def _message(visible: NotebookNode) -> str:
    """The message of a visible test; that of a complete test is never used."""
    errors = [out for out in visible.outputs if out.output_type == "error"]
    if not errors:
        return WRITES_TO_STDERR if _wrote_to_stderr(visible) else ""
    return f"{errors[0].ename}: {errors[0].evalue}".strip(": ")[:200]

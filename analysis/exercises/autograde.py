"""A notebook laid out to be run and judged: every test twice, as the student sees it and whole."""

from __future__ import annotations

from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade, is_solution, is_task

from analysis.exercises.course import cells_by_id, grade_id, is_graded, is_test
from analysis.exercises.gradebook import Grade

# Before every whole test: what must end with an AssertionError. Where it does not, the notebook has changed how tests
# work.
FALSE = """from analysis.exercises.answer_comparison import same
try:
    same(1, 2)
except AssertionError:
    assert 1 == 2
"""


def lay_out_tests(notebook: NotebookNode, released: NotebookNode) -> NotebookNode:
    """The notebook to be run. `metadata.part` of a cell says what it is for: `seen` (the tests as
    released), `false` (must fail), `whole` (the tests that count); other cells have none."""
    seen = cells_by_id(released)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        cells += _tests(cell, seen[grade_id(cell)].source) if is_test(cell) else [cell]
    return NotebookNode(notebook, cells=cells)


def _tests(cell: NotebookNode, seen: str) -> Iterator[NotebookNode]:
    about = {"task": grade_id(cell), "trial": cell.metadata.get("trial", "")}
    yield new_code_cell(seen, metadata=about | {"part": "seen"})
    yield new_code_cell(FALSE, metadata=about | {"part": "false", "tags": ["unseen"]})
    cell.metadata |= about | {"part": "whole", "tags": ["unseen"]}
    yield cell


def part_under_test(cell: NotebookNode) -> str:
    """What the cell is there for; empty for a cell that is not a part of a test."""
    return cell.metadata.get("part", "")


def judge_notebook(ran: NotebookNode, released: NotebookNode) -> list[Grade]:
    """The grade of every task of a notebook that ran, by nbgrader's rules, in order."""
    stubs, grades, answer = cells_by_id(released), [], None
    parts: dict[str, list[NotebookNode]] = {}
    for cell in ran.cells:
        if part_under_test(cell):
            parts.setdefault(cell.metadata.task, []).append(cell)
        if is_solution(cell) and not is_graded(cell):
            answer = cell
        if is_graded(cell):
            tests = parts.get(grade_id(cell))
            grades.append(_tested(tests, answer, stubs) if tests else _by_hand(cell))
    return grades


def _by_hand(cell: NotebookNode) -> Grade:
    most = float(cell.metadata.nbgrader.points)
    points = None if is_task(cell) else determine_grade(cell)[0]
    status = "to grade by hand" if points is None else "no answer"
    return Grade(grade_id(cell), points, most, status)


def _tested(parts: list[NotebookNode], answer: NotebookNode | None, stubs: dict[str, NotebookNode]) -> Grade:
    seen, false, whole = parts
    task, most, points = whole.metadata.task, float(whole.metadata.nbgrader.points), _points(whole)
    if points and _outcome(false) != "AssertionError":
        return Grade(task, 0, most, "void", "something in the notebook lets false assertions pass")
    if points == most:
        return Grade(task, points, most, "passed")
    blank = answer is not None and answer.source.strip() == stubs[grade_id(answer)].source.strip()
    status = _status(points, blank, seen, whole)
    return Grade(task, points, most, status, "" if status == "no answer" else _trouble(answer) or _said(seen))


def _status(points: float, blank: bool, seen: NotebookNode, whole: NotebookNode) -> str:
    """What became of a task that did not earn all points."""
    if _outcome(whole) == "not run":
        return "not run"
    if points or blank:
        return "partly" if points else "no answer"
    by_hidden = not _failed(seen) and seen.source != whole.source
    return "failed hidden tests" if by_hidden else "failed"


def _trouble(answer: NotebookNode | None) -> str:
    ended = "ok" if answer is None else _outcome(answer)
    return "" if ended in ("ok", "not run") else f"the answer ends with {ended}"


def _outcome(cell: NotebookNode) -> str:
    """`ok`, the name of the error that ended the cell, or `not run`."""
    ran = cell.metadata.get("ran")
    return "not run" if ran is None else ran["ename"] or ran["status"]


def _points(whole: NotebookNode) -> float:
    """nbgrader's points; none where the kernel itself says that the cell failed."""
    if _outcome(whole) != "ok":
        return 0
    try:
        return determine_grade(whole)[0]
    except (ValueError, KeyError):  # a number above the full points, or no number
        return 0


def _failed(seen: NotebookNode) -> bool:
    if not seen.source.strip():
        return False  # all tests of this task are hidden
    return _outcome(seen) != "ok" or _warned(seen)


def _warned(seen: NotebookNode) -> bool:
    return any(out.get("name") == "stderr" for out in seen.outputs)


def _said(seen: NotebookNode) -> str:
    """What a visible test said; never what a hidden one did."""
    errors = [out for out in seen.outputs if out.output_type == "error"]
    if not errors:
        return "writes to stderr" if _warned(seen) else ""
    return f"{errors[0].ename}: {errors[0].evalue}".strip(": ")[:200]
